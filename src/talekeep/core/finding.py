"""What validation says: findings are values, returned and never raised."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

Severity: TypeAlias = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about one place.

    `path` leads into the entry (`("messages", 2, "content")`); `part` and `line` (from 1) say where the
    entry stands on disk and are filled in by whoever read it there; `repair` says what mends it.
    """

    code: str
    name: str
    severity: Severity
    message: str
    entry: str | None = None
    part: str | None = None
    line: int | None = None
    path: Path = ()
    repair: str | None = None


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each severity, every severity present."""
    result: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        result[finding.severity] += 1
    return result
