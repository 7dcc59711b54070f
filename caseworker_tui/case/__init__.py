"""One case file.

screen          the case as it stands
past            the case as it stood
panes           the tabs of both
text            what each pane says
version_slider  from version to version
actions         what can be done to a case, a record each
subject         what an action is about
dialogs         what actions ask
owners          those about owners
related         other cases of the same parties
"""
