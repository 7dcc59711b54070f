"""What can be wrong with the team's cluster, as sentences.

    Unreachable                   no broker answers: offline, which is a state and no error
    SyncStopped                   a person has to look before sync goes on
    └── ClusterError              everything below, and what librdkafka says that has no name here
        ├── SettingsWrong         a setting that librdkafka does not know or take, or a secret that is not there
        ├── NotAuthenticated      the cluster does not know us, or we do not trust it
        ├── NotAllowed            it knows us, and forbids this
        ├── TopicMissing          a topic is not there
        ├── TopicChanged          a topic was made anew, or no longer holds what we have not read
        ├── TooLarge              a record that the cluster does not take
        └── Replaced              another node has taken over what only one may do

What a person reads never holds a secret: see `store.sync.settings`.
"""

from typing import Final

from store.sync.shared_log import SyncStopped, Unreachable

FAILURES: Final = (SyncStopped, Unreachable)
"""All that whoever asks something of the cluster has to expect."""


class ClusterError(SyncStopped):
    code = "cluster_error"

    def __init__(self, sentence: str) -> None:
        super().__init__(type(self).code, sentence)


class SettingsWrong(ClusterError):
    code = "kafka_settings"


class NotAuthenticated(ClusterError):
    code = "kafka_not_authenticated"


class NotAllowed(ClusterError):
    code = "kafka_not_allowed"


class TopicMissing(ClusterError):
    code = "kafka_topic_missing"


class TopicChanged(ClusterError):
    code = "kafka_topic_changed"


class TooLarge(ClusterError):
    code = "kafka_too_large"


class Replaced(ClusterError):
    code = "kafka_replaced"
