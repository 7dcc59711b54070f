"""Read table `companies`: the company of each KYB case."""

from typing import Final

from store.domain.events import CompanyProfileCreated, CompanyProfileUpdated
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert, replace


def _profile(_: RecordedEvent, e: CompanyProfileCreated | CompanyProfileUpdated) -> tuple[object, ...]:
    profile, address = e.profile, e.profile.registered_address
    return (
        e.company_id,
        e.case_id,
        profile.registered_name,
        profile.trading_name,
        profile.registration_number,
        profile.registration_date,
        profile.country_of_incorporation,
        profile.lei,
        profile.legal_form,
        profile.business_type,
        profile.industry_sector,
        address.street,
        address.city,
        address.state_province,
        address.postal_code,
        address.country,
    )


COLUMNS: Final = {
    "company_id": "TEXT NOT NULL",
    "case_id": "TEXT NOT NULL",
    "registered_name": "TEXT NOT NULL",
    "trading_name": "TEXT",
    "registration_number": "TEXT",
    "registration_date": "TEXT",
    "country_of_incorporation": "TEXT NOT NULL",
    "lei": "TEXT",
    "legal_form": "TEXT",
    "business_type": "TEXT",
    "industry_sector": "TEXT",
    "street": "TEXT",
    "city": "TEXT",
    "state_province": "TEXT",
    "postal_code": "TEXT",
    "country": "TEXT NOT NULL",
}

KEY: Final = ("case_id", "company_id")

PROJECTION: Final = Projection(
    table="companies",
    version=1,
    columns=COLUMNS,
    key=KEY,
    indexes=("CREATE INDEX companies_by_country ON companies (country_of_incorporation, case_id)",),
    event_projectors={
        CompanyProfileCreated: Change(insert("companies", COLUMNS), _profile),
        CompanyProfileUpdated: Change(replace("companies", COLUMNS, KEY), _profile),
    },
)
