"""The read tables of a database and their versions, known without loading the projections that make them."""

import sqlite3
from collections.abc import Mapping
from hashlib import sha256


def read_tables(connection: sqlite3.Connection) -> dict[str, str]:
    """The read tables of this database, each with the fingerprint of the projection that made it."""
    return dict(
        connection.execute(
            "SELECT table_name, fingerprint FROM projections JOIN sqlite_schema ON type = 'table' AND name = table_name"
        ).fetchall()
    )


def digest_of(fingerprints: Mapping[str, str]) -> str:
    """One digest of read tables, from the fingerprint of each."""
    lines = (f"{table} {fingerprint}\n" for table, fingerprint in sorted(fingerprints.items()))
    return sha256("".join(lines).encode()).hexdigest()
