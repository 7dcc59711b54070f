"""The past on the command line: `show --at` and `--at-version`, and the versions that `log` counts."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from caseworker_tui.text.moments import read_moment
from tests.cli.conftest import Caseworker, as_lines, new_case
from tests.store.stores import by_hand


@pytest.fixture(autouse=True)
def in_paris(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def case(caseworker: Caseworker) -> str:
    """The id of a case with three versions: opened, a document taken in, tagged."""
    answer = json.loads(caseworker("exec", stdin=as_lines(new_case())).stdout)
    case_id = str(answer["case_id"])
    document = show(caseworker, case_id)["documents"][0]["document_requirement_id"]
    taken_in = {
        "command": "UpdateDocumentStatus",
        "data": {"document_requirement_id": document, "new_status": "UPLOADED"},
        "actor": "ben.osei",
    }
    tagged = {"command": "TagCase", "data": {"case_id": case_id, "tag": "vip"}}
    assert caseworker("exec", stdin=as_lines(taken_in, tagged)).exit_code == 0
    return case_id


def show(caseworker: Caseworker, case_id: str, *more: object) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(caseworker("show", case_id, "--json", *more).stdout)
    return case


class TestAVersion:
    def test_shows_the_case_as_it_stood(self, caseworker: Caseworker, case: str) -> None:
        then = show(caseworker, case, "--at-version", 1)
        assert (then["documents"][0]["status"], then["tags"]) == ("AWAITING_UPLOAD", [])
        assert then["assessment"]["missing"][0] == "the passport of Ada Number1 is AWAITING_UPLOAD"

    def test_says_so_in_its_json(self, caseworker: Caseworker, case: str) -> None:
        then = show(caseworker, case, "--at-version", 2)
        as_of = then["as_of"]
        document_id = then["documents"][0]["document_requirement_id"]
        assert (as_of["version"], as_of["versions"], as_of["actor"]) == (2, 3, "ben.osei")
        assert as_of["commit_id"] == then["head"]
        assert as_of["recorded_at"] == then["updated_at"]
        assert as_of["changes"] == [
            {
                "part": "case",
                "row_id": case,
                "kind": "changed",
                "fields": [{"field": "documents_uploaded", "before": 0, "after": 1}],
            },
            {
                "part": "documents",
                "row_id": document_id,
                "kind": "changed",
                "fields": [{"field": "status", "before": "AWAITING_UPLOAD", "after": "UPLOADED"}],
            },
        ]

    def test_of_today_is_the_same_but_for_saying_so(self, caseworker: Caseworker, case: str) -> None:
        today = show(caseworker, case)
        assert today["as_of"] is None
        assert (today["related"], today["related_more"]) == ([], [])
        of_today_only: dict[str, Any] = {"as_of": None, "related": [], "related_more": []}
        assert show(caseworker, case, "--at-version", 3) | of_today_only == today

    def test_says_so_in_its_first_line(self, caseworker: Caseworker, case: str) -> None:
        first, second, _, title, *_ = caseworker("show", case, "--at-version", "2").stdout.splitlines()
        assert first.startswith("AS IT STOOD at ")
        assert first.endswith(": version 2 of 3")
        assert second == "  ben.osei took in the passport of Ada Number1"
        assert title.endswith("  Ada Number1")
        assert "AS IT STOOD" not in caseworker("show", case).stdout

    def test_that_is_not_there_exits_with_1(self, caseworker: Caseworker, case: str) -> None:
        result = caseworker("show", case, "--at-version", "4")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == "The case has no version 4: they count from 1 to 3.\n"

    @pytest.mark.parametrize("wrong", ["0", "-1", "x"])
    def test_that_is_none_exits_with_2(self, caseworker: Caseworker, case: str, wrong: str) -> None:
        assert caseworker("show", case, "--at-version", wrong).exit_code == 2


class TestAMoment:
    def test_shows_the_newest_version_by_then(self, caseworker: Caseworker, case: str) -> None:
        second = show(caseworker, case, "--at-version", 2)["as_of"]
        by_then = show(caseworker, case, "--at", second["recorded_at"])
        assert by_then["as_of"] == second
        just_before = datetime.fromisoformat(second["recorded_at"]) - timedelta(microseconds=1)
        assert show(caseworker, case, "--at", just_before.isoformat(timespec="microseconds"))["as_of"]["version"] == 1
        today = datetime.now().astimezone().date()
        assert show(caseworker, case, "--at", today + timedelta(days=1))["as_of"]["version"] == 3

    def test_before_the_case_exits_with_1(self, caseworker: Caseworker, case: str) -> None:
        result = caseworker("show", case, "--at", "2020-02-29")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("The case was opened at 20")
        assert "after 2020-02-29T22:59:59.999999+00:00" in result.stderr

    def test_that_is_none_is_told_in_a_sentence(self, caseworker: Caseworker, case: str) -> None:
        result = caseworker("show", case, "--at", "yesterday")
        assert result.exit_code == 2
        assert "‘yesterday’ is not a moment: write a day like 2026-03-31" in result.stderr

    def test_and_a_version_exclude_each_other(self, caseworker: Caseworker, case: str) -> None:
        result = caseworker("show", case, "--at", "2026-03-31", "--at-version", "1")
        assert result.exit_code == 2
        assert "give one of them" in result.stderr

    @pytest.mark.parametrize(
        ("written", "latest"),
        [
            ("2026-03-31", "2026-03-31T21:59:59.999999"),
            ("2026-03-29", "2026-03-29T21:59:59.999999"),
            ("2026-01-31", "2026-01-31T22:59:59.999999"),
            ("2026-03-31T12:00", "2026-03-31T10:00:59.999999"),
            ("2026-03-31 12:00", "2026-03-31T10:00:59.999999"),
            (" 2026-03-31T12:00Z ", "2026-03-31T12:00:59.999999"),
            ("2026-03-31T12:00:07+05:30", "2026-03-31T06:30:07.999999"),
            ("2026-03-31T12:00:07-0200", "2026-03-31T14:00:07.999999"),
            ("2026-03-31T12:00:07.5", "2026-03-31T10:00:07.500000"),
            ("2026-03-31T12:00:07.123456+00:00", "2026-03-31T12:00:07.123456"),
        ],
    )
    def test_is_local_and_as_late_as_it_can_be(self, written: str, latest: str) -> None:
        assert read_moment(written) == datetime.fromisoformat(latest).replace(tzinfo=UTC)

    @pytest.mark.parametrize(
        "wrong",
        ["", "12:00", "2026", "2026-03", "2026-3-1", "20260331", "2026-02-30", "2026-03-31T24:01", "2026-03-31Z",
         "2026-03-31T12", "0001-01-01", "9999-12-31", "２０２６-03-31"],
    )  # fmt: skip
    def test_is_nothing_else(self, wrong: str) -> None:
        with pytest.raises(ValueError, match="is not a moment"):
            read_moment(wrong)


class TestTheLog:
    def test_counts_the_versions_of_each_case(self, caseworker: Caseworker, case: str, tmp_path: Path) -> None:
        caseworker("exec", stdin=as_lines(new_case(2)))
        events = json.loads(caseworker("log", "--json").stdout)
        assert [event["case_version"] for event in events] == [1, 1, 1, 1, 2, 3, 1, 1, 1, 1]
        lines = caseworker("log", case).stdout.splitlines()
        assert [line.split()[3] for line in lines] == ["v1", "v1", "v1", "v1", "v2", "v3"]

    def test_counts_a_change_that_found_nothing_to_do(self, caseworker: Caseworker, case: str) -> None:
        determine = {"command": "DetermineInitialDocumentRequirements", "data": {"case_id": case}}
        untag = {"command": "UntagCase", "data": {"case_id": case, "tag": "vip"}}
        caseworker("exec", stdin=as_lines(determine, untag))
        newest = json.loads(caseworker("log", case, "--json").stdout)[-1]
        assert newest["case_version"] == 5
        assert show(caseworker, case, "--at-version", 5)["tags"] == []
        nothing = caseworker("show", case, "--at-version", "4").stdout.splitlines()
        assert nothing[1] == "  ana.ruiz found nothing to change"
        assert show(caseworker, case, "--at-version", 4)["as_of"]["changes"] == []


class TestATimeThatDoesNotExist:
    """An older version took it from a team's log."""

    NEVER = "2026-99-99T25:61:00.000000+00:00"

    @pytest.fixture(autouse=True)
    def never(self, caseworker: Caseworker, database: Path, case: str) -> None:
        with by_hand(database) as connection:
            connection.execute("UPDATE commits SET recorded_at = ? WHERE position = 2", [self.NEVER])
            connection.execute("UPDATE events SET timestamp = ? WHERE commit_position = 2", [self.NEVER])
        assert caseworker("rebuild").exit_code == 0

    @pytest.mark.parametrize("version", [1, 2, 3])
    def test_is_shown_as_it_is(self, caseworker: Caseworker, case: str, version: int) -> None:
        then = show(caseworker, case, "--at-version", version)
        assert (then["as_of"]["recorded_at"] == self.NEVER) is (version == 2)
        result = caseworker("show", case, "--at-version", version)
        assert result.exit_code == 0
        assert (self.NEVER in result.stdout) is (version == 2)

    def test_holds_up_no_other_question(self, caseworker: Caseworker, case: str) -> None:
        for arguments in (["show", case], ["cases"], ["team"], ["log", case], ["expiring"]):
            result = caseworker(*arguments)
            assert result.exit_code == 0, arguments
            assert "A fault in caseworker" not in result.output
