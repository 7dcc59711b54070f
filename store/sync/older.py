"""A database that is older than what was sent from it, when a person has seen that."""

from store.clock import stamp
from store.device import acknowledge
from store.engine.case_store import CaseStore


def acknowledge_older(store: CaseStore, *, actor: str) -> int:
    """Tell it no more. Returns how many commits had come back; see `store.device.acknowledge`."""
    return store.change(acknowledge, actor=actor, now=stamp(store.clock()))
