"""Who owns and who controls the company of a case, as far as it is stated: what follows from the owners of a case.

bands      parts in per cent of which both ends may be known, or neither
stakes     what one owner holds in another party
holdings   the owners as a graph: parties, and what each holds in which other
shares     effective shares: multiplied along a chain, added up across chains
control    who controls the company, whatever their share
tree       the owners in the order and the depth in which to show them
doubts     what does not add up, and what is not known
structure  `ownership_of(case, rule)`: all of it, with who is a beneficial owner by the rule

docs/ownership.md says which decisions are behind it and where they are from.
"""

from store.domain.ownership.bands import Band, OwnershipRule, listed
from store.domain.ownership.doubts import Doubt
from store.domain.ownership.structure import Official, Ownership, circles_of, ownership_of
from store.domain.ownership.tree import Branch, End

__all__ = [
    "Band",
    "Branch",
    "Doubt",
    "End",
    "Official",
    "Ownership",
    "OwnershipRule",
    "circles_of",
    "listed",
    "ownership_of",
]
