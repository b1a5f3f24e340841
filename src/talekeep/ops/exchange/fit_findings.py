"""`validate --for`: what a trainer would do with each entry, as findings with codes."""

from collections.abc import Iterator

from talekeep.core.finding import Finding
from talekeep.core.finding import Severity
from talekeep.core.finding import counts
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange.token_count import estimate
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.validation import Validated
from talekeep.store.dataset import Dataset
from talekeep.store.view import View
from talekeep.training import trainers
from talekeep.training.base import Draft
from talekeep.training.features import FEATURES
from talekeep.training.features import features_of
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Trainer
from talekeep.training.trainers.base import Verdict

_SEVERITIES: dict[Fate, Severity] = {
    "altered": "warning",
    "cut": "warning",
    "dropped": "error",
    "stops": "error",
}
_TOO_LONG = "too long"


def code_of(feature: str) -> str:
    """`F001` for the first feature of the table; what is too long comes last."""
    return f"F{[*FEATURES, _TOO_LONG].index(feature) + 1:03d}"


def fit_findings(
    dataset: Dataset, view: View, name: str, where: str | None = None, progress: Progress = silent
) -> Validated:
    """What the trainer would alter, cut, drop or stop at, entry by entry.

    Raises:
        Usage: no such trainer, or not a query.
    """
    trainer = trainers.named(name)
    findings: list[Finding] = []
    number = 0
    for number, selected in enumerate(select(dataset, view, where), 1):
        findings += _of(trainer, selected)
        if number % 256 == 0:
            progress("reading entries", number, None)
    return Validated(findings, counts(findings), number)


def _of(trainer: Trainer, selected: Selected) -> Iterator[Finding]:
    draft = Draft(selected.entry, selected.sidecar)
    for feature in features_of(draft):
        if feature in trainer.VERDICTS:
            yield _finding(trainer, feature, trainer.VERDICTS[feature], selected)
    most, fate = trainer.MAX_LENGTH
    if (tokens := estimate(draft)) > most:
        verdict = Verdict(fate, f"about {tokens} tokens, and the default is {most}", "cut=N")
        yield _finding(trainer, _TOO_LONG, verdict, selected)


def _finding(trainer: Trainer, feature: str, verdict: Verdict, selected: Selected) -> Finding:
    policy, _, value = verdict.policy.replace("_", "-").partition("=")
    return Finding(
        code_of(feature),
        feature.replace(" ", "-"),
        _SEVERITIES[verdict.fate],
        f"{trainer.TITLE}: {verdict.reason}",
        entry=str(selected.entry.get("id", "")) or None,
        part=selected.line.part,
        line=selected.line.number,
        repair=f"talekeep export OUT --for {trainer.NAME} --{policy} {value}" if policy else None,
    )
