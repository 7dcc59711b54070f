"""`python -m caseworker_tui` is `caseworker`."""

from caseworker_tui.cli.main import main

main()
