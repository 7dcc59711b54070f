"""Queries, which give typed rows. Each takes a connection first: `store.query(queue_page, limit=50)`.

queue       the list of cases that a query selects
case_file   one case with everything that belongs to it
whole_case  the same with its assessment, timeline and related cases, read in one transaction
assessment  what the rules say of a case: what is missing, which risk, who owns the company
documents   documents by name, the files of documents, and what expires
query_language/
            what is typed into the search line, as conditions and an order
workload    how many cases there are of what kind, as bars that lead to them
related     other cases with the same parties
timeline    what happened in a case, in sentences
as_of       a case as it stood at one of its versions
what_changed
            the differences between two states of a case
rule_changes
            a dry run of other document rules
team        how it stands with the team, and conflicts one by one
team_state  as much of that as the first picture needs
undo        the change that a person can take back
audit       proof that the database is whole
notification_rules
            the rules in force, and the state of the config service
rows        rows of SQLite as typed rows
"""
