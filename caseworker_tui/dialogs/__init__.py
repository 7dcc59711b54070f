"""Questions, and the screens that ask them.

questions    questions and dialogs as data
fields       the fields that people fill in, with labels and hints
drafts       what was typed and not given yet
ask          the screen that asks one question after the other
command      the same, for what a command needs
choice       a choice of one among several
confirm      yes or no
line_input   the line in which an answer is typed
typed_paths  paths as people type and drop them
"""
