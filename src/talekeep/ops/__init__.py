"""One function for each thing a user does: a dataset and plain values in, a frozen result out."""

from talekeep.core.progress import Progress
from talekeep.core.progress import silent

__all__ = ["Progress", "message", "plural", "silent"]


def message(subject: str, operation: str, *, added: int = 0, changed: int = 0, removed: int = 0) -> str:
    """A commit message: what happened in numbers, and trailers a script can read. Never entry text."""
    return f"{subject}\n\nTalekeep-Op: {operation}\nTalekeep-Entries: +{added} ~{changed} -{removed}\n"


def plural(count: int, noun: str) -> str:
    """`1 entry`, `2 entries`, `3 records`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("y") else f"{count} {noun}s"
