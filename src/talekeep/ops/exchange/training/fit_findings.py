"""`validate --for`: what a trainer would do with each entry, as findings with codes."""

from collections.abc import Iterator

from talekeep.core.finding import Finding
from talekeep.core.finding import Severity
from talekeep.core.finding import counts
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange.training.fit import foretold_of
from talekeep.ops.exchange.training.lens import PLAIN
from talekeep.ops.exchange.training.lens import Lens
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.validation import Validated
from talekeep.store.dataset import Dataset
from talekeep.store.view import View
from talekeep.training import trainers
from talekeep.training.base import Draft
from talekeep.training.features import FEATURES
from talekeep.training.foretold import TEMPLATE
from talekeep.training.foretold import TOO_LONG
from talekeep.training.foretold import Foretold
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Trainer

_SEVERITIES: dict[Fate, Severity] = {
    "altered": "warning",
    "cut": "warning",
    "dropped": "error",
    "stops": "error",
}
# A code never changes: what was added later stands behind what was there.
_CODED = (*FEATURES[:14], TOO_LONG, *FEATURES[14:31], TEMPLATE, *FEATURES[31:])


def code_of(feature: str) -> str:
    """`F001` for the first feature of the table."""
    return f"F{_CODED.index(feature) + 1:03d}"


def fit_findings(
    dataset: Dataset,
    view: View,
    name: str,
    where: str | None = None,
    lens: Lens = PLAIN,
    progress: Progress = silent,
) -> Validated:
    """What the trainer would alter, cut, drop or stop at, entry by entry.

    Raises:
        Usage: no such trainer, or not a query.
    """
    trainer = trainers.named(name)
    findings: list[Finding] = []
    number = 0
    for number, selected in enumerate(select(dataset, view, where), 1):
        findings += _of(trainer, selected, lens)
        if number % 256 == 0:
            progress("reading entries", number, None)
    return Validated(findings, counts(findings), number)


def _of(trainer: Trainer, selected: Selected, lens: Lens) -> Iterator[Finding]:
    given, lengths = foretold_of(trainer, Draft(selected.entry, selected.sidecar), lens)
    words = "about " if lens.count.is_estimate else ""
    for each in given:
        about = f" ({words}{sum(lengths)})" if each.feature == TOO_LONG else ""
        yield _finding(trainer, each, selected, about)


def _finding(trainer: Trainer, each: Foretold, selected: Selected, about: str) -> Finding:
    policy, _, value = each.verdict.policy.replace("_", "-").partition("=")
    option = "" if policy == "format" else f" --{policy} {value}"
    return Finding(
        code_of(each.feature),
        each.feature.replace(" ", "-"),
        _SEVERITIES[each.verdict.fate],
        f"{trainer.TITLE}: {each.verdict.reason}{about}",
        entry=str(selected.entry.get("id", "")) or None,
        part=selected.line.part,
        line=selected.line.number,
        repair=f"talekeep export OUT --for {trainer.NAME}{option}" if policy else None,
    )
