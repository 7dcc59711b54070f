"""Whom to notify: the rules in force, from a file of one's own and from the team's config service.

    rules_file      the local file, checked whole
    config_service  the service over HTTP: one question, one answer, in a bounded time
    answers         what the service answered, kept in the database: the rules in force stand on it
    refresh         asks the service anew in the background

A command never waits for the service: it is decided by what was kept. The file goes before the service.
"""
