"""What a trainer does with one conversation, before any file is written."""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass

from talekeep.training import control_tokens
from talekeep.training.base import Draft
from talekeep.training.features import Feature
from talekeep.training.features import features_of
from talekeep.training.rendered import Rendered
from talekeep.training.trainers.base import Trainer
from talekeep.training.trainers.base import Verdict

TOO_LONG: Feature = "too long"
TEMPLATE: Feature = "chat template"


@dataclass(frozen=True, slots=True)
class Foretold:
    """A feature of a conversation with what a trainer does about it."""

    feature: Feature
    verdict: Verdict


def foretell(
    trainer: Trainer,
    draft: Draft,
    *,
    format: str = "",
    rendered: Rendered | None = None,
    tokens: Collection[str] = control_tokens.ALL,
) -> list[Foretold]:
    """All that a trainer does not simply keep.

    Args:
        format: the writer of the rows; what this writer avoids is left out.
        rendered: what the chat template of the user's own makes of the draft. It decides on the features that
            this trainer leaves to templates.
        tokens: the control tokens of the model.
    """
    features = features_of(draft, tokens)
    if rendered is not None and trainer.TEMPLATED:
        features = [feature for feature in features if feature not in trainer.TEMPLATED]
    verdicts = {**trainer.VERDICTS, **(trainer.WRITTEN if format == trainer.WRITER else {})}
    given = [Foretold(f, verdicts[f]) for f in features if f in verdicts]
    given = [each for each in given if each.verdict.policy != f"format={format}"]
    if rendered is not None and trainer.TEMPLATED:
        given += _of_template(draft, rendered)
    return given


def worst(trainer: Trainer, given: list[Foretold]) -> Foretold | None:
    """What comes first among all that happens to an entry; None where it is kept."""
    return max(given, key=lambda each: trainer.ORDER.index(each.verdict.fate), default=None)


# What a template may refuse or leave out → the policy that avoids it.
_AVOIDED: Mapping[Feature, str] = {
    "greeting first": "greeting=opener",
    "same role twice": "same_role=join",
    "system inside": "system=first",
    "developer": "developer=system",
    "results in a row": "calls=text",
    "tool calls": "calls=text",
    "content parts": "parts=text",
    "empty reply": "empty=drop",
    "last is no reply": "tail=drop",
}
_MISSING: Mapping[str, str] = {
    "names": "names=prefix",
    "reasoning": "reasoning=think",
    "tool calls": "calls=text",
    "tool definitions": "calls=text",
}


def _of_template(draft: Draft, rendered: Rendered) -> Iterator[Foretold]:
    if rendered.refusal:
        policy = next((_AVOIDED[feature] for feature in features_of(draft) if feature in _AVOIDED), "")
        yield Foretold(
            TEMPLATE, Verdict("stops", f"the chat template refuses it: {rendered.refusal}", policy)
        )
        return
    for what in rendered.missing:
        yield Foretold(
            TEMPLATE, Verdict("altered", f"the chat template leaves out {what}", _MISSING.get(what, ""))
        )


def after_policies(
    trainer: Trainer,
    draft: Draft,
    policies: Mapping[str, str],
    format: str,
    tokens: Collection[str] = control_tokens.ALL,
) -> tuple[Verdict | None, list[Verdict]]:
    """What a trainer still does to a draft of `export --for`: by which verdict the entry would be lost, if it
    would, and all the others. What the user asked for, against the trainer's own policy, is no surprise.

    Args:
        policies: those that were applied.
        format: the writer of the rows.
        tokens: the control tokens of the model.
    """
    if format not in (trainer.WRITER, trainer.READS):
        return None, []
    asked = {name for name, value in policies.items() if trainer.POLICIES.get(name) != value}
    given = foretell(trainer, draft, format=format, tokens=tokens)
    given = [each for each in given if each.verdict.policy.partition("=")[0] not in asked]
    first = worst(trainer, given)
    lost = first.verdict if first is not None and first.verdict.fate in ("dropped", "stops") else None
    return lost, [each.verdict for each in given]
