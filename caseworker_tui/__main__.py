"""`python -m caseworker_tui` is `caseworker`."""

from caseworker_tui.cli import main

main()
