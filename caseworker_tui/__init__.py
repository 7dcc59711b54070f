"""What a person sees of caseworker: the app and the command line. The engine is the package `store`.

cli            `caseworker` itself; commands/ are its subcommands
program        what the subcommands share: options, exit codes, errors as sentences
command_lines  commands as JSON, one a line
doctor         `caseworker doctor`: what could keep the program from working
case_tables    cases, case files and the log as plain text
printing       stdout, stderr, tables, progress bars
sample         the throw-away database of `caseworker demo`
app            the app; screens/ and widgets/ are its parts
"""
