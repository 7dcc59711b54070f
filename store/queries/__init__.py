"""What screens ask, as typed rows. Every query takes a connection first: `store.query(queue_page, limit=50)`.

queue       the list of cases that a person works from
case_file   one case with everything that belongs to it
whole_case  the same with its assessment, timeline and related cases, read in one transaction
workload    how many cases there are of what kind, as bars that lead to them
related     the other cases in which its parties are, too
timeline    what happened in a case, in sentences
as_of       a case as it stood at one of its versions
what_changed
            what lies between two states of a case
undo        what a person can take back
audit       proof that the database is whole
notification_rules
            which are in force, and how the config service is
"""
