"""The list of cases.

screen        the screen, which joins these three widgets and takes their keys:
  views         the strip of views, by number
  search_line   the line in which a query is typed
  case_list     the table, the text in place of an empty one, and the preview

Without a widget:
  reading       the course of reading: first rows, then all that is shown, then counts
  pages         the cases of a selection, a page at a time, and the places of cases in it
  layout        the columns, and which of them fit into a line
  selected      which cases are marked

table         the table, which draws only the rows in sight
preview       the case under the cursor at a glance
marking       what keys do to the marks, and what is done to all marked cases
columns       choosing the columns
keys          its keys
dialogs       naming views, and asking what is done to many cases
bulk          many cases under way
"""
