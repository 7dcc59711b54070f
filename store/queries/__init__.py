"""Queries, which give typed rows. Each takes a connection first: `store.query(queue_page, limit=50)`.

queue       the list of cases that a query selects
case_file   one case with everything that belongs to it
whole_case  the same with its assessment, timeline and related cases, read in one transaction
workload    how many cases there are of what kind, as bars that lead to them
related     other cases with the same parties
timeline    what happened in a case, in sentences
as_of       a case as it stood at one of its versions
what_changed
            the differences between two states of a case
undo        the change that a person can take back
audit       proof that the database is whole
notification_rules
            the rules in force, and the state of the config service
rows        rows of SQLite as typed rows
"""
