"""How values and cases read.

wording        statuses, ages, shares and signs
numbers        numbers in sentences
controls       what of a text a terminal would act on
moments        points in time as people type them
ownership      who owns and controls a company
command_lines  commands and their results as JSON
"""
