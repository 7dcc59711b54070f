"""What other document rules would change for the cases that are being worked on."""

from collections.abc import Callable

from store.domain import commands as c
from store.domain.document_rules import DOCUMENT_RULES, DocumentRule, EntityType
from store.domain.rules import Rules
from store.domain.statuses import Decision, TraitementType
from store.engine.case_store import CaseStore, Receipt
from store.queries.rule_changes import Change, rule_changes
from tests.domain.examples import ANA, DIRECTOR, kyb, owner
from tests.store.stores import connection_of, documents, quiet, rows
from tests.store.test_payload_versions import CaseRated, append

NewCase = Callable[..., Receipt]


class TestWhatOtherRulesWouldChange:
    FUNDS = DocumentRule(
        "acme-funds", TraitementType.KYC, EntityType.PERSON, "SOURCE_OF_FUNDS", "We ask where money comes from."
    )
    WITHOUT_PASSPORTS = Rules(documents=(*(r for r in DOCUMENT_RULES if r.document_type != "PASSPORT"), FUNDS))

    def changes(self, store: CaseStore, rules: Rules = WITHOUT_PASSPORTS) -> list[tuple[str, str | None, str | None]]:
        found = store.query(lambda db: list(rule_changes(db, rules, quiet)))
        return [(each.change, each.document_type, each.entity_name) for each in found]

    def test_is_told_case_by_case_and_changes_nothing(self, store: CaseStore, new_case: NewCase) -> None:
        case_id, _ = new_case().case_id, new_case(kyb(DIRECTOR, owners=(owner(ANA),)))
        before = rows(connection_of(store), "SELECT count(*) FROM events")
        (asks, no_longer) = store.query(lambda db: list(rule_changes(db, self.WITHOUT_PASSPORTS, quiet)))
        assert (asks.change, asks.case_id, asks.name) == (Change.ASKS, case_id, "Ana Ruiz")
        assert (asks.document_type, asks.entity_name, asks.rule_id) == ("SOURCE_OF_FUNDS", "Ana Ruiz", "acme-funds")
        assert (asks.rule, asks.status) == ("We ask where money comes from.", None)
        assert (no_longer.change, no_longer.document_type) == (Change.NO_LONGER_ASKS, "PASSPORT")
        assert (no_longer.rule_id, no_longer.status) == ("kyc-person-passport", "AWAITING_UPLOAD")
        assert no_longer.rule == "Every person in a KYC case proves who they are with a passport."
        assert rows(connection_of(store), "SELECT count(*) FROM events") == before

    def test_is_nothing_under_the_rules_of_the_day(self, store: CaseStore, new_case: NewCase) -> None:
        new_case()
        assert self.changes(store, Rules()) == []

    def test_leaves_alone_what_a_person_asked_for_or_waived(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        passport, _ = documents(store, case_id)
        asked = c.RequestDocument(
            case_id=case_id, entity_id=passport.entity_id, document_type="SELFIE", reason="odd scan"
        )
        store.execute(asked)
        store.execute(c.WaiveDocument(document_requirement_id=passport.document_requirement_id, reason="seen"))
        assert self.changes(store) == [("asks", "SOURCE_OF_FUNDS", "Ana Ruiz")]

    def test_is_of_cases_in_work_only(self, store: CaseStore, new_case: NewCase) -> None:
        closed, proposed, waiting = (new_case().case_id for _ in range(3))
        store.execute(c.WithdrawCase(case_id=closed, reason="went elsewhere"))
        reject = c.ProposeDecision(case_id=proposed, decision=Decision.REJECT, reason="nothing adds up here")
        store.execute(reject, actor="ana")
        store.execute(c.AwaitClient(case_id=waiting, reason="one page is missing"))
        assert len(self.changes(store)) == 2

    def test_says_which_case_it_cannot_tell(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        append(store, case_id, CaseRated(case_id=case_id, rating="HIGH"))
        assert self.changes(store) == [("unknown", None, None)]
