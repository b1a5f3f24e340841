"""Validation: rules over entries, lines and the dataset as a whole; of a moment, or of what changed."""

from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import talekeep.rules as rules
from talekeep.core.errors import Negative
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.finding import Finding
from talekeep.core.finding import counts
from talekeep.library.kinds import KINDS
from talekeep.ops import Progress
from talekeep.ops import plural
from talekeep.ops import silent
from talekeep.ops.workspace import odd_files
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.rule_runner import is_validated
from talekeep.ops.workspace.rule_runner import policy_of
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.rules.base import Hit
from talekeep.store import config
from talekeep.store import libraries
from talekeep.store import parts
from talekeep.store import plugins
from talekeep.store.config import Config
from talekeep.store.dataset import Dataset
from talekeep.store.dataset import Place
from talekeep.store.overlay import overlay
from talekeep.store.view import Difference
from talekeep.store.view import Line
from talekeep.store.view import View


@dataclass(frozen=True, slots=True)
class Validated:
    """What was found, and in what: `entries` is the number of lines looked at."""

    findings: list[Finding]
    counts: dict[str, int]
    entries: int


def validate_at(
    dataset: Dataset,
    *,
    staged: bool = False,
    revision: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    profile: str | None = None,
    entries: Sequence[str] = (),
    where: str | None = None,
    progress: Progress = silent,
) -> Validated:
    """Validate a revision, what is staged, or (without either) the folder as it lies; a tree found without
    errors by all rules is remembered.

    Args:
        entries, where: keep only what is found in these entries, or in those that match.

    Raises:
        NotFound: no such revision or entry; else see `validate`.
    """
    plugins.use_rules()
    view = dataset.at(revision) if revision else dataset.staged() if staged else dataset.now()
    select, ignore = tuple(select), tuple(ignore)
    result = validate(dataset, view, select=select, ignore=ignore, profile=profile, progress=progress)
    # With a library that cannot be read there are no rules to ask; that is the finding then.
    if next(_unreadable(view, view.files), None) is None:
        checker = Checker(_profiled(dataset, profile), view, select, ignore)
        result = _with_odd_files(dataset, result, view, checker)
    head = dataset.of_tree(dataset.head_tree())
    # What rules of other packages find stops no commit, and so has no part in what is remembered.
    errors = any(item.severity == "error" and item.code in rules.BY_CODE for item in result.findings)
    if not (select or ignore or profile or errors) and dict(view.files) == dict(head.files):
        set_validated(dataset, dataset.head_tree(), None)
    return result if where is None and not entries else _within(dataset, view, result, entries, where)


def _within(
    dataset: Dataset, view: View, result: Validated, entries: Sequence[str], where: str | None
) -> Validated:
    """What was found in the chosen entries alone."""
    from talekeep.ops.workspace.select import chosen

    ids = {str(selected.entry.get("id")) for selected in chosen(dataset, view, entries, where)}
    findings = [finding for finding in result.findings if finding.entry in ids]
    return Validated(findings, counts(findings), len(ids))


def _profiled(dataset: Dataset, profile: str | None) -> Config:
    return config.with_profile(dataset.config, profile) if profile else dataset.config


def _with_odd_files(dataset: Dataset, validated: Validated, view: View, checker: Checker) -> Validated:
    """The same with what is found of the files themselves."""
    if view.tree is not None:
        modes = odd_files.modes_at(dataset, view.tree)
    else:
        modes = odd_files.modes_staged(dataset.staging.read())
    findings = [*validated.findings, *odd_files.findings(checker, view, modes)]
    return Validated(findings, counts(findings), validated.entries)


def validate(
    dataset: Dataset,
    view: View,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    profile: str | None = None,
    progress: Progress = silent,
) -> Validated:
    """Everything the rules find in a view, in dataset order; `profile` instead of the dataset's own.

    Raises:
        Usage: no such rule or profile. Refused: talekeep.toml or a library cannot be read.
    """
    settings = config.with_profile(dataset.config, profile) if profile else dataset.config
    unreadable = list(_unreadable(view, view.files))
    if unreadable:
        return Validated(unreadable, counts(unreadable), 0)
    checker = Checker(settings, view, select, ignore)
    result, total, names = [], 0, view.parts()
    for count, part in enumerate(names):
        progress("validating", count, len(names))
        ids, of_part = set(), []
        for line in view.lines(part):
            total += 1
            of_part += checker.line(line)
            if isinstance(line.value, dict):
                ids.add(line.value.get("id"))
        beside = list(view.lines(path)) if (path := parts.sidecar_of(part)) in view.files else []
        result += _not_suppressed(of_part, beside)
        result += _sidecar_findings(checker, part, beside, ids)
    result += _duplicates(checker, dataset.everywhere(view))
    return Validated(result, counts(result), total)


def _not_suppressed(findings: list[Finding], beside: Iterable[Line]) -> list[Finding]:
    """The findings of a part that its sidecar lines do not suppress."""
    if not findings:
        return []
    sidecars = (line.value for line in beside if b'"suppress"' in line.data)
    quiet = {s.get("id"): suppressed(s) for s in sidecars if isinstance(s, dict)}
    return [f for f in findings if f.severity == "error" or f.code not in quiet.get(f.entry or "", ())]


def unsuppressed(findings: Iterable[Finding], sidecar: Mapping[str, Any]) -> list[Finding]:
    """The findings in an entry that its sidecar does not suppress."""
    quiet = suppressed(sidecar) if "suppress" in sidecar else frozenset()
    return [finding for finding in findings if finding.severity == "error" or finding.code not in quiet]


def suppressed(sidecar: Mapping[str, Any]) -> frozenset[str]:
    """The codes of the rules a sidecar sets aside for its entry, be they named there by code or by name;
    what is an error is found all the same."""
    items = sidecar.get("suppress")
    named = [item.get("rule") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return frozenset(rule.code for rule in rules.known() if {rule.code, rule.name} & set(map(str, named)))


def _sidecar_findings(
    checker: Checker, part: str, beside: Iterable[Line], ids: set[object]
) -> Iterator[Finding]:
    for line in beside:
        if line.reason is not None or not isinstance(line.value, dict):
            yield from checker.line(line, gate=True)
        elif (entry := line.value.get("id")) not in ids:
            yield from checker.at(
                "S009", f"no entry of {part} has this id", str(entry), line.part, line.number
            )
        elif b'"reviews"' in line.data:
            yield from checker.sidecar(line)


def _duplicates(checker: Checker, places: Iterable[Place]) -> Iterator[Finding]:
    """Ids that stand at two of these places or more."""
    for entry, twice in rules.duplicate_ids((p.entry, (p.part, p.line)) for p in places).items():
        for part, line in twice[1:]:
            text = f"stands already in {twice[0][0]}, line {twice[0][1]}"
            yield from checker.at("S005", text, entry, part, line)


def gate(dataset: Dataset, between: Difference) -> list[Finding]:
    """What stops the view after from being committed on top of the one before: errors in the parts that
    changed (in their new lines, where before there are known to be none); their ids are compared with all."""
    view, base = between.after, between.before
    unreadable = list(_unreadable(view, between.paths))
    if unreadable:
        return unreadable
    settings = _config(view, dataset)
    checker = Checker(settings, view)
    sound = base.tree is not None and dataset.cache.is_validated(base.tree, policy_of(settings))
    lines: Callable[[str], Iterable[Line]] = between.new if sound else between.lines
    findings: list[Finding] = []
    ids: dict[str, None] = {}
    for line in (line for part in between.parts() if part in view.files for line in lines(part)):
        findings += checker.line(line, gate=True)
        if isinstance(line.value, dict) and isinstance(line.value.get("id"), str):
            ids[line.value["id"]] = None
    for path in sorted(p for p in between.paths & view.files.keys() if parts.is_sidecars(p)):
        bad = (line for line in lines(path) if not isinstance(line.value, dict))
        findings += [f for line in bad for f in checker.line(line, gate=True)]
    dataset.learn_change(between)
    findings += _duplicates(checker, dataset.places(view, ids))
    return [f for f in findings if f.severity == "error"]


def _config(view: View, dataset: Dataset) -> Config:
    data = view.optional(config.NAME)
    return dataset.config if data is None else config.parse(data, view.models)


def _unreadable(view: View, among: Collection[str]) -> Iterator[Finding]:
    """Files people write by hand that cannot be read: nothing else can be judged without them."""
    kinds, models = {kind.path: kind for kind in KINDS}, view.models
    for path in (config.NAME, *kinds):
        data = view.optional(path) if path in among else None
        try:
            if data is not None and path == config.NAME:
                config.parse(data, models)
            elif data is not None:
                libraries.check(kinds[path], data, models)
        except Problem as problem:
            rule = rules.BY_CODE["S001"]
            yield rules.finding(rule, "error", Hit(problem.message), None, path, None)


def require_valid(dataset: Dataset, between: Difference) -> None:
    """Refuse with every error named.

    Raises:
        Invalid: the view after has an error in a part that differs.
    """
    findings = gate(dataset, between)
    if findings:
        raise Invalid(findings)


def require_no_worse(dataset: Dataset, between: Difference) -> None:
    """Refuse what the view before did not suffer from already: for a change that mends one fault of several.

    Raises:
        Invalid: the view after has an error that the one before has not.
    """
    base = between.before
    touched = dict.fromkeys(between.paths & base.files.keys())
    known = Counter(map(_fault, gate(dataset, Difference(overlay(base, touched), base))))
    result = [f for f in gate(dataset, between) if not _spent(known, _fault(f))]
    if result:
        raise Invalid(result)


def _fault(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.part, finding.message, finding.path


def _spent(known: Counter[tuple[object, ...]], fault: tuple[object, ...]) -> bool:
    known[fault] -= 1
    return known[fault] >= 0


class Invalid(Refused):
    """A commit that was refused: the findings say why."""

    exit_code = Negative.exit_code

    def __init__(self, findings: list[Finding]) -> None:
        lines = "\n".join(f"  {describe(f)}" for f in findings[:20])
        more = f"\n  … and {len(findings) - 20} more" if len(findings) > 20 else ""
        super().__init__(
            f"not committed: {plural(len(findings), 'error')}\n{lines}{more}",
            "talekeep conflicts"
            if any(f.code == "S006" for f in findings)
            else "mend these lines and commit again; talekeep rule CODE explains one",
        )
        self.findings = findings


def describe(finding: Finding) -> str:
    """`part:line: CODE name message [entry …] (repair: …)` on one line."""
    where = finding.part or ""
    if finding.line is not None:
        where += f":{finding.line}"
    path = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in finding.path).lstrip(".")
    bits = [where + ":" if where else "", finding.code, finding.name + ":", finding.message]
    bits += [f"at {path}"] if path else []
    bits += [f"[entry {finding.entry}]"] if finding.entry else []
    bits += [f"(repair: {finding.repair})"] if finding.repair else []
    return " ".join(bit for bit in bits if bit)


def require_validated_head(dataset: Dataset) -> None:
    """Validate the last commit unless that has been done.

    Raises:
        Invalid: it has an error.
    """
    tree = dataset.head_tree()
    view = dataset.of_tree(tree)
    if not is_validated(dataset, tree):
        require_valid(dataset, Difference(dataset.nothing(), view))
        set_validated(dataset, tree, None)
