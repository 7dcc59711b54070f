"""What can go wrong with the team's cluster, as sentences.

    SyncError                     everything below, and what librdkafka says that has no name here
    ├── SettingsWrong             a setting that librdkafka does not know or take, or a secret that is not there
    ├── Unreachable               no broker answers: offline, which is a state more than an error
    ├── NotAuthenticated          the cluster does not know us, or we do not trust it
    ├── NotAllowed                it knows us, and forbids this
    ├── TopicMissing              a topic is not there
    ├── TopicChanged              a topic is not the one that we knew, or no longer holds what we have not read
    └── TooLarge                  a record that the cluster does not take

What a person reads never holds a secret: see `store.sync.settings`.
"""


class SyncError(Exception):
    """Sync can't go on. `str()` is a sentence for people, `code` is for programs."""

    code = "sync_error"


class SettingsWrong(SyncError):
    code = "kafka_settings"


class Unreachable(SyncError):
    code = "kafka_unreachable"


class NotAuthenticated(SyncError):
    code = "kafka_not_authenticated"


class NotAllowed(SyncError):
    code = "kafka_not_allowed"


class TopicMissing(SyncError):
    code = "kafka_topic_missing"


class TopicChanged(SyncError):
    code = "kafka_topic_changed"


class TooLarge(SyncError):
    code = "kafka_too_large"
