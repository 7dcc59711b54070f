"""Transactions on a connection in autocommit mode."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def write_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that takes the write lock at once, so that nothing it has read changes before it writes."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """A part of the present transaction that leaves nothing behind if it fails."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


@contextmanager
def read_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One unchanging view of the database, whatever others write meanwhile. Within a transaction: its view."""
    within_another = connection.in_transaction
    if within_another:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:  # SQLite ends the transaction by itself when the file fails
            connection.execute("ROLLBACK")


def use_for_bulk_work(connection: sqlite3.Connection) -> None:
    """Give a connection more memory, for as long as it is open.

    Bulk work writes to pages all over the indexes of a file. SQLite keeps only 2 MB of pages otherwise, and a
    write-ahead log of 4 MB.
    """
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA wal_autocheckpoint = 10000")
