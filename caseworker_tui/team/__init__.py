"""The team at a glance.

screen     the screen
bar_chart  a chart of bars, one under the cursor
"""
