"""One history for a team: commits go to a shared log, and come back in the order that all laptops see.

shared_log   what a shared log has to offer (a `Protocol`), and what can be wrong with one
partition    which partition a case is in
wire         a commit as a record, and back
judge        the acceptance rule
rebase       pending commits on a case that has moved on, pure
pull         one batch of records, taken in with its verdicts, rows and cursors in one transaction
round        pull, push, pull until it returns
team         joining a shared log, and knowing it again
single_instance  one process at a time
watch        sync that goes on until it is stopped
conflicts    the four ways out of a conflict
quarantine   how cases go on that are quarantined because of a record that can't be read
comparison   whether a database has what it has read of the log
older        what a person has seen of a database that is older than what was sent from it
to_settle    all that waits for a person, in one transaction

And through Kafka, which is loaded only where it is used (docs/kafka.md):

settings        how to reach the cluster: the `[kafka]` table, secrets looked up
errors          what can go wrong with the cluster, as sentences
connection      clients of the cluster, whose failures are our errors
topic_log       a topic, read from positions that the reader keeps
kafka           the shared log on topic `case_commits`
topics          the team's topics: what is wrong with them, and making them
intake          topic `kyc_events` to cases, shared by the team
intake_messages messages of topic `kyc_events`, and the command in each
dead_letters    messages that could not become a case, to be corrected and replayed
messages        what goes out to other services; asyncapi says it to tools
transactions    records sent all or none, by one sender at a time
notifications   what is to be notified goes out once, from where it was done
relay           what is accepted goes out once, from one node
"""
