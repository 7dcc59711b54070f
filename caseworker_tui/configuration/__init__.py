"""The configuration and the team's document rules.

location        where the configuration lies, known without reading it
settings        the settings, checked as they are read
document_rules  the team's document rules, checked as they are read
"""
