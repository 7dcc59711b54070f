"""What of a text a terminal would act on, instead of showing it."""

import re
from typing import Final

ACTED_ON: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line separators, changes of writing direction, and halves of characters."""
