"""Why the control API cannot do what it is asked for."""

from collections.abc import Sequence


class ControlError(Exception):
    """Nothing has changed. The text says what is wrong and what would be right; `problems` are several, with places."""

    def __init__(self, status: int, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.problems = tuple(problems)
