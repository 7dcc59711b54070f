"""One process at a time syncs a database: two would do everything twice, and take notifications out of each other's
hands."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from store.exclusive import InUse, exclusively
from store.sqlite.database import translated
from store.sync.shared_log import SyncStopped


@contextmanager
def single_instance(database: Path) -> Iterator[None]:
    """Raises `SyncStopped` while another process is within this for the same database.

    The lock is on an empty file beside the database.
    """
    with ExitStack() as held:
        try:
            with translated(database):
                held.enter_context(exclusively(database.with_name(f"{database.name}-sync")))
        except InUse as error:
            raise SyncStopped(
                "synced_elsewhere",
                f"Another process syncs {database} already: the app, or `caseworker sync --watch`.",
            ) from error
        yield
