"""The fit as one page of HTML, by the template `fit.html`: no scripts, no links, nothing loaded."""

from dataclasses import dataclass

from talekeep.ops.exchange.training.fit import Fit
from talekeep.ops.exchange.training.fit import TrainerFit
from talekeep.ops.workspace.html import render

_FATES = (
    ("kept", "kept"),
    ("altered", "altered"),
    ("cut", "cut"),
    ("dropped", "dropped"),
    ("stops", "stop the run"),
)


@dataclass(frozen=True, slots=True)
class _Share:
    """How many entries have one fate; `percent` of all."""

    fate: str
    words: str
    entries: int
    percent: float


def page(measured: Fit, *, dataset: str, where: str | None = None, revision: str | None = None) -> str:
    """The whole page.

    Args:
        dataset: its name; where, revision: what was looked at, if not all of it as it lies in the folder.
    """
    return render(
        "fit.html",
        dataset=dataset,
        measured=measured,
        where=where,
        revision=revision,
        shares={name: _shares(each, measured.entries) for name, each in measured.trainers.items()},
        options={
            reason.policy: _option(reason.policy)
            for each in measured.trainers.values()
            for reason in each.reasons
        },
    )


def _shares(each: TrainerFit, entries: int) -> list[_Share]:
    counts = [(fate, words, getattr(each, fate)) for fate, words in _FATES]
    return [_Share(fate, words, n, round(100 * n / entries, 2)) for fate, words, n in counts if n]


def _option(policy: str) -> str:
    """The option of `export` that avoids a reason; "" where the trainer's own shape does, or nothing."""
    if not policy or policy.startswith("format="):
        return ""
    return f"--{policy.replace('_', '-').replace('=', ' ')}"
