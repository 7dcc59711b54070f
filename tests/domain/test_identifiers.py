"""Ids and references: computed from what they name, the same on every machine and for ever."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.domain.identifiers import case_reference, content_id, derive_id, read_reference, time_ordered_id

PARENT = "01890000-0000-7000-8000-000000000001"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 1, 2, 12, 0, 0, 123_456, tzinfo=UTC)


class TestGoldenValues:
    """Two laptops must agree on these, whatever version they run: a change here breaks every team's log."""

    def test_derived_ids(self) -> None:
        assert derive_id(PARENT, "case") == "01890000-0000-851f-9ead-0d4bd4c32374"
        assert derive_id(PARENT, "person/0") == "01890000-0000-8007-ab72-14b61a4b858d"
        assert derive_id(PARENT, "document/x/PASSPORT") == "01890000-0000-8f8d-986f-a056450d3faa"
        assert derive_id("not a UUID", "case") == "a7573b0e-4fe8-8c0c-ac9f-7437150eab55"

    def test_content_ids(self) -> None:
        assert content_id("message", "kyc_events/0/17") == "5f4829eb-4ecf-5249-b897-dcee8d197ebc"

    def test_references(self) -> None:
        assert case_reference(PARENT) == "Z9G-7KF-S2K"

    def test_time_ordered_ids(self) -> None:
        assert time_ordered_id(NOON, bytes(range(10))) == "019b7e94-327b-7001-8203-040506070809"


class TestTimeOrderedIds:
    def test_version_7_of_the_moment(self) -> None:
        made = uuid.UUID(time_ordered_id(NOON, b"\xff" * 10))
        assert (made.version, made.variant) == (7, uuid.RFC_4122)
        assert made.int >> 80 == 1_767_355_200_123

    def test_the_moment_counts_and_not_how_its_zone_writes_it(self) -> None:
        in_tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
        assert time_ordered_id(NOON, bytes(10)) == time_ordered_id(in_tokyo, bytes(10))

    @given(
        st.integers(0, 7_000_000_000_000_000).map(lambda n: EPOCH + timedelta(microseconds=n)), st.binary(min_size=10)
    )
    @settings(max_examples=100, deadline=None)
    def test_a_later_one_sorts_later_whatever_the_entropy(self, moment: datetime, entropy: bytes) -> None:
        later = moment + timedelta(milliseconds=1)
        assert time_ordered_id(moment, entropy) < time_ordered_id(later, bytes(10))
        assert uuid.UUID(time_ordered_id(moment, entropy)).version == 7


class TestDerivedIds:
    @given(st.text(), st.text())
    @settings(max_examples=100, deadline=None)
    def test_version_8_beside_the_parent(self, parent: str, name: str) -> None:
        parent = str(uuid.uuid5(uuid.NAMESPACE_URL, parent))
        derived = uuid.UUID(derive_id(parent, name))
        assert (derived.version, derived.variant) == (8, uuid.RFC_4122)
        assert str(derived)[:13] == parent[:13]

    @given(st.lists(st.text(), unique=True, max_size=50))
    @settings(max_examples=100, deadline=None)
    def test_siblings_never_collide(self, names: list[str]) -> None:
        assert len({derive_id(PARENT, name) for name in names}) == len(names)

    def test_a_thousand_siblings_of_the_kind_that_commands_name(self) -> None:
        names = [f"{kind}/{index}" for kind in ("person", "owner") for index in range(1_000)]
        names += [f"owner/{index}/person" for index in range(1_000)]
        assert len({derive_id(PARENT, name) for name in names}) == len(names)

    def test_things_of_one_name_in_two_parents_are_two(self) -> None:
        assert derive_id(PARENT, "case") != derive_id(PARENT[:-1] + "2", "case")
        assert derive_id("one", "case") != derive_id("two", "case")

    def test_a_uuid_counts_and_not_how_it_is_written(self) -> None:
        assert derive_id(PARENT.upper(), "case") == derive_id(PARENT, "case")


class TestContentIds:
    def test_version_5(self) -> None:
        assert uuid.UUID(content_id("message", "1")).version == 5

    def test_kind_and_content_both_count(self) -> None:
        ids = {content_id("message", "1"), content_id("message", "2"), content_id("bods", "1")}
        assert len(ids) == 3


class TestReferences:
    @given(st.uuids())
    @settings(max_examples=100, deadline=None)
    def test_short_and_without_letters_that_are_taken_for_digits(self, case_id: uuid.UUID) -> None:
        reference = case_reference(str(case_id))
        assert len(reference) == len("7F3-QK2-M9X")
        assert not set(reference) & set("ILOU")

    @given(st.uuids())
    @settings(max_examples=100, deadline=None)
    def test_what_is_read_out_and_typed_comes_back(self, case_id: uuid.UUID) -> None:
        reference = case_reference(str(case_id))
        for typed in (reference, reference.lower(), reference.replace("-", ""), reference.replace("-", " ")):
            assert read_reference(typed) == reference
        for digit, letter in (("1", "I"), ("1", "l"), ("0", "O"), ("0", "o")):
            assert read_reference(reference.replace(digit, letter)) == reference

    @pytest.mark.parametrize("typed", ["", "-", "hello, world", "7F3", "x" * 1_000, "ÄÖÜ"])
    def test_whatever_is_typed_is_read_without_an_error(self, typed: str) -> None:
        assert isinstance(read_reference(typed), str)
