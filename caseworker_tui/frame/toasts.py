"""What went wrong, told on the screen as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from textual.widget import Widget

from store.domain.refusals import Refusal
from store.errors import StoreError


@contextmanager
def toast_errors(widget: Widget) -> Iterator[None]:
    """Shows a refusal or an error of the database as a toast; what comes after it in the block does not happen."""
    try:
        yield
    except (Refusal, StoreError) as error:
        widget.notify(str(error), severity="error", timeout=10)
