"""The settings file and the team's document rules.

location        where the settings file lies, known without reading it
settings        the settings, checked as they are read
document_rules  the team's document rules, checked as they are read
"""
