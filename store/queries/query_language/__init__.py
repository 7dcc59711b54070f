"""The language in which cases are searched for: the search line, saved views and `caseworker cases --query` speak it.

    vega type:kyb status:open,waiting assignee:me due:<7d -tag:vip "acme holding" sort:-updated

syntax       text to terms: words, quotes, `field:value,value`, `-` for not
fields       what can be asked of a case, as data: each field with its values, and the condition in SQL
selection    text to a `Selection`, which store/queries/queue.py reads page by page
completion   what may stand where a person types

What is typed never becomes SQL: it chooses among the conditions in `fields`, and is bound to their parameters.
"""

from store.queries.query_language.fields import Asker
from store.queries.query_language.selection import EVERYTHING, Selection, select
from store.queries.query_language.syntax import NotAQuery

__all__ = ["EVERYTHING", "Asker", "NotAQuery", "Selection", "select"]
