"""docs/keys.md: the keys of all screens and their parts, in Markdown.

python -m caseworker_tui.cli.key_sheet > docs/keys.md
"""

import sys
from typing import Final

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.panes import CasePanes
from caseworker_tui.case.past import CaseThenScreen
from caseworker_tui.case.related import RelatedScreen
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.dialogs.ask import AskScreen
from caseworker_tui.dialogs.confirm import ConfirmScreen
from caseworker_tui.dialogs.line_input import LineInput
from caseworker_tui.frame.keys import Keys, key_names
from caseworker_tui.frame.lines import Lines
from caseworker_tui.new_case.screen import NewCaseScreen
from caseworker_tui.queue.bulk import ManyScreen
from caseworker_tui.queue.columns import ColumnsScreen
from caseworker_tui.queue.screen import QueueScreen
from caseworker_tui.queue.search_line import SearchLine
from caseworker_tui.screening.screen import ScreeningScreen
from caseworker_tui.sync.conflict import ConflictScreen
from caseworker_tui.sync.screen import SyncScreen
from caseworker_tui.team.screen import TeamScreen

ALL_KEYS: Final[tuple[Keys, ...]] = (
    CaseworkerApp.KEYS,
    QueueScreen.KEYS,
    SearchLine.KEYS,
    CaseScreen.KEYS,
    CasePanes.KEYS,
    CaseThenScreen.KEYS,
    NewCaseScreen.KEYS,
    RelatedScreen.KEYS,
    ScreeningScreen.KEYS,
    TeamScreen.KEYS,
    ManyScreen.KEYS,
    ColumnsScreen.KEYS,
    SyncScreen.KEYS,
    ConflictScreen.KEYS,
    Lines.KEYS,
    AskScreen.KEYS,
    LineInput.KEYS,
    ConfirmScreen.KEYS,
)


def key_sheet() -> str:
    lines = ["# Keys", ""]
    for keys in ALL_KEYS:
        lines += [f"## {keys.heading}", "", "| key | action |", "|---|---|"]
        lines += [f"| {key_names(action)} | {action.sentence} |" for action in keys.actions]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(key_sheet())
