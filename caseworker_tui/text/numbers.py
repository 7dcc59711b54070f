"""Numbers in sentences. The command line uses them without loading Rich, which `wording` needs."""


def number_of(count: int | None, thing: str) -> str:
    """`1 case`, `1,204 cases`."""
    return f"{count or 0:,} {thing}{'' if count == 1 else 's'}"
