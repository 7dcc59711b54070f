"""Screening a case: who is a candidate, what is recorded, and how long a decision stands."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from caseworker_tui.cli.screening_tables import candidate_as_json
from caseworker_tui.screening.text import candidate_line
from store.domain import commands as c
from store.domain.screening import Screening
from store.domain.statuses import CheckKind, CheckOutcome
from store.domain.values import BeneficialOwnerData, EntityData, OwnerKind
from store.engine.case_store import CaseStore, Receipt
from store.queries.assessment import assessment
from store.queries.case_file import case_file
from store.screening import case_screening
from store.screening.case_screening import Candidate, Disposition, cases_in_work, clearance, decision
from store.screening.entries import Nature
from store.screening.list_files import WatchList, list_file, lists_folder, remove_list
from store.screening.lookup import LookedUp, look_up
from store.screening.parties import LEI, REGISTRATION_NUMBER, Party, parties_of
from tests.domain.examples import ACME, ANA, BEN, DIRECTOR, HOLDING, NOBODY, kyb, kyc, owner
from tests.screening.lists import bring_in, entity, followthemoney, row, screened, simple_csv
from tests.store.stores import START, connection_of, findings

NewCase = Callable[..., Receipt]

ANNA = row("NK-1", "Anna RUIS", birth_date="1980-02-29", countries="es")
NAMESAKE = row("NK-2", "Ana RUIZ", birth_date="1951", countries="ve")


@pytest.fixture
def eu_list(store: CaseStore, tmp_path: Path) -> Path:
    """A list of sanctions in force, with two who may be Ana Ruiz."""
    path = simple_csv(tmp_path / "eu-list.csv", ANNA, NAMESAKE, row("NK-3", "Acme Holding", "Company"))
    bring_in(store.path, path, version="1")
    return path


@pytest.fixture
def case_id(new_case: NewCase) -> str:
    return new_case(kyc(ANA)).case_id


def candidate(store: CaseStore, case_id: str, entry_id: str = "NK-1") -> Candidate:
    (only,) = [each for each in screened(store, case_id).candidates if each.listed.entry_id == entry_id]
    return only


def decide(
    store: CaseStore, case_id: str, disposition: Disposition, entry_id: str = "NK-1", actor: str = "ana"
) -> None:
    for command in decision(case_id, candidate(store, case_id, entry_id), disposition, "looked at both"):
        store.execute(command, actor=actor)


class TestCandidates:
    @pytest.mark.usefixtures("eu_list")
    def test_come_with_score_and_reasons_the_likeliest_first(self, store: CaseStore, case_id: str) -> None:
        screening = screened(store, case_id)
        assert [(each.party_name, each.listed.name, each.listed.score) for each in screening.candidates] == [
            ("Ana Ruiz", "Anna RUIS", 96)
        ]
        (anna,) = screening.candidates
        assert anna.listed.matched == (
            "the name ‘Anna RUIS’ is 95 % alike",
            "born 1980-02-29, as the entry says",
            "ES is a country of both",
        )
        assert (anna.screening.list_name, anna.screening.list_version) == ("eu-list", "1")
        assert anna.disposition is Disposition.UNDECIDED

    def test_of_nobody_where_there_is_no_list(self, store: CaseStore, case_id: str) -> None:
        screening = screened(store, case_id)
        assert (screening.lists, screening.candidates, screening.to_record) == ((), [], [])

    @pytest.mark.usefixtures("eu_list")
    def test_are_sought_for_everybody_in_the_case(self, store: CaseStore, new_case: NewCase) -> None:
        past = owner(BEN, ended_on="2020")
        case_id = new_case(kyb(DIRECTOR, owners=(owner(ANA), HOLDING, NOBODY, past))).case_id
        assert [(each.party_name, each.listed.entry_id) for each in screened(store, case_id).candidates] == [
            ("Ana Ruiz", "NK-1"),
            ("Acme Holding BV", "NK-3"),
        ]

    def test_of_both_kinds_are_recorded_as_both(self, store: CaseStore, case_id: str, tmp_path: Path) -> None:
        both = entity("NK-1", name="Ana Ruiz", topics=["sanction", "role.pep"])
        bring_in(store.path, followthemoney(tmp_path / "all.json", both))
        decide(store, case_id, Disposition.TRUE_MATCH)
        checks = store.query(case_file, case_id).checks
        assert [(check.kind, check.outcome) for check in checks] == [("PEP", "HIT"), ("SANCTIONS", "HIT")]
        assert screened(store, case_id).candidates[0].disposition is Disposition.TRUE_MATCH

    def test_of_both_kinds_are_undecided_while_one_is(self, store: CaseStore, case_id: str, tmp_path: Path) -> None:
        both = entity("NK-1", name="Ana Ruiz", topics=["sanction", "role.pep"])
        bring_in(store.path, followthemoney(tmp_path / "all.json", both))
        one, _ = decision(case_id, candidate(store, case_id), Disposition.FALSE_POSITIVE, "looked at both")
        store.execute(one)
        again = candidate(store, case_id)
        assert again.disposition is Disposition.UNDECIDED
        assert again.changed == "the entry is for another kind of check as well"

    def test_an_organisation_is_not_politically_exposed(
        self, store: CaseStore, new_case: NewCase, tmp_path: Path
    ) -> None:
        company = entity("NK-3", "Company", name=ACME.registered_name, topics="role.pep")
        person = entity("NK-1", name="Somebody Else", topics="role.pep")
        bring_in(store.path, followthemoney(tmp_path / "peps.json", company, person))
        screening = screened(store, new_case(kyb(DIRECTOR)).case_id)
        assert screening.candidates == []
        assert [(each.party.name, each.kind) for each in screening.to_record] == [("Dora Lind", CheckKind.PEP)]


class TestWhatCanNotBeCompared:
    """A list is as others wrote it, and one that is in force may be of an earlier version of caseworker."""

    @pytest.fixture
    def spoilt(self, store: CaseStore, eu_list: Path) -> Callable[[str], None]:
        """Gives the entry NK-1 of the list in force another text."""

        def spoil(entry: str) -> None:
            with closing(sqlite3.connect(list_file(lists_folder(store.path), "eu-list"))) as connection, connection:
                connection.execute("UPDATE entries SET entry = ? WHERE entry_id = 'NK-1'", (entry,))

        return spoil

    @pytest.mark.parametrize(
        "entry",
        [
            '{"entry_id":" ","nature":"person","checks":["SANCTIONS"],"name":"Anna RUIS"}',
            '{"entry_id":"NK-1","nature":"person","checks":["SANCTIONS"],"name":"Anna RUIS \\u0007"}',
            '{"entry_id":"NK-1","nature":"person","checks":["NO SUCH CHECK"],"name":"Anna RUIS"}',
            '{"entry_id":"NK-1","nature":"person","checks":["SANCTIONS"],"name":"Anna RUIT"}',
            "no JSON",
            "{}",
        ],
    )
    def test_costs_no_other_and_is_told(
        self, store: CaseStore, new_case: NewCase, spoilt: Callable[[str], None], tmp_path: Path, entry: str
    ) -> None:
        spoilt(entry)
        bring_in(store.path, simple_csv(tmp_path / "un-list.csv", ANNA), version="2")
        case_id = new_case(kyb(DIRECTOR, owners=(owner(ANA), HOLDING))).case_id
        screening = screened(store, case_id)
        assert [(each.party_name, each.screening.list_name) for each in screening.candidates] == [
            ("Ana Ruiz", "un-list"),
            ("Acme Holding BV", "eu-list"),
        ]
        (trouble,) = screening.troubles
        assert trouble.startswith("Ana Ruiz could not be compared with ")
        assert "of the list eu-list (1): import the list again" in trouble

    def test_is_not_taken_for_nobody(
        self, store: CaseStore, case_id: str, spoilt: Callable[[str], None], tmp_path: Path
    ) -> None:
        spoilt("{}")
        bring_in(store.path, simple_csv(tmp_path / "un-list.csv", row("NK-9", "Nobody")), version="2")
        assert [each.screening.list_name for each in screened(store, case_id).to_record] == ["un-list"]

    def test_whatever_fails_for_a_list_costs_no_other(
        self, store: CaseStore, case_id: str, eu_list: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def look_up_but_in_one(party: Party, watch_list: WatchList) -> LookedUp:
            if watch_list.info.name == "eu-list":
                raise OverflowError
            return look_up(party, watch_list)

        bring_in(store.path, simple_csv(tmp_path / "un-list.csv", ANNA), version="2")
        monkeypatch.setattr(case_screening, "look_up", look_up_but_in_one)
        screening = screened(store, case_id)
        assert [each.screening.list_name for each in screening.candidates] == ["un-list"]
        assert ["OverflowError" in trouble for trouble in screening.troubles] == [True]

    def test_reasons_are_as_long_as_can_be_recorded(self, store: CaseStore, new_case: NewCase, tmp_path: Path) -> None:
        number = "HRB 1" + "2" * 495
        company = ACME.model_copy(update={"registration_number": number})
        listed = row("NK-3", ACME.registered_name, "Company", identifiers=number)
        bring_in(store.path, simple_csv(tmp_path / "l.csv", listed))
        (found,) = screened(
            store, new_case(kyb(DIRECTOR).model_copy(update={"company_profile": company})).case_id
        ).candidates
        assert max(map(len, found.listed.matched)) == 500


class TestADecision:
    @pytest.mark.parametrize(
        ("disposition", "outcome"),
        [(Disposition.FALSE_POSITIVE, "CLEAR"), (Disposition.TRUE_MATCH, "HIT"), (Disposition.UNSURE, "INCONCLUSIVE")],
    )
    @pytest.mark.usefixtures("eu_list")
    def test_is_a_check(self, store: CaseStore, case_id: str, disposition: Disposition, outcome: str) -> None:
        decide(store, case_id, disposition, actor="ben")
        (check,) = store.query(case_file, case_id).checks
        assert (check.kind, check.outcome, check.entity_name, check.recorded_by) == (
            "SANCTIONS",
            outcome,
            "Ana Ruiz",
            "ben",
        )
        assert check.screening == candidate(store, case_id).screening
        assert candidate(store, case_id).disposition is disposition
        assert findings(store) == []

    @pytest.mark.usefixtures("eu_list")
    def test_that_it_is_somebody_else_stands_on_every_screening(self, store: CaseStore, case_id: str) -> None:
        decide(store, case_id, Disposition.FALSE_POSITIVE, actor="ben")
        again = candidate(store, case_id)
        assert again.before is not None
        assert (again.disposition, again.before.recorded_by, again.changed) == (Disposition.FALSE_POSITIVE, "ben", "")
        assert screened(store, case_id).undecided == []

    def test_stands_in_a_new_version_of_the_list(self, store: CaseStore, case_id: str, eu_list: Path) -> None:
        decide(store, case_id, Disposition.FALSE_POSITIVE)
        seen_again = {**ANNA, "last_seen": "2026-11-20", "dataset": "EU list"}
        bring_in(store.path, simple_csv(eu_list, seen_again), version="2")
        assert candidate(store, case_id).disposition is Disposition.FALSE_POSITIVE

    @pytest.mark.parametrize("disposition", [Disposition.FALSE_POSITIVE, Disposition.TRUE_MATCH, Disposition.UNSURE])
    def test_falls_when_the_entry_changes(
        self, store: CaseStore, case_id: str, eu_list: Path, disposition: Disposition
    ) -> None:
        decide(store, case_id, disposition)
        bring_in(store.path, simple_csv(eu_list, {**ANNA, "identifiers": "X 123"}), version="2")
        again = candidate(store, case_id)
        assert (again.disposition, again.changed) == (Disposition.UNDECIDED, "the entry has changed")
        assert again.before is not None

    @pytest.mark.usefixtures("eu_list")
    def test_falls_when_the_party_changes(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case(kyb(owners=(owner(ANA, ownership_percentage=30),))).case_id
        (of_ana,) = store.query(case_file, case_id).beneficial_owners
        decide(store, case_id, Disposition.FALSE_POSITIVE)

        def correct(owner_data: BeneficialOwnerData) -> Candidate:
            store.execute(c.CorrectBeneficialOwner(case_id=case_id, owner_id=of_ana.owner_id, owner=owner_data))
            return candidate(store, case_id)

        assert correct(owner(ANA, ownership_percentage=40)).disposition is Disposition.FALSE_POSITIVE
        moved = correct(owner(ANA.model_copy(update={"nationality": "FR"}), ownership_percentage=40))
        assert (moved.disposition, moved.changed) == (Disposition.UNDECIDED, "what is known of the party has changed")
        assert correct(owner(ANA, ownership_percentage=40)).disposition is Disposition.FALSE_POSITIVE
        assert findings(store) == []

    def test_on_one_entry_says_nothing_of_another(self, store: CaseStore, case_id: str, eu_list: Path) -> None:
        bring_in(store.path, simple_csv(eu_list, ANNA, {**NAMESAKE, "birth_date": "1980"}), version="2")
        decide(store, case_id, Disposition.TRUE_MATCH, "NK-1")
        decide(store, case_id, Disposition.FALSE_POSITIVE, "NK-2")
        found = store.query(assessment, case_id, store.rules, START.date())
        assert found is not None
        assert [line for line in found.missing if "hit" in line] == [
            "the sanctions check of Ana Ruiz against NK-1 of eu-list is a hit that nobody settled"
        ]

    @pytest.mark.parametrize("how", ["delisted", "removed"])
    def test_a_true_match_is_shown_where_the_list_has_it_no_longer(
        self, store: CaseStore, case_id: str, eu_list: Path, how: str
    ) -> None:
        decide(store, case_id, Disposition.TRUE_MATCH)
        if how == "delisted":
            bring_in(store.path, simple_csv(eu_list, row("NK-9", "Quite Another")), version="2")
        else:
            remove_list(lists_folder(store.path), "eu-list")
        (other,) = screened(store, case_id).others
        assert (other.disposition, other.entry, other.listed.name) == (Disposition.TRUE_MATCH, None, "Anna RUIS")
        for command in decision(case_id, other, Disposition.FALSE_POSITIVE, "taken off the list on 1 November"):
            store.execute(command)
        assert screened(store, case_id).others == ()
        found = store.query(assessment, case_id, store.rules, START.date())
        assert found is not None
        assert not any("hit" in line for line in found.missing)


class TestAnOutcomeOfANewerVersion:
    """What this version does not know stands as it is, and settles nothing."""

    @pytest.fixture(autouse=True)
    def escalated(self, store: CaseStore, case_id: str, eu_list: Path) -> None:
        decide(store, case_id, Disposition.FALSE_POSITIVE)
        connection_of(store).execute("UPDATE checks SET outcome = 'ESCALATED'")

    def test_stands_as_it_is(self, store: CaseStore, case_id: str) -> None:
        found = candidate(store, case_id)
        assert (found.disposition, found.changed) == ("ESCALATED", "")
        assert "? ESCALATED" in candidate_line(found).plain
        assert candidate_as_json(case_id, found)["standing"] == "ESCALATED"

    def test_is_worse_than_any_that_is_known(self, store: CaseStore, case_id: str, tmp_path: Path) -> None:
        both = entity("NK-9", name="Anna RUIS", birthDate="1980-02-29", topics=["sanction", "role.pep"])
        bring_in(store.path, followthemoney(tmp_path / "peps.jsonl", both))
        decide(store, case_id, Disposition.TRUE_MATCH, "NK-9")
        assert candidate(store, case_id, "NK-9").disposition is Disposition.TRUE_MATCH
        connection_of(store).execute("UPDATE checks SET outcome = 'ESCALATED' WHERE kind = 'PEP'")
        assert candidate(store, case_id, "NK-9").disposition == "ESCALATED"

    def test_is_shown_when_no_list_has_the_entry_any_more(self, store: CaseStore, case_id: str) -> None:
        remove_list(lists_folder(store.path), "eu-list")
        (gone,) = screened(store, case_id).others
        assert (gone.disposition, gone.entry) == ("ESCALATED", None)


class TestNobodyOnTheList:
    @pytest.fixture
    def clear_case(self, new_case: NewCase, eu_list: Path) -> str:
        return new_case(kyb(DIRECTOR, owners=(owner(BEN), owner(ANA)))).case_id

    def test_is_recorded_for_each_party_without_a_candidate(self, store: CaseStore, clear_case: str) -> None:
        screening = screened(store, clear_case)
        assert [each.party.name for each in screening.to_record] == ["Acme Werke GmbH", "Dora Lind", "Ben Okoro"]
        for unlisted in screening.to_record:
            store.execute(clearance(clear_case, unlisted))
        checks = store.query(case_file, clear_case).checks
        assert {(check.kind, check.outcome, check.evidence) for check in checks} == {
            ("SANCTIONS", "CLEAR", "No candidate in eu-list (1).")
        }
        assert all(check.screening and check.screening.candidate is None for check in checks)
        assert screened(store, clear_case).to_record == []
        assert findings(store) == []

    def test_is_to_be_recorded_again_for_a_new_version_or_another_list(
        self, store: CaseStore, clear_case: str, eu_list: Path, tmp_path: Path
    ) -> None:
        for unlisted in screened(store, clear_case).to_record:
            store.execute(clearance(clear_case, unlisted))
        bring_in(store.path, eu_list, version="2")
        assert len(screened(store, clear_case).to_record) == 3
        bring_in(store.path, eu_list, version="1")
        assert screened(store, clear_case).to_record == []
        bring_in(store.path, simple_csv(tmp_path / "un-list.csv", row("NK-1", "Quite Another")))
        assert {each.screening.list_name for each in screened(store, clear_case).to_record} == {"un-list"}

    def test_is_to_be_recorded_again_when_the_party_changes(self, store: CaseStore, clear_case: str) -> None:
        for unlisted in screened(store, clear_case).to_record:
            store.execute(clearance(clear_case, unlisted))
        store.execute(
            c.UpdateCompanyProfile(case_id=clear_case, company_profile=ACME.model_copy(update={"trading_name": "Ace"}))
        )
        assert [each.party.name for each in screened(store, clear_case).to_record] == ["Acme Werke GmbH"]


class TestParties:
    def test_of_a_company_with_all_that_is_compared(self, store: CaseStore, new_case: NewCase) -> None:
        profile = ACME.model_copy(update={"trading_name": "Ace", "lei": "5493001KJTIIGC8Y1R12"})
        parent = BeneficialOwnerData(
            kind=OwnerKind.ENTITY, entity_details=EntityData(name="Up BV", country="NL", registration_number="123")
        )
        command = kyb(DIRECTOR, owners=(parent,)).model_copy(update={"company_profile": profile})
        company, dora, up = parties_of(store.query(case_file, new_case(command).case_id))
        assert (company.nature, company.names, company.countries) == (
            Nature.ORGANISATION,
            ("Acme Werke GmbH", "Ace"),
            ("DE",),
        )
        assert company.identifiers == ((LEI, "5493001KJTIIGC8Y1R12"), (REGISTRATION_NUMBER, "HRB 12345"))
        assert (dora.nature, dora.names, dora.birthdate) == (Nature.PERSON, ("Dora Lind",), "1969-07")
        assert (up.name, up.countries, up.identifiers) == ("Up BV", ("NL",), ((REGISTRATION_NUMBER, "123"),))

    def test_owners_of_the_past_and_without_a_name_are_none(self, store: CaseStore, new_case: NewCase) -> None:
        past = owner(BEN, ended_on="2020")
        view = store.query(case_file, new_case(kyb(DIRECTOR, owners=(past, NOBODY))).case_id)
        assert [party.name for party in parties_of(view)] == ["Acme Werke GmbH", "Dora Lind"]

    def test_a_person_in_two_roles_is_one(self, store: CaseStore, new_case: NewCase) -> None:
        director = ANA.model_copy(update={"role_in_company": "Director"})
        parties = parties_of(store.query(case_file, new_case(kyb(director, owners=(owner(ANA),))).case_id))
        assert [party.name for party in parties] == ["Acme Werke GmbH", "Ana Ruiz"]

    def test_names_without_spaces_are_tried_too(self, store: CaseStore, new_case: NewCase) -> None:
        misaki = ANA.model_copy(update={"firstname": "美咲", "lastname": "小林"})
        (party,) = parties_of(store.query(case_file, new_case(kyc(misaki)).case_id))
        assert party.names == ("美咲 小林", "小林美咲")

    def test_the_digest_is_for_ever(self) -> None:
        """With another one every decision that was ever recorded would fall."""
        ana = Party("p", Nature.PERSON, ("Ana Ruiz",), "1980-02-29", ("ES",), ((LEI, "X"),))
        assert ana.digest() == "ed72e21e23af733963353941fd2de5bca8c432c40722570d6f214603640854bd"

    @pytest.mark.parametrize("change", [{"birthdate": "1981"}, {"nationality": "FR"}, {"lastname": "Ruis"}])
    def test_another_digest_for_whatever_is_compared(
        self, store: CaseStore, new_case: NewCase, change: dict[str, Any]
    ) -> None:
        def digest(**update: Any) -> str:
            view = store.query(case_file, new_case(kyc(ANA.model_copy(update=update))).case_id)
            return parties_of(view)[0].digest()

        assert digest() == digest(email="ana@example.org")
        assert digest() != digest(**change)


def test_only_cases_in_work_are_screened_together(store: CaseStore, new_case: NewCase) -> None:
    open_case, withdrawn = new_case().case_id, new_case().case_id
    store.execute(c.WithdrawCase(case_id=withdrawn, reason="went elsewhere"))
    assert [case.case_id for case in store.query(cases_in_work)] == [open_case]


def test_a_check_by_hand_is_no_decision_on_an_entry(store: CaseStore, case_id: str, eu_list: Path) -> None:
    by_hand = c.RecordCheck(case_id=case_id, kind=CheckKind.SANCTIONS, outcome=CheckOutcome.CLEAR, evidence="looked")
    store.execute(by_hand)
    assert candidate(store, case_id).disposition is Disposition.UNDECIDED


def test_too_many_to_compare_are_counted(store: CaseStore, case_id: str, tmp_path: Path) -> None:
    namesakes = (row(f"NK-{number}", "Ana Ruiz", birth_date="1980-02-29") for number in range(510))
    bring_in(store.path, simple_csv(tmp_path / "many.csv", *namesakes))
    (party,) = screened(store, case_id).parties
    assert (len(party.candidates), party.left_off) == (500, 10)


def test_what_is_recorded_can_be_given_through_exec(store: CaseStore, case_id: str, eu_list: Path) -> None:
    as_json = candidate(store, case_id).screening.model_dump(mode="json")
    assert Screening.model_validate(as_json) == candidate(store, case_id).screening
