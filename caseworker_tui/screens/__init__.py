"""One module a screen, its style sheet beside it.

queue             the list of cases, with a preview of the one under the cursor
case              a case file: overview, parties, documents, review, notes, timeline
case_then         the same as it stood after one of its changes
screening         the parties of a case against lists: candidates, and what was decided on them
ask               the dialog that asks one question after the other
command           the same for what a command needs
new_case          the form in which a case is entered
confirm           a question with yes and no
help              all keys of the screen below
"""
