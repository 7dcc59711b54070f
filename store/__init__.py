"""The embedded engine of caseworker, usable as a library without any screen.

engine/       CaseStore: open a database, execute commands, ask queries
domain/       commands, events and rules, pure
log/          the event log
projections/  one module a read table
queries/      what screens ask, as typed rows
intake/       outside records to cases
sqlite/       opening the file, its schema; errors: what can be wrong with it
"""
