"""How far long work has come, for whoever watches."""

from collections.abc import Callable
from typing import TypeAlias

# What is being done, how much is done, how much there is (None: unknown).
Progress: TypeAlias = Callable[[str, int, int | None], None]


def silent(doing: str, done: int, total: int | None) -> None:
    """Progress nobody watches."""
