"""The subcommands, each a function that returns its exit code (None is 0).

cases          import, cases, team, show
documents      attach, attachment, expiring
rules          rules: the document rules
notifications  notifications: the notification rules
screening      lists, screen
log            log
execute        exec
sync           sync
conflicts      conflicts
dead_letters   dead-letters
configuration  config
database       verify, rebuild, doctor
"""
