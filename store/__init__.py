"""The embedded engine of caseworker, usable as a library without any screen (docs/library.md).

domain/        commands, events and rules, pure
sqlite/        opening the database file; its schema; transactions
log/           the event log
projections/   one module a read table
notifications/ the notification rules in force
queries/       what screens ask, as typed rows
engine/        `CaseStore`: open a database, execute commands, query it
intake/        outside records to cases
screening/     lists of sanctions and of politically exposed people, and the parties of cases against them
sync/          one history for a team, through Apache Kafka
attachments    the files of documents, kept by content beside the database
device         which database of the team this is, and commits of it that it did not make
unsettled      conflicts, discarded commands, quarantined records
preferences    what a person's queue looks like
doctor         what could keep a database from being used
errors         what can be wrong with a database; validation: with what somebody typed or sent
clock, actor, handwritten_files, progress, closing
               the time; the user of the system; files that people write by hand; how far work is; `with` blocks
exclusive      one process at a time; passing: what lies beside a database for a while, and what killed processes left
regular_files  files that are read whole: no pipes and devices
locking        whether the locks of a file system hold

The names below are the public face. Each is imported when it is first asked for, so that `import store` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from store.domain import commands as commands
    from store.domain import events as events
    from store.domain.operation import Command as Command
    from store.domain.operation import Payload as Payload
    from store.domain.refusals import Code as Code
    from store.domain.refusals import Refusal as Refusal
    from store.domain.rules import Rules as Rules
    from store.engine.case_store import CaseStore as CaseStore
    from store.engine.case_store import Receipt as Receipt
    from store.errors import StoreError as StoreError
    from store.log.read import RecordedEvent as RecordedEvent
    from store.log.read import get_all_events as get_all_events
    from store.log.read import get_events_for_aggregate as get_events_for_aggregate
    from store.log.read import get_events_for_case as get_events_for_case
    from store.projections import EVENT_PROJECTORS as EVENT_PROJECTORS
    from store.projections import replay as replay
    from store.projections.projection import Change as Change
    from store.projections.projection import Projection as Projection
    from store.queries.case_file import case_file as case_file
    from store.queries.queue import queue_page as queue_page
    from store.queries.timeline import timeline as timeline

_HOME: Final = {
    "CaseStore": "store.engine.case_store",
    "Change": "store.projections.projection",
    "Code": "store.domain.refusals",
    "Command": "store.domain.operation",
    "EVENT_PROJECTORS": "store.projections",
    "Payload": "store.domain.operation",
    "Projection": "store.projections.projection",
    "Receipt": "store.engine.case_store",
    "RecordedEvent": "store.log.read",
    "Refusal": "store.domain.refusals",
    "Rules": "store.domain.rules",
    "StoreError": "store.errors",
    "case_file": "store.queries.case_file",
    "commands": "store.domain",
    "events": "store.domain",
    "get_all_events": "store.log.read",
    "get_events_for_aggregate": "store.log.read",
    "get_events_for_case": "store.log.read",
    "queue_page": "store.queries.queue",
    "replay": "store.projections",
    "timeline": "store.queries.timeline",
}
"""The module of each public name."""

__all__ = tuple(_HOME)


def __getattr__(name: str) -> Any:
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module ‘store’ has no attribute ‘{name}’") from None
    module = import_module(home)
    return getattr(module, name) if hasattr(module, name) else import_module(f"{home}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
