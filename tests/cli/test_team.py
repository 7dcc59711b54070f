"""The command line of a team: sync on a mock cluster, and the ways out of conflicts and dead letters."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from caseworker_tui.cli.commands import sync
from store.sync.single_instance import single_instance
from store.unsettled import StoredQuarantined, quarantine
from tests.cli.conftest import NOW, PROJECT, Caseworker, as_lines, new_case
from tests.kafka.conftest import mock_connection_to
from tests.kafka.mock_cluster import MockCluster
from tests.sync.broken_team import CONFLICT, in_trouble
from tests.sync.test_forged import tags_that_fail_with

TOPICS: Final = ("case_commits", "kyc_events", "kyc_events.dlq", "notification_events")


@pytest.fixture
def cases(database: Path) -> dict[str, str]:
    return in_trouble(database, NOW)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "MockCluster":
    """The cluster of the configuration, with the team's topics."""
    cluster = MockCluster()
    for topic in TOPICS:
        cluster.create_topic(topic, 3)
    (tmp_path / "team.toml").write_text(f'[kafka]\n"bootstrap.servers" = "{cluster.bootstrap}"\n', encoding="utf-8")
    monkeypatch.setenv("CASEWORKER_CONFIG", str(tmp_path / "team.toml"))
    monkeypatch.setattr(sync, "_connection", lambda kafka: mock_connection_to(kafka["bootstrap.servers"]))
    return cluster


class TestSync:
    def test_without_a_cluster_there_is_nothing_to_sync_with(self, caseworker: Caseworker) -> None:
        result = caseworker("sync")
        assert result.exit_code == 2
        assert "[kafka]" in result.stderr

    def test_what_one_does_the_other_has(self, caseworker: Caseworker, cluster: MockCluster, tmp_path: Path) -> None:
        ana, ben = tmp_path / "ana.sqlite3", tmp_path / "ben.sqlite3"
        caseworker("exec", "--db", ana, stdin=as_lines(new_case(1), new_case(2)))
        first = caseworker("sync", "--db", ana, "--json")
        assert first.exit_code == 0, first.stderr
        assert "has joined the team of case_commits" in first.stderr
        assert json.loads(first.stdout) == {
            "accepted": 2, "sent": 2, "run_again": 0, "notifications_sent": 0, "pending": 0, "conflicts": 0,
            "resting_cases": 0, "unknown_own": 0,
        }  # fmt: skip
        assert caseworker("sync", "--db", ben).exit_code == 0
        assert caseworker("cases", "--db", ben, "--json").stdout == caseworker("cases", "--db", ana, "--json").stdout
        again = caseworker("sync", "--db", ana)
        assert again.exit_code == 0
        assert again.stderr == ""

    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError()])
    @pytest.mark.usefixtures("cluster")
    def test_a_machine_that_fails_stops_it_with_a_sentence(
        self, caseworker: Caseworker, tmp_path: Path, error: Exception
    ) -> None:
        ana, ben = tmp_path / "ana.sqlite3", tmp_path / "ben.sqlite3"
        created = json.loads(caseworker("exec", "--db", ana, stdin=as_lines(new_case(1))).stdout)
        tagged = {"command": "TagCase", "data": {"case_id": created["case_id"], "tag": "vip"}}
        caseworker("exec", "--db", ana, stdin=as_lines(tagged))
        assert caseworker("sync", "--db", ana).exit_code == 0
        with tags_that_fail_with(error):
            result = caseworker("sync", "--db", ben)
        assert result.exit_code == 1
        *_, said = result.stderr.splitlines()
        assert "What was taken in before is kept." in said
        assert caseworker("sync", "--db", ben).exit_code == 0

    def test_a_database_that_was_restored_from_a_backup_says_what_came_back(
        self, caseworker: Caseworker, cluster: MockCluster, database: Path
    ) -> None:
        caseworker("exec", stdin=as_lines(new_case(1)))
        assert caseworker("sync").exit_code == 0
        backup = database.read_bytes()
        caseworker("exec", stdin=as_lines(new_case(2), new_case(3)))
        assert caseworker("sync").exit_code == 0
        database.write_bytes(backup)
        for _ in range(2):  # until somebody has seen it
            result = caseworker("sync", "--json")
            assert result.exit_code == 1
            assert json.loads(result.stdout)["unknown_own"] == 2
            assert result.stderr.startswith("2 changes of this database (")
            assert "came back from the team's log" in result.stderr
        assert "came back from the team's log" in caseworker("verify").stderr
        checked = caseworker("doctor")
        assert checked.exit_code == 1
        assert "2 of its own came back that it had not made" in checked.stdout
        assert "2 changes that came back are told no more" in caseworker("sync", "--acknowledge").stdout
        assert json.loads(caseworker("sync", "--acknowledge", "--json").stdout) == {"acknowledged": 0}
        again = caseworker("sync")
        assert (again.exit_code, again.stderr) == (0, "")
        assert "Changes sent" not in caseworker("doctor").stdout

    def test_the_database_is_compared_with_the_log(
        self, caseworker: Caseworker, cluster: MockCluster, database: Path
    ) -> None:
        caseworker("exec", stdin=as_lines(new_case(1), new_case(2)))
        assert "not joined" in caseworker("sync", "--compare").stderr
        assert caseworker("sync").exit_code == 0
        same = caseworker("sync", "--compare")
        assert (same.exit_code, same.stdout) == (0, "All is here: 2 records of the team's log.\n")
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("DROP TRIGGER commits_no_delete")
            connection.execute("DELETE FROM commits WHERE position = 2")
        found = caseworker("sync", "--compare", "--json")
        assert found.exit_code == 1
        assert json.loads(found.stdout)["records"] == 2
        assert "1 of the records" in json.loads(found.stdout)["findings"][0]

    def test_one_process_at_a_time(self, caseworker: Caseworker, cluster: MockCluster, database: Path) -> None:
        caseworker("exec", stdin=as_lines(new_case()))
        with single_instance(database):
            result = caseworker("sync")
        assert result.exit_code == 1
        assert "Another process syncs" in result.stderr
        assert caseworker("sync").exit_code == 0

    def test_a_record_is_passed_over_by_its_place(
        self, caseworker: Caseworker, database: Path, cases: dict[str, str]
    ) -> None:
        """Also one that names no case, of which no case can tell."""
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            quarantined = StoredQuarantined(7, 9, None, "damaged", "Record 9 of partition 7 names no case.", None, b"x")
            quarantine(connection, quarantined)
            ((place,),) = connection.execute(
                "SELECT log_partition || ':' || log_offset FROM quarantined_records WHERE case_id = ?",
                (cases["resting"],),
            ).fetchall()
        assert caseworker("sync", "--release", "7:8").exit_code == 1
        for released in ("7:9", place):
            assert "is passed over" in caseworker("sync", "--release", released).stdout
            assert "No case rests because of record" in caseworker("sync", "--release", released).stderr
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("SELECT count(*) FROM quarantined_records").fetchone() == (0,)
            assert connection.execute("SELECT count(*) FROM rejected_records").fetchone() == (2,)

    def test_a_case_that_rests_is_released(self, caseworker: Caseworker, cases: dict[str, str]) -> None:
        result = caseworker("sync", "--release", cases["resting"])
        assert result.exit_code == 0
        assert result.stdout.startswith("The case goes on")
        assert "does not rest" in caseworker("sync", "--release", cases["resting"]).stderr

    def test_a_setting_that_is_wrong_is_told(self, caseworker: Caseworker, tmp_path: Path) -> None:
        (tmp_path / "c.toml").write_text('[kafka]\n"bootstrap.servers" = "x:1"\n"no.such.thing" = "y"\n')
        result = caseworker("--config", tmp_path / "c.toml", "sync")
        assert result.exit_code == 2
        assert "no.such.thing" in result.stderr

    def test_relay_goes_with_watch(self, caseworker: Caseworker) -> None:
        assert caseworker("sync", "--relay").exit_code == 2


class TestConflicts:
    def test_are_listed_and_described(self, caseworker: Caseworker, cases: dict[str, str]) -> None:
        result = caseworker("conflicts")
        assert result.exit_code == 1
        assert CONFLICT in result.stdout
        shown = caseworker("conflicts", "show", CONFLICT).stdout
        for part in ("RateRisk by ana.ruiz", "It no longer holds", '"level":"LOW"', "They went elsewhere", "WITHDRAWN"):
            assert part in shown
        told = json.loads(caseworker("conflicts", "show", CONFLICT, "--json").stdout)
        assert told["row"]["case_id"] == cases["conflict"]

    def test_retry_is_refused_while_it_does_not_hold(self, caseworker: Caseworker, cases: dict[str, str]) -> None:
        result = caseworker("conflicts", "retry", CONFLICT)
        assert result.exit_code == 1
        assert caseworker("conflicts").exit_code == 1
        reopen = {"command": "ReopenCase", "data": {"case_id": cases["conflict"], "reason": "They are back."}}
        assert json.loads(caseworker("exec", stdin=as_lines(reopen)).stdout)["ok"]
        assert caseworker("conflicts", "retry", CONFLICT).stdout.startswith(CONFLICT)
        assert caseworker("conflicts").exit_code == 0

    def test_another_command_instead(self, caseworker: Caseworker, cases: dict[str, str]) -> None:
        bad = json.dumps({"command": "TagCase", "data": {"case_id": cases["conflict"], "tag": ""}})
        assert caseworker("conflicts", "edit", CONFLICT, "--reason", "so", stdin=bad).exit_code == 1
        assert caseworker("conflicts").exit_code == 1
        note = json.dumps({"command": "AddNote", "data": {"case_id": cases["conflict"], "text": "Low, I think."}})
        result = caseworker("conflicts", "edit", CONFLICT, "--reason", "too late", stdin=note)
        assert (result.exit_code, caseworker("conflicts").exit_code) == (0, 0)
        assert "Low, I think." in caseworker("show", cases["conflict"]).stdout

    def test_kept_as_a_note(self, caseworker: Caseworker, cases: dict[str, str]) -> None:
        assert caseworker("conflicts", "keep-as-note", CONFLICT, "The risk was low.").exit_code == 0
        assert "The risk was low." in caseworker("show", cases["conflict"]).stdout
        assert caseworker("conflicts").exit_code == 0

    def test_discarded(self, caseworker: Caseworker, cases: dict[str, str]) -> None:
        assert caseworker("conflicts", "discard", CONFLICT, "--reason", "no more").exit_code == 0
        assert caseworker("conflicts").exit_code == 0
        assert "no conflict" in caseworker("conflicts", "discard", CONFLICT, "--reason", "no more").stderr


class TestDeadLetters:
    def test_corrected_and_replayed(self, caseworker: Caseworker, cases: dict[str, str]) -> None:
        listed = json.loads(caseworker("dead-letters", "--json").stdout)
        assert [(each["dead_letter_id"], each["state"]) for each in listed] == [(1, "WAITING")]
        assert caseworker("dead-letters", "show", 1).stdout == '{"client_id": 5}'
        assert "client_id" in caseworker("dead-letters", "replay", 1).stderr
        assert caseworker("dead-letters").exit_code == 1
        message = (PROJECT / "sample_data" / "messages.jsonl").read_text(encoding="utf-8").partition("\n")[0]
        result = caseworker("dead-letters", "replay", 1, "-", stdin=message)
        assert result.exit_code == 0, result.stderr
        assert json.loads(message)["client_id"] in caseworker("show", result.stdout.strip()).stdout
        assert caseworker("dead-letters").exit_code == 0
        assert json.loads(caseworker("dead-letters", "--all", "--json").stdout)[0]["state"] == "REPLAYED"

    def test_discarded(self, caseworker: Caseworker, cases: dict[str, str]) -> None:
        for number in (2, 2**63, -(2**63) - 1):
            result = caseworker("dead-letters", "show", "--", number)
            assert (result.exit_code, result.stderr) == (1, f"There is no dead letter {number}.\n")
        assert caseworker("dead-letters", "discard", 1, "--reason", "a test").exit_code == 0
        assert caseworker("dead-letters").exit_code == 0
        assert "discarded already" in caseworker("dead-letters", "replay", 1).stderr
