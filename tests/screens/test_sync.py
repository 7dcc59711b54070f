"""What a person sees of the team, and how what is in conflict is settled; without a cluster."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.queue.screen import QueueScreen
from caseworker_tui.queue.table import CaseTable
from caseworker_tui.sync.background import BackgroundSync, Cluster
from caseworker_tui.sync.conflict import ConflictScreen
from caseworker_tui.sync.screen import SyncScreen
from store.domain import commands as c
from store.engine.case_store import CaseStore
from store.log.read import head_of
from store.queries.case_file import case_file
from store.queries.team import conflicts, discarded_commands
from store.queries.team_state import team_state
from store.sync.round import sync_round
from store.sync.team import join
from store.sync.watch import State, Status
from store.sync.wire import encode
from store.unsettled import quarantined_cases
from tests.domain.examples import ANA, BEN, kyc
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run, settle, toasts, typed
from tests.screens.test_snapshots import SIZES, SnapCompare
from tests.sync.broken_team import CONFLICT, in_trouble, restored
from tests.sync.forged import an_event, forged
from tests.sync.memory_team import Line, MemoryLog
from tests.sync.test_too_large import many_persons


@pytest.fixture
def cases(sample: Path) -> dict[str, str]:
    """The app's database, in which all that can be amiss with a team is amiss."""
    return in_trouble(sample, NOW)


@pytest.fixture
def held_up(sample: Path) -> None:
    """The app's database with a case that this version can't show, and with work that is too large to be sent."""
    log = MemoryLog()
    with CaseStore.open(sample, clock=lambda: NOW, device="ana's laptop") as ana:
        ana.execute(kyc(ANA, *many_persons(1_500).persons), command_id="large", actor="ana.ruiz")
        shown = ana.execute(kyc(BEN), command_id="forged upon", actor="ana.ruiz").case_id
        join(ana, line := Line(log))
        sync_round(ana, line)
        payload = json.dumps({"case_id": shown, "note_id": "n", "text": "x"})
        notes = [an_event("NoteAdded", payload, event_id=f"n-{version}", version=version) for version in (1, 2)]
        log.add_for(shown, encode(forged(shown, ana.query(head_of, shown), "twice", *notes)))
        sync_round(ana, line)


def text(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Static).render())


def on(pilot: Pilot[None]) -> type:
    """The screen in sight."""
    return type(pilot.app.screen)


def listed(pilot: Pilot[None]) -> list[str]:
    options = pilot.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]


def test_somebody_alone_is_told_nothing_of_a_team(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        assert not pilot.app.screen.query_one("#sync").display
        await keys(pilot, "Y")
        assert "off: no cluster" in text(pilot, "#state")
        assert text(pilot, "#heading") == "Nothing has to be settled."
        await keys(pilot, "r", "escape")
        assert on(pilot) is QueueScreen

    run(app, drive)


def test_a_status_that_comes_while_the_app_leaves_is_no_fault(app: CaseworkerApp) -> None:
    async def drive(_: Pilot[None]) -> None:
        """Nothing: whoever opens the app may leave it at once."""

    run(app, drive)
    assert not app.screen_stack
    app._sync_changed(Status(State.OFFLINE))


def test_what_is_not_the_teams_yet_is_marked(app: CaseworkerApp, cases: dict[str, str]) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await pilot.pause(1.1)
        await settle(pilot)
        assert text(pilot, "#sync") == "not syncing · 1 conflict · 1 resting · 1 pending"
        marks = pilot.app.screen.query_one(CaseTable).signs
        assert marks == {cases["pending"]: "~", cases["conflict"]: "!", cases["resting"]: "!"}
        await keys(pilot, "slash", *typed(reference(app.session.database, cases["pending"])), "enter", "enter")
        assert "~ 1 not accepted yet" in text(pilot, "#title")
        await keys(pilot, "6")
        newest = pilot.app.screen.query_one("#timeline-pane", OptionList).get_option_at_index(0)
        assert "~ not accepted yet" in str(newest.prompt)

    run(app, drive)


def reference(database: Path, case_id: str) -> str:
    with CaseStore.open(database) as store:
        return store.query(case_file, case_id).case.reference


async def to_the_conflict(pilot: Pilot[None]) -> None:
    await keys(pilot, "Y", "enter")
    assert on(pilot) is ConflictScreen


def test_retry_says_why_not_and_works_when_it_holds_again(
    app: CaseworkerApp, sample: Path, cases: dict[str, str]
) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await to_the_conflict(pilot)
        said = text(pilot, "#conflict Static")
        for part in ("Yours", "rated the risk low", "Why it does not hold", "withdrawn", "Theirs since", "ben"):
            assert part in said
        await keys(pilot, "r")
        assert on(pilot) is ConflictScreen
        await app.session.execute(c.ReopenCase(case_id=cases["conflict"], reason="They are back."))
        await keys(pilot, "r")
        assert on(pilot) is SyncScreen
        assert [line.split()[1] for line in listed(pilot)] == ["Resting", "Message"]

    run(app, drive)
    with CaseStore.open(sample) as store:
        assert store.query(team_state).conflicts == 0
        assert store.query(case_file, cases["conflict"]).case.risk == "LOW"


def test_another_command_instead(app: CaseworkerApp, sample: Path, cases: dict[str, str]) -> None:
    line = f'{{"command": "AddNote", "data": {{"case_id": "{cases["conflict"]}", "text": "Low, I think."}}}}'

    async def drive(pilot: Pilot[None]) -> None:
        await to_the_conflict(pilot)
        await keys(pilot, "e", "enter", *typed("They went."), "enter")
        assert "WITHDRAWN" in text(pilot, "#refusal")
        await keys(pilot, "escape", "ctrl+u", *typed(line), "enter", "ctrl+u", *typed("Too late."), "enter")
        assert on(pilot) is SyncScreen

    run(app, drive)
    assert settled(sample, cases) == ("Too late.", "Low, I think.")


def test_kept_as_a_note(app: CaseworkerApp, sample: Path, cases: dict[str, str]) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await to_the_conflict(pilot)
        await keys(pilot, "n", *typed("The risk was low."), "enter")
        assert on(pilot) is SyncScreen

    run(app, drive)
    assert settled(sample, cases) == ("kept as a note", "The risk was low.")


def test_discarded(app: CaseworkerApp, sample: Path, cases: dict[str, str]) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await to_the_conflict(pilot)
        await keys(pilot, "x", "escape")
        assert on(pilot) is ConflictScreen
        await keys(pilot, "x", *typed("They went."), "enter")
        assert on(pilot) is SyncScreen

    run(app, drive)
    assert settled(sample, cases)[0] == "They went."


def settled(database: Path, cases: dict[str, str]) -> tuple[str, str]:
    """Why the command was given up, and the newest note of its case."""
    with CaseStore.open(database) as store:
        assert store.query(conflicts) == []
        [given_up] = store.query(discarded_commands)
        assert (given_up.command_id, given_up.discarded_by) == (CONFLICT, "ana.ruiz")
        notes = store.query(case_file, cases["conflict"]).notes
        return given_up.reason, notes[-1].text if notes else ""


def test_a_resting_case_and_a_dead_letter(app: CaseworkerApp, sample: Path, cases: dict[str, str]) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "Y", "j", "enter", "y")
        assert [line.split()[1] for line in listed(pilot)] == ["Conflict", "Message"]
        await keys(pilot, "enter", "1", "enter")
        assert "can't become a case yet" in text(pilot, "#refusal")
        await keys(pilot, "escape", "2", *typed("A test of theirs."), "enter")
        assert [line.split()[1] for line in listed(pilot)] == ["Conflict"]

    run(app, drive)
    with CaseStore.open(sample) as store:
        assert store.query(quarantined_cases) == {}


@pytest.mark.usefixtures("held_up")
def test_what_is_not_shown_and_what_is_not_sent_is_listed_with_what_to_do(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "Y")
        assert text(pilot, "#heading").startswith("To be settled (2)")
        not_shown, too_large = listed(pilot)
        assert not_shown.splitlines()[0].endswith("Ben Okoro")
        assert "`caseworker rebuild` tries again." in not_shown
        assert "Enter it in smaller parts" in too_large
        await keys(pilot, "enter", "j", "enter")
        assert [message.split(":")[0] for message in toasts(pilot)] == [
            "Upgrade caseworker",
            "Enter it in smaller parts, on a case of its own",
        ]

    run(app, drive)


@pytest.mark.usefixtures("held_up")
@pytest.mark.parametrize("size", SIZES)
def test_picture_of_what_is_held_up(snap_compare: SnapCompare, app: CaseworkerApp, size: tuple[int, int]) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await keys(pilot, "Y")

    assert snap_compare(app, terminal_size=size, run_before=drive)


def test_a_database_that_was_restored_says_so_until_it_was_seen(app: CaseworkerApp, sample: Path) -> None:
    restored(sample, NOW)

    async def drive(pilot: Pilot[None]) -> None:
        await pilot.pause(1.1)
        await settle(pilot)
        assert text(pilot, "#sync") == "not syncing · older than sent"
        await keys(pilot, "Y")
        (line,) = listed(pilot)
        assert "Older than what was sent from it" in line
        assert "came back from the team's log" in line
        await keys(pilot, "enter", "escape")
        assert len(listed(pilot)) == 1
        await keys(pilot, "enter", "y")
        assert text(pilot, "#heading") == "Nothing has to be settled."

    run(app, drive)
    with CaseStore.open(sample) as store:
        assert store.query(team_state).unknown_own == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["sync", "sync_confirm"])
def test_pictures_of_a_restored_database(
    snap_compare: SnapCompare, app: CaseworkerApp, sample: Path, name: str, size: tuple[int, int]
) -> None:
    restored(sample, NOW)

    async def drive(pilot: Pilot[None]) -> None:
        await pilot.pause(1.1)
        await settle(pilot)
        await keys(pilot, "Y", *(["enter"] if name == "sync_confirm" else []))

    assert snap_compare(app, terminal_size=size, run_before=drive)


PICTURES: dict[str, list[str]] = {"queue": [], "sync": ["Y"], "conflict": ["Y", "enter"]}


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PICTURES)
def test_pictures(snap_compare: SnapCompare, app: CaseworkerApp, name: str, size: tuple[int, int]) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await pilot.pause(1.1)
        await settle(pilot)
        await keys(pilot, *PICTURES[name])

    assert snap_compare(app, terminal_size=size, run_before=drive)


def child(*told: str) -> Cluster:
    """A cluster whose process tells these lines, and lives until its standard input ends."""
    program = f"import sys; print({chr(10).join(told)!r}, flush=True); sys.stdin.read()"
    return Cluster("kafka.example.org:9092", "team-", [sys.executable, "-c", program])


def test_what_the_process_beside_the_app_tells_is_in_the_top_line(sample: Path) -> None:
    syncing = '{"state": "syncing", "done": 1200, "total": 3000}'
    offline = '{"state": "offline", "sentence": "The cluster can\'t be reached."}'
    app = CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW, cluster=child(syncing, offline))
    seen: list[str] = []

    async def session() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            for _ in range(200):
                await pilot.pause(0.02)
                seen.append(text(pilot, "#sync"))
                if seen[-1] == "offline":
                    break
            await keys_while_syncing(pilot, "Y")
            said = text(pilot, "#state")
            for part in ("offline", "can't be reached", "kafka.example.org:9092", "team-case_commits"):
                assert part in said

    asyncio.run(session())
    assert seen[-1] == "offline"


async def keys_while_syncing(pilot: Pilot[None], key: str) -> None:
    """The worker that hears the process never ends by itself."""
    await pilot.press(key)
    for _ in range(100):
        await pilot.pause(0.02)
        if on(pilot) is SyncScreen and text(pilot, "#state"):
            return


def test_a_process_that_dies_is_told_and_started_again() -> None:
    told: list[Status] = []
    dies = [sys.executable, "-c", "import sys; sys.exit('A wrong setting.')"]
    lives = BackgroundSync(Cluster("kafka.example.org:9092", "", dies), told.append)

    async def story() -> None:
        running = asyncio.create_task(lives.run())
        for times in (1, 2):
            while len(told) < times:
                await asyncio.sleep(0.01)
            lives.retry()
        await lives.end()
        await running

    asyncio.run(asyncio.wait_for(story(), 30))
    assert {(status.state, status.sentence) for status in told} == {(State.STOPPED, "A wrong setting.")}
