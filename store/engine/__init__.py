"""The embedded engine: commands in, read tables out.

batch       what the commands of one transaction add, until it is written
case_store  `CaseStore`: open a database, execute commands, ask queries
bulk        one command on many cases, in turn
"""
