"""The face of caseworker: the terminal app and the command line, on the engine in `store`.

app            the app: its screens, and the way from one to another
cli/           the command line
queue/         the list of cases
case/          one case file, today and as it stood
new_case/      the form that enters a case
screening/     the parties of a case against lists
team/          the team in charts
sync/          how it stands with the team's shared log, and what is to be settled
dialogs/       questions, and the screens that ask them
frame/         what every screen stands in
text/          how values and cases read
configuration/ the configuration and the team's document rules

Each imports only what stands behind it in this order: cli, app, queue, case, then sync, screening and new_case, then
dialogs and team, then frame, then text and configuration.
"""
