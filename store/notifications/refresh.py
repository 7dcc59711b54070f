"""Asking the config service anew, for every trigger that can occur here."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Final

from store.clock import stamp
from store.domain.document_rules import DOCUMENT_RULES, normalised
from store.domain.notification_rules import NotificationRule, triggers_of
from store.domain.statuses import TraitementType
from store.errors import StoreError
from store.notifications.answers import keep
from store.notifications.config_service import ConfigService, Question, ServiceTrouble, ask
from store.sqlite.database import connect, translated
from store.sqlite.transactions import write_transaction

EVERY_SECONDS: Final = 300.0

MOST_CASE_TYPES: Final = 50
"""Those of the newest cases: a file in which each case has a type of its own is no reason to ask for hours."""

_USUAL: Final = ("STANDARD", *sorted({rule.case_type for rule in DOCUMENT_RULES if rule.case_type}))
"""Asked for even where no such case is known yet."""


def refresh(
    database: Path,
    service: ConfigService,
    *,
    clock: Callable[[], datetime],
    stopped: Event,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Ask for each trigger, and keep what is answered, and what went wrong. Nothing is locked while the network is
    waited for. Raises `store.errors.StoreError` when the database can't be used."""
    with translated(database), closing(connect(database, create=False)) as connection:
        questions = list(_questions(connection))
    answered: dict[str, NotificationRule | None] = {}
    trouble = None
    try:
        for question, rule in ask(service, questions, stopped):
            answered[question.event_trigger] = rule
            progress(len(answered), len(questions))
    except ServiceTrouble as error:
        trouble = str(error)
    if stopped.is_set():
        return
    at = stamp(clock())
    with translated(database), closing(connect(database, create=False)) as connection, write_transaction(connection):
        keep(connection, service.url, answered, at=at, trouble=trouble)


def _questions(connection: sqlite3.Connection) -> Iterator[Question]:
    newest_first = connection.execute(
        "SELECT case_type FROM cases GROUP BY case_type ORDER BY max(created_at) DESC LIMIT ?", (MOST_CASE_TYPES,)
    )
    for case_type in dict.fromkeys([*(normalised(case_type) for (case_type,) in newest_first), *_USUAL]):
        for traitement_type in TraitementType:
            context = {"traitement_type": traitement_type.value, "case_type": case_type}
            for trigger in triggers_of(traitement_type, case_type):
                yield Question(trigger, context)


class Refresher(Thread):
    """Asks at once and then every five minutes, on a thread that nobody waits for, until it is stopped."""

    def __init__(self, database: Path, service: ConfigService, *, clock: Callable[[], datetime]) -> None:
        super().__init__(name="notification-rules", daemon=True)
        self.service = service
        self._database = database
        self._clock = clock
        self._stopped = Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            with suppress(StoreError):  # whoever works on the database is told of it there
                refresh(self._database, self.service, clock=self._clock, stopped=self._stopped)
            self._stopped.wait(EVERY_SECONDS)

    def stop(self) -> None:
        """No further question is asked; one that is under way is left to itself, and its answer is not kept."""
        self._stopped.set()
