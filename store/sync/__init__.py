"""One history for a team: commits go to a shared log, and come back in the order that all laptops see.

shared_log   what a shared log has to offer (a `Protocol`), and what can be wrong with one
partition    which partition a case is in
wire         a commit as a record, and back
judge        the acceptance rule
rebase       pending commits on a case that has moved on, pure
pull         one batch of records, taken in with its verdicts, rows and cursors in one transaction
round        pull, push, pull until it returns
team         joining a shared log, and knowing it again
conflicts    the four ways out of a conflict
quarantine   cases that rest because of a record that can't be read, and how they go on

And through Kafka, which is loaded only where it is used:

settings     how to reach the cluster: the `[kafka]` table, secrets looked up
errors       what can go wrong with the cluster, as sentences
connection   clients of the cluster, whose failures are our errors
topic_log    a topic, read from positions that the reader keeps
kafka        the shared log on topic `case_commits`
"""
