"""What registers publish: owners.json (BODS 0.4 statements) and lei-records.json (the golden copy's shape)."""

import random
from collections.abc import Mapping
from typing import Final

from sample_data.names import HOLDINGS, LEI_ENTITIES, PARTIES, Address, Holding, LeiEntity, Party
from sample_data.parts import Json, day, known, lei, register_number, share_as_bods
from store.domain.identifiers import derive_id
from store.domain.values import UnspecifiedReason, country_names

REGISTER: Final = "Example Ownership Register"
REGISTER_URL: Final = "https://register.example.org"
PUBLISHED: Final = "2026-01-31"
CONFIRMED: Final = "2025-06-30"
OPENED: Final = "2016-04-06"
"""When the register was opened: what began before is stated as of this day."""


def owners(rng: random.Random) -> list[Json]:
    """Statements as a register publishes them: what a relationship names stands before it."""
    records = {
        party.key: f"EX-{'PER' if 'Person' in party.kind else 'ENT'}-{register_number(rng)}" for party in PARTIES
    }
    parties = {party.key: party for party in PARTIES}
    statements = [_party_statement(party, records) for party in PARTIES]
    statements += [_holding_statement(holding, parties[holding.subject], records) for holding in HOLDINGS]
    return statements


def _statement(
    record_id: str, record_type: str, details: Json, *, subject: str, said_on: str, status: str = "new"
) -> Json:
    return {
        "statementId": derive_id(record_id, f"{status}/{said_on}"),
        "recordId": record_id,
        "declarationSubject": subject,
        "recordType": record_type,
        "recordStatus": status,
        "statementDate": said_on,
        "recordDetails": {"isComponent": False} | details,
        "publicationDetails": {
            "publicationDate": PUBLISHED,
            "bodsVersion": "0.4",
            "publisher": {"name": REGISTER, "url": REGISTER_URL},
        },
        "source": {"type": ["officialRegister"], "url": REGISTER_URL},
    }


def _party_statement(party: Party, records: Mapping[str, str]) -> Json:
    record_id = records[party.key]
    subject = records[party.declared_by or party.key]
    country = _country(party.country)
    details: Json
    if party.kind == "knownPerson":
        given, family = party.name.split(" ", 1)
        name = {"type": "legal", "fullName": party.name, "givenName": given, "familyName": family}
        details = {
            "personType": party.kind,
            "names": [name],
            "nationalities": [country],
            "birthDate": party.since,
        }
        return _statement(record_id, "person", details, subject=subject, said_on=CONFIRMED)
    if party.kind == "anonymousPerson":
        unnamed = {"reason": UnspecifiedReason.PARTY_EXEMPT.value, "description": party.name}
        details = {"personType": party.kind, "unspecifiedPersonDetails": unnamed}
        return _statement(record_id, "person", details, subject=subject, said_on=CONFIRMED)
    number = {"id": record_id.rpartition("-")[2], "schemeName": REGISTER}
    subtype = "trust" if party.kind == "arrangement" else None
    details = known(
        entityType=known(type=party.kind, subtype=subtype, details=party.form),
        name=party.name,
        jurisdiction=country,
        foundingDate=party.since,
        identifiers=[number] if party.kind == "registeredEntity" else [],
        addresses=[_address(party.address)] if party.address else [],
    )
    return _statement(record_id, "entity", details, subject=subject, said_on=CONFIRMED)


def _address(address: Address) -> Json:
    return {
        "type": "registered",
        "address": f"{address.street}, {address.city}",
        "postCode": address.postal_code,
        "country": _country(address.country),
    }


def _country(code: str) -> Json:
    return {"name": country_names()[code], "code": code}


def _holding_statement(holding: Holding, subject: Party, records: Mapping[str, str]) -> Json:
    interested: str | Json
    if isinstance(holding.party, UnspecifiedReason):
        interested = {"reason": holding.party.value, "description": holding.details}
        name = "unspecified"
    else:
        interested = name = records[holding.party]
    common = {"directOrIndirect": holding.directness, "beneficialOwnershipOrControl": name.startswith("EX-PER")}
    common |= known(share=share_as_bods(holding.share), startDate=holding.since, endDate=holding.until)
    details = {
        "subject": records[subject.key],
        "interestedParty": interested,
        "interests": [{"type": kind} | common for kind in holding.interests],
    }
    relation = derive_id(records[subject.key], f"{name}/{holding.directness}/{holding.interests[0]}")
    declared = records[subject.declared_by or subject.key]
    said_on = max(holding.until or holding.since, OPENED)
    return _statement(
        f"EX-REL-{relation}", "relationship", details, subject=declared, said_on=said_on, status=holding.status
    )


def lei_records(rng: random.Random) -> list[Json]:
    return [_lei_record(rng, entity, number) for number, entity in enumerate(LEI_ENTITIES, start=1)]


def _lei_record(rng: random.Random, entity: LeiEntity, number: int) -> Json:
    address = known(
        FirstAddressLine=entity.address.street,
        City=entity.address.city,
        Region=entity.address.region,
        Country=entity.address.country,
        PostalCode=entity.address.postal_code,
    )
    other = [{"type": "TRADING_OR_OPERATING_NAME", "OtherEntityName": entity.other_name}]
    entity_number = register_number(rng) if entity.numbered else ""
    first = rng.randint(2013, 2021)
    last = 2025 if entity.registration == "ISSUED" else 2023
    return {
        "LEI": lei(f"XMPL00SAMPLE{number:06}"),
        "Entity": known(
            LegalName=entity.name,
            OtherEntityNames=other if entity.other_name else [],
            LegalAddress=address,
            HeadquartersAddress=address,
            RegistrationAuthority=known(
                RegistrationAuthorityID="RA999999", RegistrationAuthorityEntityID=entity_number
            ),
            LegalJurisdiction=entity.address.country,
            EntityCategory=entity.category,
            LegalForm={"EntityLegalFormCode": "8888", "OtherLegalForm": entity.legal_form},
            EntityStatus=entity.status,
            EntityCreationDate=f"{entity.created}T00:00:00.000Z",
        ),
        "Registration": {
            "InitialRegistrationDate": f"{day(rng, first, first)}T09:00:00.000Z",
            "LastUpdateDate": f"{day(rng, last, last)}T09:00:00.000Z",
            "RegistrationStatus": entity.registration,
            "NextRenewalDate": f"{day(rng, last + 1, last + 1)}T09:00:00.000Z",
            "ManagingLOU": lei("XMPL00REGISTER0000"),
            "ValidationSources": "FULLY_CORROBORATED" if entity.numbered else "ENTITY_SUPPLIED_ONLY",
        },
    }
