"""Entering a case.

screen  the screen
form    its fields, and the command that they make
"""
