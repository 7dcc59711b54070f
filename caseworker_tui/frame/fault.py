"""What is told of a fault of the app itself: where it is, and nothing of what the app was showing or doing.

Textual would print the local variables of each step, and so the data of a client, into the terminal and whatever keeps
what the terminal shows. The words of an error are left out for the same reason.
"""

from pathlib import Path
from traceback import extract_tb
from typing import Final

_MOST_STEPS: Final = 12


def told(error: BaseException) -> str:
    """A sentence, and below it the newest steps on the way to the fault, the newest last."""
    steps = [
        f"  {'/'.join(Path(step.filename).parts[-3:])}, line {step.lineno}, in {step.name}"
        for step in extract_tb(error.__traceback__)[-_MOST_STEPS:]
    ]
    sentence = (
        f"A fault in caseworker itself ended the app ({type(error).__name__}). What was done is kept."
        " Please report these lines; they hold nothing of any case:"
    )
    return "\n".join([sentence, *steps])
