"""Repair findings that need no change of wording: one commit for each rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace

import talekeep.rules as rules
from talekeep.core.entry import Entry
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.core.merge.diff import Change
from talekeep.ops import Progress
from talekeep.ops import plural
from talekeep.ops import silent
from talekeep.ops.merge import cross_branch_findings
from talekeep.ops.quality.fixers import MENDS
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.select import select as matching
from talekeep.rules import Context
from talekeep.rules import Rule
from talekeep.store import parts
from talekeep.store import plugins
from talekeep.store.dataset import Dataset
from talekeep.store.view import View


@dataclass(frozen=True, slots=True)
class Repair:
    """What was mended for one rule; `commit` is None with `dry_run` or without `commit`."""

    code: str
    name: str
    changes: list[Change]
    files: list[str]
    commit: str | None


@dataclass(frozen=True, slots=True)
class Repaired:
    """`repairs` in the order they were made; rules that found nothing to mend are not among them."""

    repairs: list[Repair]


def can_mend(rule: Rule) -> bool:
    """True where findings of a rule can be mended without a person."""
    return rule.mend is not None or rule.code in MENDS


def command_for(findings: Iterable[Finding]) -> str | None:
    """The command that mends all of these findings; None where one of them needs a person."""
    codes = sorted({finding.code for finding in findings})
    if not codes or not all(can_mend(rules.by_code(code)) for code in codes):
        return None
    return cross_branch_findings.repair_of(codes)


def repair(
    dataset: Dataset,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    where: str | None = None,
    dry_run: bool = False,
    commit: bool = True,
    progress: Progress = silent,
) -> Repaired:
    """Mend what these rules find (all that can, without `select`), in one commit for each rule.

    Without `commit` files are mended as they lie, uncommitted changes included, and staged. Doing it again
    changes nothing.

    Args:
        where: only entries that match; rules that look beyond one entry are then left out.

    Raises:
        Usage: no such rule, one that nothing can mend, or not a query. Refused: a file to mend has changes
        that are not committed, or a merge is open.
    """
    plugins.use_rules()
    chosen = _chosen(tuple(select), tuple(ignore), Checker(dataset.config, dataset.now()))
    with dataset.writing("repair"):
        snapshot = dataset.staging.read()
        if snapshot.unmerged:
            raise Refused(f"{snapshot.unmerged[0]} has a conflict that is not settled", "talekeep conflicts")
        due, touched = _due(dataset, dataset.now_from(snapshot), chosen, where, progress)
        result = []
        for count, rule in enumerate(due):
            progress("mending", count, len(due))
            draft = Draft(dataset)
            _mend(draft, rule, where, touched)
            result.append(_finish(draft, rule, dry_run=dry_run, commit=commit))
    return Repaired([one for one in result if one.files])


def _chosen(select: tuple[str, ...], ignore: tuple[str, ...], checker: Checker) -> list[Rule]:
    for selector in select:
        if not any(map(can_mend, rules.named(selector)[1])):
            raise Usage(f"what {selector} finds has to be mended by hand", f"talekeep rule {selector}")
    on = [rule for rule in rules.select(select, ignore) if checker.levels[rule.code] != "off"]
    return [rule for rule in on if can_mend(rule)]


def _due(
    dataset: Dataset, now: View, chosen: list[Rule], where: str | None, progress: Progress
) -> tuple[list[Rule], set[str]]:
    """The rules there may be something to mend for, and the parts to look at, told in one walk."""
    context = Checker(dataset.config, now).context
    due = {rule.code for rule in chosen if rule.scope == "dataset" and where is None}
    looking = [rule for rule in chosen if rule.scope == "entry" and (rule.mend or where is None)]
    touched: set[str] = set()
    for count, item in enumerate(matching(dataset, now, where)):
        if count % 256 == 0:
            progress("looking", count, None)
        hit = {rule.code for rule in looking if any(rule.check(item.entry, context))}
        due |= hit
        touched |= {item.line.part} if hit else set()
    # What one mend leaves may be another's business: a tag spelled anew may stand there twice.
    again = {rule.code for rule in looking if rule.mend and touched}
    return [rule for rule in chosen if rule.code in due | again], touched


def _mended(rule: Rule, entry: Entry, context: Context) -> Entry | None:
    """The entry without what the rule finds; None where there is nothing to mend."""
    if rule.mend is None or not any(rule.check(entry, context)):
        return None
    after: Entry = rule.mend(entry, context)
    return None if after == entry else after


def _mend(draft: Draft, rule: Rule, where: str | None, touched: set[str]) -> None:
    if rule.code in MENDS:
        MENDS[rule.code](draft)
        return
    context = Checker(draft.dataset.config, draft.now).context
    for item in matching(draft.dataset, _only(draft.now, touched), where):
        after = _mended(rule, item.entry, context)
        if after is not None:
            draft.change(item, after)


def _only(view: View, wanted: set[str]) -> View:
    """A view without the parts nobody has to look at."""
    files = {path: oid for path, oid in view.files.items() if path in wanted or not parts.is_entries(path)}
    return replace(view, files=files, tree=None)


def _finish(draft: Draft, rule: Rule, *, dry_run: bool, commit: bool) -> Repair:
    result = draft.finish(
        f"Repair {rule.code} {rule.name} in {plural(len(draft), 'entry')}",
        "repair",
        dry_run=dry_run,
        commit=commit,
        check=validation.require_no_worse,
        sweep=not commit,
    )
    return Repair(rule.code, rule.name, result.changes, result.files, result.commit)
