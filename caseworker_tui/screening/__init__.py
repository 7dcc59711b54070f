"""The parties of a case against lists of sanctioned and politically exposed people.

screen  the screen
text    what it says
"""
