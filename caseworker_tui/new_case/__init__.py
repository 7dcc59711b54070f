"""Entering a case.

screen  the screen
form    its fields, and the command that they make
drafts  what was typed, kept until it is saved
"""
