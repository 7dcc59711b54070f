"""The config service behind the app: asked in the background, in nobody's way, and told of once when it is out."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from caseworker_tui.app import CaseworkerApp
from store.domain.rules import Rules
from store.engine.case_store import CaseStore
from store.log.read import get_all_events
from store.notifications.config_service import ConfigService
from store.notifications.refresh import refresh
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run, settle, typed
from tests.store.config_service import Service, a_service, rules, says, silent


@pytest.fixture
def service() -> Iterator[Service]:
    with a_service() as service:
        yield service


@pytest.fixture
def app(sample: Path, service: Service) -> CaseworkerApp:
    return CaseworkerApp(
        sample,
        actor="ana.ruiz",
        clock=lambda: NOW,
        rules=Rules(notification_service=service.url),
        config_service=ConfigService(service.url, timeout_seconds=60),
    )


async def follow(pilot: Pilot[None]) -> None:
    """What the app does once a second."""
    assert isinstance(pilot.app, CaseworkerApp)
    pilot.app._follow()
    await settle(pilot)


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    for _ in range(1_000):
        if condition():
            return
        await follow(pilot)
        await pilot.pause(0.01)
    pytest.fail("it never came about")


def toasts(pilot: Pilot[None]) -> list[str]:
    return [toast.message for toast in pilot.app._notifications]


def test_an_outage_is_told_once_and_again_when_there_is_another(
    app: CaseworkerApp, sample: Path, service: Service
) -> None:
    service.behave = says(b"no", status=400)

    async def ask_anew(pilot: Pilot[None]) -> None:
        refresh(sample, ConfigService(service.url), clock=lambda: NOW, stopped=threading.Event())
        await follow(pilot)

    async def drive(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: toasts(pilot))
        [toast] = toasts(pilot)
        assert toast.startswith(f"The config service {service.url} does not answer the question")
        await ask_anew(pilot)
        assert len(toasts(pilot)) == 1
        service.behave = rules()
        await ask_anew(pilot)
        assert len(toasts(pilot)) == 1
        service.behave = says(b"", status=404)
        await ask_anew(pilot)
        assert len(toasts(pilot)) == 2

    run(app, drive)


def test_neither_work_nor_leaving_waits_for_an_answer(app: CaseworkerApp, sample: Path, service: Service) -> None:
    service.behave = silent

    async def drive(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: service.asked)
        await keys(pilot, "enter", "n", *typed("done while the service is silent"), "enter")

    run(app, drive)
    assert service.gave_up == 0
    with CaseStore.open(sample) as store:
        *_, last = store.query(lambda connection: list(get_all_events(connection)))
    assert (last.event_type, last.actor) == ("NoteAdded", "ana.ruiz")
