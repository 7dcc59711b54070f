"""Parts that several screens share, or that are a thing of their own.

case_panes    the tabs of a case file, of today or of then
case_table    the queue as a table that draws only the rows in sight
search_line   the query as it is typed
version_slider
              where a version of a case stands among all of them
top_line      the line at the top: where one is, and as whom
"""
