"""The casework itself, pure: no database, clock, file, network or randomness; what it needs is passed in.

values      what people, companies, owners and shares look like, checked as they come in
statuses    the statuses of cases and documents, and the moves between them
document_rules, notification_rules
            which documents a case needs and whom to notify, as data
commands    what somebody wants        (one model a command)
events      what happened              (one model an event)
case_file   the state: `evolve(case, event) -> case`
ownership   who owns and who controls a company, from its owners
risk        which risk is proposed, and why
decisions   the rules: `decide(case, command, context) -> events`, or a `Refusal`
undo        the command that leads back from an event, where there is one
names       how names compare
screening   a check against a list, as it is recorded
identifiers ids that follow from what they name
"""
