"""Sanctions and PEP lists, kept beside the database, and the parties of cases screened against them.

entries         an entry of a list, as its layout gives it
simple_csv, followthemoney
                the two layouts of lists
list_import     a file to a list in force, whole or not at all
list_files      the lists that are in force, and which of their entries may be somebody
spelling        how names are spelt and how they sound
matching        how much an entry is like a party, and why
lookup          who on a list may be a party
parties         the parties of a case, as they are compared
case_screening  what screening a case comes to, what was decided before, and the commands that record a decision

The lists are no part of the log: what was compared is in the command that records a check (store/domain/screening.py).
"""
