"""Findings of a merge that neither side had, such as a tag that one side renamed and the other used.

One side renames a tag, the other puts the old name on entries; one removes an entry, the other writes a note
beside it. Nothing is in conflict, and nothing is quite right. Looked at are the lines that are new since the
two parted, in the parts that either changed: the cost follows the change.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass

import talekeep.rules as rules
from talekeep.core.finding import Finding
from talekeep.library import characters
from talekeep.library import tags
from talekeep.ops.merge import virtual_base
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.view import Line
from talekeep.store.view import View

_DANGLING = "S009"
# Off by default, and heard here all the same: one side still used what the other retired.
_ALWAYS = "S118"
_CODES = ("C401", "C402", _DANGLING, "S116", _ALWAYS)


@dataclass(frozen=True, slots=True)
class _Side:
    view: View
    checker: Checker


def of_commits(dataset: Dataset, ours: str, theirs: str, merged: View) -> list[Finding]:
    """`look` at what two commits were merged to, by whatever program."""
    base = virtual_base.meeting(dataset, dataset.history.merge_bases(ours, [theirs]))
    mine, yours = (dataset.of_commit(commit) for commit in (ours, theirs))
    return look(dataset, base, mine, yours, merged)


def look(dataset: Dataset, base: View, ours: View, theirs: View, merged: View) -> list[Finding]:
    """What the rules find in the merged whole and found on neither side, in dataset order."""
    settings = dataset.config.validation
    levels = rules.severities(settings.profile, settings.rules)
    codes = [code for code in _CODES if levels[code] != "off" or code == _ALWAYS]
    whole, *sides = (_Side(view, Checker(dataset.config, view, codes)) for view in (merged, ours, theirs))
    changed = base.differing(ours) | base.differing(theirs)
    findings: list[Finding] = []
    # Both sides judge an entry alike where neither changed what it is held against.
    judging = any(kind.path in changed for kind in (tags.KIND, characters.KIND))
    for part in (part for part in merged.parts() if part in changed):
        findings += _in_entries(whole, sides, base, part) if judging else ()
        # An entry goes with its line; one is left behind only where somebody touched both files.
        findings += _beside(whole, sides, part) if parts.sidecar_of(part) in changed else ()
    return findings


def _in_entries(whole: _Side, sides: Iterable[_Side], base: View, part: str) -> Iterator[Finding]:
    texts = [
        (line, result) for line in whole.view.new_lines(part, base) if (result := whole.checker.line(line))
    ]
    held = [(side.checker, _lines(side.view, part)) for side in sides] if texts else []
    for line, result in texts:
        # A line made of both sides is held by neither: then both would have to know.
        owners = [checker for checker, lines in held if line.data in lines] or [c for c, _ in held]
        known = set.intersection(*({*checker.line(line)} for checker in owners))
        yield from (finding for finding in result if finding not in known)


def _lines(view: View, part: str) -> set[bytes]:
    return {data for _, data in parts.lines_of(view.optional(part) or b"")}


def _beside(whole: _Side, sides: Iterable[_Side], part: str) -> Iterator[Finding]:
    """Sidecar lines that lost their entry."""
    path = parts.sidecar_of(part)
    left = _dangling(whole.view, part)
    known = {entry for side in sides for entry in _dangling(side.view, part)} if left else set()
    for entry, line in left.items():
        if entry not in known:
            text = f"no entry of {part} has this id"
            yield from whole.checker.at(_DANGLING, text, entry, path, line.number)


def _dangling(view: View, part: str) -> dict[str, Line]:
    path = parts.sidecar_of(part)
    if path not in view.files:
        return {}
    lines = {str(line.value.get("id")): line for line in view.lines(path) if isinstance(line.value, dict)}
    ids = {parts.id_of(data) for data in _lines(view, part)}
    return {entry: line for entry, line in lines.items() if entry not in ids}


def mendable(findings: Iterable[Finding]) -> list[str]:
    """The codes among these findings that a repair can mend."""
    codes = sorted({finding.code for finding in findings})
    return [code for code in codes if code == _DANGLING or rules.by_code(code).mend is not None]


def repair_of(codes: Iterable[str]) -> str:
    """The command that mends what these rules find."""
    return " ".join(["talekeep repair", *(f"--select {code}" for code in codes)])
