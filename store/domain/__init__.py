"""The casework itself, pure: no database, clock, file, network or randomness; what it needs is passed in.

values      what people, companies, owners and shares look like, checked as they come in
statuses    the statuses of cases and documents, and the moves between them
document_rules, notification_rules, team_rules
            which documents a case needs and whom to notify, as data
rules       all rules in force, as a decision sees them
case_file   the state of a case
operation   what every operation is made of: command, event, way back
casework/   the operations, one module a kind of work
commands    what somebody wants   (a catalogue of casework/)
events      what happened         (a catalogue of casework/)
decider     `decide`, `evolve`, and the initial state
refusals    the domain's no
ownership/  who owns and who controls a company, from its owners
risk        which risk is proposed, and why
names       how names compare
likeness    when two parties are one
screening   a check against a list, as it is recorded
identifiers ids that follow from what they name
"""
