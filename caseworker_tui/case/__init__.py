"""One case file.

screen          the case as it stands
past            the case as it stood
panes           the tabs of both
text            what the panes say
party_text      the same of the parties: company, owners, people
blocks          headings and tables, of which texts are made
diff            what is other in a text than it was
version_slider  from version to version
actions         what can be done to a case, a record each
subject         what an action is about
dialogs         what actions ask
owners          those about owners
related         other cases of the same parties
"""
