"""Files to records: layouts told by content, and one sentence for each thing that is wrong."""

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from store.intake import records
from store.intake.records import Broken, Piece, Record, read_records
from store.intake.sniffing import Unreadable
from store.sync import intake_messages
from store.sync.intake_messages import Original, Place

MakeFile = Callable[..., Path]


def values(path: Path) -> list[object]:
    return [record.value for record in read_records(path) if isinstance(record, Record)]


def problems(path: Path) -> list[tuple[str, str]]:
    return [(each.where, each.reason) for each in read_records(path) if isinstance(each, Broken)]


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (b'{"a": 1}\n{"a": 2}\n', ["line 1", "line 2"]),
        (b'{"a": 1}\r\n\r\n  \n{"a": 2}', ["line 1", "line 4"]),
        (b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n', ["line 1", "line 2"]),
        (b'[{"a": 1}, {"a": 2}]', ["record 1", "record 2"]),
        (b'\xef\xbb\xbf [\n  {"a":\n 1},\n  {"a": 2}\n]\n', ["record 1", "record 2"]),
        (b'{"data": [{"a": 1}, {"a": 2}], "meta": {}}', ["line 1, record 1", "line 1, record 2"]),
        (b'{\n "data": [\n  {"a": 1}, {"a": 2}\n ]\n}', ["record 1", "record 2"]),
    ],
    ids=["lines", "crlf and blank lines", "lines with a BOM", "array", "array with a BOM", "page", "tall page"],
)
def test_two_records_in_every_layout(make_file: MakeFile, content: bytes, places: list[str]) -> None:
    path = make_file(content, "anything.txt")
    assert values(path) == [{"a": 1}, {"a": 2}]
    assert [record.where for record in read_records(path)] == places


def test_one_object_over_several_lines_is_one_record(make_file: MakeFile) -> None:
    [record] = read_records(make_file('{\n  "a": "x",\n  "b": [\n    {"c": 2}\n  ]\n}\n'))
    assert isinstance(record, Record)
    assert (record.where, record.value) == ("record 1", {"a": "x", "b": [{"c": 2}]})
    assert b"\n" not in record.raw


def test_text_with_brackets_commas_and_quotes_does_not_split_a_record(make_file: MakeFile) -> None:
    tricky = r'{"a": "]},{[ \" , \\"}'
    assert values(make_file(f"[{tricky},{tricky}]")) == [{"a": ']},{[ " , \\'}] * 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a" 1}', "broken JSON at column 6: expected `:`"),
        (b'{"\xc3\xa9\xc3\xa9" 1}', "broken JSON at column 7: expected `:`"),
        (b'{"a": 1', "broken JSON at column 7: it ends in the middle"),
        (b'{"a": 1} {"b": 2}', "broken JSON at column 10: there is more after its end"),
        (b'{"a": 1, "b": 2, "a": 1}', "the key ‘a’ is there twice in one object"),
        (b'{"a": [{"\\u0062": 1, "b": 2}]}', "the key ‘b’ is there twice in one object"),
        (b'{"a": tru}', "broken JSON at column 7: ‘tru’ is not a JSON value"),
        (b'{"a": NaN}', "broken JSON at column 7: ‘NaN’ is not a JSON value"),
        (b'{"a": Infinity}', "broken JSON at column 7: ‘Infinity’ is not a JSON value"),
        (b'{"a": -Infinity}', "broken JSON at column 7: ‘-Infinity’ is not a JSON value"),
        (b"{'a': 1}", "broken JSON at column 2: the name of a field must stand in double quotes"),
        (b'{"a": "\xff"}', "it is not UTF-8: byte 0xff at offset 7, counted from 0"),
        (b'{"a": "\xed\xa0\x80"}', "it is not UTF-8: byte 0xed at offset 7, counted from 0"),
    ],
)
def test_a_broken_line_is_named_and_costs_no_other(make_file: MakeFile, line: bytes, reason: str) -> None:
    path = make_file(b'{"good": 1}\n' + line + b'\n{"good": 2}\n')
    assert problems(path) == [("line 2", reason)]
    assert values(path) == [{"good": 1}, {"good": 2}]
    assert [each.raw for each in read_records(path)][1] == line


def test_what_ends_behind_a_line_break_is_told_with_its_place(make_file: MakeFile) -> None:
    reason = "broken JSON at line 2, column 1: it ends in the middle"
    with pytest.raises(Unreadable, match=reason):
        values(make_file(b'[{"a": 1,\n'))
    message = Original(Place("kyc_events", "id", 0, 0), None, b'{"a": 1,\n', ())
    with pytest.raises(intake_messages.Unreadable, match=reason):  # an intake that fails on one takes in no other
        intake_messages.read(message)


class TestARecordOfAMegabyteOfTheSame:
    """To look at it from each of its bytes on would take hours."""

    def test_blanks_before_a_value_are_kept(self, make_file: MakeFile) -> None:
        record = b'{"a":' + b" \t" * 500_000 + b'1,\n \t\n  "b": 2}'
        [found] = read_records(make_file(b"[" + record + b"]"))
        assert isinstance(found, Record)
        assert found.raw == record.replace(b"\n \t\n  ", b" ")

    def test_letters_before_what_is_wrong_are_passed_over(self, make_file: MakeFile) -> None:
        [(_, reason)] = problems(make_file(b'{"a": "' + b"x" * 1_000_000 + b'", "b": tru}\n{"a": 1}\n'))
        assert reason == "broken JSON at column 1000016: ‘tru’ is not a JSON value"


@pytest.mark.parametrize("surrogate", [rb"\ud800", rb"\ude00", rb"\ud83dx"])
def test_half_a_surrogate_pair_is_refused(make_file: MakeFile, surrogate: bytes) -> None:
    [(where, reason)] = problems(make_file(b'{"good": 1}\n{"a": "' + surrogate + b'"}\n'))
    assert where == "line 2"
    assert "half of a pair (a surrogate), which is no character" in reason


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("depth", [300, 100_000])
def test_absurd_nesting_is_a_sentence(make_file: MakeFile, opening: bytes, depth: int) -> None:
    [(where, reason)] = problems(make_file(b'{"good": 1}\n' + opening * depth + b"\n"))
    assert where == "line 2"
    assert reason.endswith("it is nested more than 200 levels deep")


def test_a_line_of_50_megabytes_is_named_and_never_held_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    line = b'{"a": "' + b"x" * (50 * 1024 * 1024 - 9) + b'"}'
    with path.open("wb") as file:
        file.write(b'{"good": 1}\n{"good": 2}\n')
        file.write(line + b'\n{"good": 3}\n')
    assert problems(path) == [("line 3", "it is 50.0 MB long; a record may have at most 16 MB")]
    assert values(path) == [{"good": 1}, {"good": 2}, {"good": 3}]
    [long] = [each for each in read_records(path) if isinstance(each, Broken)]
    assert isinstance(long.raw, Piece)
    assert max(map(len, long.raw.chunks())) <= 1024 * 1024
    assert b"".join(long.raw.chunks()) == line + b"\n"


def test_a_line_of_exactly_16_megabytes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(b'{"a": "' + b"x" * (16 * 1024 * 1024 - 9) + b'"}\n{"good": 1}\n')
    assert [type(each) for each in read_records(path)] == [Record, Record]
    path.write_bytes(b'{"a": "' + b"x" * (16 * 1024 * 1024 - 8) + b'"}\n{"good": 1}\n')
    assert [type(each) for each in read_records(path)] == [Broken, Record]


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        (b'{"a": NaN}', "broken JSON at column 7: ‘NaN’ is not a JSON value"),
        (b'{"a":\n x}', "broken JSON at line 2, column 2: ‘x’ is not a JSON value"),
        (b'{"a": "\xff"}', "it is not UTF-8: byte 0xff at offset 7, counted from 0"),
        (b'{"a": 1}{"b": 2}', "broken JSON at column 9: there is more after its end"),
        (b"", "there is nothing between two commas, or between a comma and the bracket"),
    ],
)
def test_a_broken_element_costs_no_other(make_file: MakeFile, element: bytes, reason: str) -> None:
    path = make_file(b'[{"good": 1}, ' + element + b' , {"good": 2}]')
    assert problems(path) == [("record 2", reason)]
    assert values(path) == [{"good": 1}, {"good": 2}]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty: there is nothing to import"),
        (b" \n\n\t" * 30_000, "it is empty: there is nothing to import"),
        (b"[]", "it is an empty list: there is nothing to import"),
        (b"client_id,type\n1,KYC\n2,KYB\n", "it holds no JSON records: it begins with ‘client_id,type’"),
        (b'# Cases\n\n```json\n{"a": 1}\n```\n', "it holds no JSON records: it begins with ‘# Cases’"),
        (b"\x1b]0;owned\x07 hello", r"it holds no JSON records: it begins with ‘\x1b]0;owned\x07 hello’"),
        (b"42\n", "it holds no JSON records: it begins with ‘42’"),
        (b"%PDF-1.7\n%\xe2\xe3", "it is a PDF document, not JSON"),
        (b"PK\x03\x04aaaa", "it is a ZIP archive or an office document: unpack it, or export it as JSON Lines"),
        (b"\x1f\x8b\x08aaaa", "it is compressed (gzip): unpack it first"),
        (b"\x7fELF\x02\x01\x00\x00", "it is a binary file, not JSON"),
        ('{"a": 1}\n'.encode("utf-16"), "it is UTF-16 text: save it as UTF-8 and import it again"),
        ('{"a": 1}\n'.encode("utf-16-be"), "it is UTF-16 text: save it as UTF-8 and import it again"),
        (
            b'{\n  "a": 1,\n  "b" [\n    2\n  ]\n}\n',
            "it is not JSON that can be read: broken JSON at line 3, column 7: expected `:`",
        ),
        (
            b'[{"a": 1}, {"b"',
            "it is not JSON that can be read: broken JSON at column 15: it ends in the middle",
        ),
        (
            b"[link](https://example.org)\ntext",
            "it is not JSON that can be read: broken JSON at line 1, column 2: ‘link’ is not a JSON value",
        ),
    ],
    ids=lambda value: value[:12].decode(errors="ignore").strip() if isinstance(value, bytes) else "",
)
def test_a_file_that_is_no_json_is_one_sentence(make_file: MakeFile, content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        list(read_records(make_file(content, "cases.json")))
    assert str(unreadable.value) == reason


def test_json_lines_of_which_the_first_is_no_json_are_still_read(make_file: MakeFile) -> None:
    path = make_file('exported 2024-05-31\n{"a": 1}\n{"a": 2}\n')
    assert [where for where, _ in problems(path)] == ["line 1"]
    assert values(path) == [{"a": 1}, {"a": 2}]


def test_what_can_not_be_opened_is_one_sentence(tmp_path: Path) -> None:
    closed = tmp_path / "closed.jsonl"
    closed.write_text('{"a": 1}')
    for path, reason in [
        (tmp_path / "absent.jsonl", "there is no such file"),
        (tmp_path, "it is a folder: name the files in it"),
        (Path("/dev/null"), "it is not a regular file: save what it delivers to a file first"),
        (tmp_path / "a\0b", "it can't be opened: embedded null byte"),
        (closed / "below", "it can't be opened: Not a directory"),
    ]:
        with pytest.raises(Unreadable) as unreadable:
            list(read_records(path))
        assert str(unreadable.value) == reason


def test_a_file_that_may_not_be_read_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "closed.jsonl"
    path.write_text('{"a": 1}')
    monkeypatch.setattr(Path, "open", forbid)  # a test that runs as root may read everything
    with pytest.raises(Unreadable, match="it may not be read: its permissions forbid it"):
        list(read_records(path))


def test_an_array_that_would_fill_the_memory_is_refused(make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.intake.records.MAX_WHOLE_BYTES", 1024 * 1024)
    path = make_file(b"[" + b" " * (2 * 1024 * 1024) + b"1]")
    with pytest.raises(Unreadable, match=r"it is one JSON value of 2 MB, .* one to a line"):
        list(read_records(path))
    path.write_bytes(b'{"a": 1}\n' * (120 * 1024))
    assert sum(1 for _ in read_records(path)) == 120 * 1024


def test_progress_is_told_in_bytes_of_the_file(make_file: MakeFile) -> None:
    path = make_file(b'{"a": 1}\n{"a" 2}\n\n{"a": 3}')
    assert [each.done for each in read_records(path)] == [9, 17, 26]
    assert path.stat().st_size == 26


@pytest.mark.parametrize("element", [b"1", b"{}", b'"a"', b"[[]]", b"tru", b""])
def test_the_memory_of_an_array_does_not_grow_with_the_number_of_its_elements(
    make_file: MakeFile, element: bytes
) -> None:
    content = b"[" + (element + b",") * 100_000 + b"1]"
    path = make_file(content)
    tracemalloc.start()
    count = sum(1 for _ in read_records(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 100_001
    assert peak < 2 * len(content) + 500_000


def test_blank_lines_are_counted_without_reading_each(make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0

    class Counting(io.BufferedReader):
        def readline(self, size: int | None = -1) -> bytes:
            nonlocal read
            read += 1
            return super().readline(size)

    def opened(path: Path) -> io.BufferedReader:
        return Counting(io.FileIO(path))

    monkeypatch.setattr(records, "open_for_reading", opened)
    blank = b"\n \t\r\n" * 100_000
    path = make_file(blank + b'{"a": 1}\n' + blank + b'{"a": 2}\n')
    assert [(each.where, each.done) for each in read_records(path)] == [
        ("line 200001", len(blank) + 9),
        ("line 400002", 2 * len(blank) + 18),
    ]
    assert read < 1_000


def test_a_record_with_more_values_than_a_record_has_is_refused(make_file: MakeFile) -> None:
    many = b'{"a": [' + b"1," * records.MOST_VALUES + b"1]}"
    reason = "it has more than 100,000 values, which is more than a record can have"
    for content, where in ((many + b'\n{"good": 1}\n', "line 1"), (b"[" + many + b', {"good": 1}]', "record 1")):
        path = make_file(content)
        assert problems(path) == [(where, reason)]
        assert values(path) == [{"good": 1}]


def test_an_array_of_more_brackets_than_are_looked_at_is_refused(
    make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MOST_BRACKETS", 9)
    assert values(make_file(b"[{}, {}, {}, {}]")) == [{}, {}, {}, {}]
    for content in (b"[{}, {}, {}, {}, {}]", b"[" * 11):
        with pytest.raises(
            Unreadable, match=r"it has more than 9 objects and lists within one: .* any number can be read"
        ):
            list(read_records(make_file(content)))


def test_a_large_array_that_never_ends_is_not_parsed_whole(make_file: MakeFile) -> None:
    path = make_file(b'[{"a": 1}, ' + b"1," * records.MOST_VALUES)
    with pytest.raises(Unreadable, match="its list never ends, or more follows its end"):
        list(read_records(path))


def test_an_object_or_an_element_has_at_most_what_a_line_has(
    make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_LINE_BYTES", 1024)
    long = b'{\n"a": "' + b"x" * 2000 + b'"}'
    with pytest.raises(Unreadable, match="it is one JSON value of 0 MB"):
        list(read_records(make_file(long)))
    path = make_file(b'[{"good": 1},' + long + b',{"good": 2}]')
    assert problems(path) == [("record 2", "it is 0.0 MB long; a record may have at most 0 MB")]
    assert values(path) == [{"good": 1}, {"good": 2}]
    (broken,) = [each for each in read_records(path) if isinstance(each, Broken)]
    assert isinstance(broken.raw, Piece)
    assert b"".join(broken.raw.chunks()) == long.replace(b"\n", b" ")


def test_what_is_wrong_is_told_without_taking_all_lines_apart() -> None:
    raw = b"{" + b"\n" * 1_000_000 + b"x}"
    tracemalloc.start()
    assert records.trouble(raw).startswith("broken JSON at line 1000001, column 1: ")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * len(raw)
