"""A commit that no record of the team's log can hold: refused when it is given, and otherwise held back alone."""

from collections.abc import Mapping
from threading import Event

import pytest

from store.domain import commands as c
from store.domain.refusals import Refusal
from store.log.commit import LARGEST_COMMIT, size_of
from store.log.pending import all_pending_commits, too_large
from store.sync.settings import COMMITS_TOPIC
from store.sync.shared_log import Span
from store.sync.team import join
from store.sync.watch import State, Status, Watch
from store.sync.wire import encode
from tests.domain.examples import BEN, kyc
from tests.store.stores import a_case_with_everything
from tests.sync.memory_team import Laptop, MemoryLog, a_laptop, note
from tests.sync.test_watch import WatchedLine


def many_persons(number: int) -> c.CreateCase:
    return kyc(*(BEN.model_copy(update={"firstname": f"‘{n}’ " + '"\\é' * 40}) for n in range(number)))


def test_is_refused_in_a_team() -> None:
    ana = a_laptop("ana", MemoryLog())
    with pytest.raises(Refusal, match="give it in smaller parts") as refused:
        ana.does(many_persons(1_500))
    assert refused.value.code == "commit_too_large"
    assert ana.accepted() == {}
    assert ana.does(many_persons(10)).events


def test_is_what_it_is_alone() -> None:
    alone = a_laptop("alone", MemoryLog(), joined=False)
    assert alone.does(many_persons(1_500)).events
    assert alone.findings() == []


@pytest.fixture
def joined() -> Laptop:
    """A laptop that gave such a command before it joined, and some before and after."""
    ana = a_laptop("ana", MemoryLog(), joined=False)
    first = ana.does(kyc(), "first").case_id
    large = ana.does(many_persons(1_500), "large").case_id
    ana.does(note(large), "on the large one")
    ana.does(note(first), "last")
    join(ana.store, ana.line)
    return ana


def test_holds_up_its_case_alone(joined: Laptop) -> None:
    for _ in range(2):
        assert joined.syncs(batch=1).pending == 2
        assert joined.ids("commits") == {"first", "last"}
        assert joined.ids("pending_commits") == {"large", "on the large one"}
    (sentence,) = joined.store.query(too_large).values()
    assert "too large for the team's log" in sentence
    assert joined.findings() == []


class WhoSpins(WatchedLine):
    """Takes a few rounds, and is at its end then."""

    rounds: int = 0

    def spans(self) -> Mapping[int, Span]:
        self.rounds += 1
        assert self.rounds < 8, "a round follows upon the other"
        return super().spans()


def test_is_told_by_the_watch_which_waits_all_the_same(joined: Laptop) -> None:
    line, told = WhoSpins(joined.line.log), list[Status]()
    Watch(joined.store, line, told.append, line.stop, Event()).run()
    assert "too large" in told[-1].troubles["size"]
    assert told[-1].state is State.UP_TO_DATE


def test_its_size_is_never_told_too_small() -> None:
    ana = a_laptop("ana", MemoryLog())
    a_case_with_everything(ana.store)
    ana.does(many_persons(100))
    commits, _ = ana.store.query(all_pending_commits, after=0, limit=1_000)
    for commit in commits:
        assert len(encode(commit)) <= size_of(commit) < 2 * len(encode(commit)) + 1_000
    assert LARGEST_COMMIT < 1_000_000, f"what librdkafka sends to {COMMITS_TOPIC} by default"
