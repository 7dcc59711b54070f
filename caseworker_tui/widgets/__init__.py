"""Parts that several screens share, or that are a thing of their own.

case_table    the queue as a table that draws only the rows in sight
search_line   the query as it is typed
top_line      the line at the top: where one is, and as whom
"""
