"""`log`, `blame`, `restore`, `snapshot`: what was when, and how to get it back."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def author_name(author: str | None) -> str:
    return (author or "").partition(" <")[0]
