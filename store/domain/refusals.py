"""The domain's no: a code for programs and a sentence for people."""


class Refusal(Exception):
    """A command that does not hold. Nothing was changed.

    `code` is stable and documented in docs/commands.md; `sentence` says what, where and what to do.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
