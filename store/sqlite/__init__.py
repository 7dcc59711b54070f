"""The SQLite file: opening it, its schema, and transactions on it.

transactions  write, read and partial transactions
checkpoint    what is committed goes from the write-ahead log into the file
conditions    conditions that an index and a query share
append_only   the triggers that keep the log as it is
own_ids       the migration since which each case has ids of its own
schema        the migrations: what must be kept and can't be derived from the log
as_made       whether tables, indexes and triggers are still as they were made
read_tables   which read tables a database has, in which versions
digest        the read tables that this version makes, written by `make digest`
database      opening a file and asking it; who else may read it
"""
