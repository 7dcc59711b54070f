"""The command line.

main              the group `caseworker` and its options; opening the app
in_terminal       the app until the person leaves or a signal ends it, built anew after a fault
program           what subcommands share: options, exit codes, errors
printing          plain text and JSON on stdout, narration on stderr
case_tables       cases as tables
case_json         a case as JSON
screening_tables  screening as tables and as JSON
doctor            what can be wrong with the set-up
key_sheet         docs/keys.md, made of the keys of all screens
sample            the throw-away database of `demo`
commands/         the subcommands, one module a kind
"""
