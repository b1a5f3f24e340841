"""`fit`: what trainers would do with the entries, before any file is written."""

from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from types import MappingProxyType

from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange.token_count import counter
from talekeep.ops.library.characters import display_names
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store.dataset import Dataset
from talekeep.training import policies as policy_table
from talekeep.training import trainers
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.features import features_of
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Trainer
from talekeep.training.trainers.base import Verdict

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """Why entries are not kept as they are.

    Attributes:
        fate: altered, cut, dropped or stops.
        reason: in words.
        policy: what avoids it (`greeting=opener`), "" where nothing does.
        entries: how many entries.
        examples: ids of the first of them.
    """

    fate: Fate
    reason: str
    policy: str
    entries: int
    examples: list[str]


@dataclass(frozen=True, slots=True)
class TrainerFit:
    """What one trainer does: `kept`, `altered`, `cut`, `dropped` and `stops` count entries, each by its worst
    fate; `version` is the version whose code was read."""

    title: str
    version: str
    kept: int
    altered: int
    cut: int
    dropped: int
    stops: int
    reasons: list[Reason] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fit:
    """The fit of the entries that match. `tokens` is the sum over them, `estimated` without a tokenizer."""

    entries: int
    tokens: int
    longest: int
    estimated: bool
    policies: dict[str, str]
    trainers: dict[str, TrainerFit]


def fit(
    dataset: Dataset,
    names: Sequence[str] = (),
    *,
    where: str | None = None,
    revision: str | None = None,
    policies: Mapping[str, str] = MappingProxyType({}),
    max_length: int | None = None,
    tokenizer: Path | None = None,
    profile: bool = False,
    progress: Progress = silent,
) -> Fit:
    """Foretell for each trainer what becomes of the entries.

    Args:
        names: trainers; all of the table without any.
        policies: applied to the entries first, as `export` would.
        max_length: the tokens a row may have; the trainer's own default without it.
        profile: apply each trainer's own policies too, as `export --for` does.

    Raises:
        Usage: no such trainer, policy or query. NotFound: no such revision or tokenizer.
    """
    policy_table.check(policies)
    chosen = [trainers.named(name) for name in names] or list(trainers.TRAINERS.values())
    tallies = [_Tally(trainer, policies, max_length, profile=profile) for trainer in chosen]
    view = view_of(dataset, revision)
    context = Context(display_names(dataset, view))
    count = counter(tokenizer)
    lengths = []
    for number, selected in enumerate(select(dataset, view, where), 1):
        draft = Draft(selected.entry, selected.sidecar)
        lengths.append(count(draft))
        for tally in tallies:
            tally.add(draft, context, count)
        if number % 256 == 0:
            progress("reading entries", number, None)
    results = {tally.trainer.NAME: tally.result() for tally in tallies}
    longest = max(lengths, default=0)
    return Fit(len(lengths), sum(lengths), longest, tokenizer is None, dict(policies), results)


class _Tally:
    """Counts the fates of entries for one trainer."""

    def __init__(
        self, trainer: Trainer, policies: Mapping[str, str], max_length: int | None, *, profile: bool
    ) -> None:
        self.trainer = trainer
        self._policies = {**trainer.POLICIES, **policies} if profile else policies
        default, self._too_long = trainer.MAX_LENGTH
        self._max_length = max_length or default
        self._fates: Counter[Fate] = Counter()
        self._reasons: dict[Verdict, list[str]] = {}
        self._counts: Counter[Verdict] = Counter()

    def add(self, draft: Draft, context: Context, count: Callable[[Draft], int]) -> None:
        rows = policy_table.apply(draft, self._policies, context)
        given = dict.fromkeys(verdict for row in rows for verdict in self._verdicts(row, count))
        self._fates[trainers.fate_of(given)] += 1
        for verdict in given:
            self._counts[verdict] += 1
            examples = self._reasons.setdefault(verdict, [])
            if len(examples) < _EXAMPLES:
                examples.append(str(draft.entry.get("id")))

    def _verdicts(self, row: Draft, count: Callable[[Draft], int]) -> list[Verdict]:
        verdicts = trainers.verdicts(self.trainer, features_of(row))
        if count(row) > self._max_length:
            reason = f"longer than {self._max_length} tokens"
            verdicts.append(Verdict(self._too_long, reason, "cut=N"))
        return verdicts

    def result(self) -> TrainerFit:
        order = sorted(self._counts, key=lambda verdict: -self._counts[verdict])
        examples = self._reasons
        reasons = [Reason(v.fate, v.reason, v.policy, self._counts[v], examples[v]) for v in order]
        return TrainerFit(
            self.trainer.TITLE,
            self.trainer.VERSION,
            kept=self._fates["kept"],
            altered=self._fates["altered"],
            cut=self._fates["cut"],
            dropped=self._fates["dropped"],
            stops=self._fates["stops"],
            reasons=reasons,
        )
