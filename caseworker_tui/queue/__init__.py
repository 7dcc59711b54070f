"""The list of cases.

screen        the screen: what is shown, and what keys do
table         the table, which draws only the rows in sight
layout        the columns, and which of them fit into a line
search_line   the line in which a query is typed
views         the strip of views, by number
selected      which cases are marked
columns       choosing the columns
keys          its keys
dialogs       naming views, and asking what is done to many cases
bulk          many cases under way
"""
