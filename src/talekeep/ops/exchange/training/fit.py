"""`fit`: what trainers would do with the entries, before any file is written."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from types import MappingProxyType

from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.exchange.training.lens import PLAIN
from talekeep.ops.exchange.training.lens import Lens
from talekeep.ops.exchange.training.token_count import trained_in
from talekeep.ops.library.characters import display_names
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store.dataset import Dataset
from talekeep.training import policies as policy_table
from talekeep.training import trainers
from talekeep.training.base import Draft
from talekeep.training.foretold import TOO_LONG
from talekeep.training.foretold import Foretold
from talekeep.training.foretold import foretell
from talekeep.training.foretold import worst
from talekeep.training.rendered import rendered
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Trainer
from talekeep.training.trainers.base import Verdict
from talekeep.training.writers import WRITERS

_EXAMPLES = 3
_NO_ROW = "no row"


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
    fate; `version` is the version whose code was read. `tokens` and `trained` count what it reads and what it
    trains of the entries that it does not drop or stop at. `max_length` is what rows are measured by and what
    the configuration that `export` writes sets; `over_own_length` of them have more than `own_length` tokens,
    the trainer's limit without that configuration."""

    title: str
    version: str
    kept: int
    altered: int
    cut: int
    dropped: int
    stops: int
    reasons: list[Reason] = field(default_factory=list)
    tokens: int = 0
    trained: int = 0
    max_length: int = 0
    own_length: int = 0
    over_own_length: int = 0


@dataclass(frozen=True, slots=True)
class Fit:
    """The fit of the entries that match. `tokens` is the sum over them, `trained` those of their replies,
    `estimated` without a tokenizer."""

    entries: int
    tokens: int
    longest: int
    estimated: bool
    policies: dict[str, str]
    trainers: dict[str, TrainerFit]
    trained: int = 0
    profile: bool = False
    html: str = ""


def fit(
    dataset: Dataset,
    names: Sequence[str] = (),
    *,
    where: str | None = None,
    revision: str | None = None,
    policies: Mapping[str, str] = MappingProxyType({}),
    lens: Lens = PLAIN,
    profile: bool = False,
    progress: Progress = silent,
) -> Fit:
    """Foretell for each trainer what becomes of the entries.

    Args:
        names: trainers; all of the table without any.
        policies: applied to the entries first, as `export` would.
        profile: apply each trainer's own policies and its own shape too, as `export --for` does.

    Raises:
        Usage: no such trainer, policy or query. NotFound: no such revision.
    """
    policy_table.check(policies)
    chosen = [trainers.named(name) for name in names] or list(trainers.TRAINERS.values())
    view = view_of(dataset, revision)
    characters = display_names(dataset, view)
    tallies = [_Tally(trainer, policies, lens, characters, profile=profile) for trainer in chosen]
    total = Counter[str]()
    for number, selected in enumerate(select(dataset, view, where), 1):
        draft = Draft(selected.entry, selected.sidecar)
        lengths = lens.count.of(draft, lens.template)
        total["tokens"] += sum(lengths)
        total["trained"] += trained_in(draft, lengths)
        total["entries"] = number
        total["longest"] = max(total["longest"], sum(lengths))
        for tally in tallies:
            tally.add(draft)
        if number % 256 == 0:
            progress("reading entries", number, None)
    return Fit(
        entries=total["entries"],
        tokens=total["tokens"],
        longest=total["longest"],
        estimated=lens.count.is_estimate,
        policies=dict(policies),
        trainers={tally.trainer.NAME: tally.result() for tally in tallies},
        trained=total["trained"],
        profile=profile,
    )


def foretold_of(
    trainer: Trainer, draft: Draft, lens: Lens = PLAIN, format: str = ""
) -> tuple[list[Foretold], list[int]]:
    """All that a trainer does to a conversation, its length included; and its tokens, message by message."""
    given_template = rendered(lens.template, draft) if lens.template is not None else None
    given = foretell(trainer, draft, format=format, rendered=given_template, tokens=lens.control_tokens)
    lengths = lens.count.of(draft, lens.template)
    longest, fate = lens.longest(trainer), trainer.MAX_LENGTH[1]
    if sum(lengths) > longest:
        given.append(Foretold(TOO_LONG, Verdict(fate, f"longer than {longest} tokens", "cut=length")))
    return given, lengths


class _Tally:
    """Counts the fates of entries for one trainer."""

    def __init__(
        self,
        trainer: Trainer,
        policies: Mapping[str, str],
        lens: Lens,
        characters: Mapping[str, str],
        *,
        profile: bool,
    ) -> None:
        self.trainer = trainer
        self._policies = {**trainer.POLICIES, **policies} if profile else policies
        self._writer = WRITERS[trainer.WRITER] if profile else None
        self._lens = lens
        self._context = lens.context(characters, trainer)
        self._fates: Counter[Fate] = Counter()
        self._reasons: dict[Verdict, list[str]] = {}
        self._counts: Counter[Verdict] = Counter()
        self._tokens = self._trained = self._over_own = 0

    def add(self, draft: Draft) -> None:
        drafts = policy_table.apply(draft, self._policies, self._context)
        given = [each for one in drafts for each in self._of(one)] if drafts else [_no_row("it has no reply")]
        first = worst(self.trainer, given)
        self._fates[first.verdict.fate if first else "kept"] += 1
        for verdict in dict.fromkeys(each.verdict for each in given):
            self._counts[verdict] += 1
            examples = self._reasons.setdefault(verdict, [])
            if len(examples) < _EXAMPLES:
                examples.append(str(draft.entry.get("id")))

    def _of(self, draft: Draft) -> list[Foretold]:
        format = self._writer.NAME if self._writer else ""
        given, lengths = foretold_of(self.trainer, draft, self._lens, format)
        written = self._writer.write(draft) if self._writer else None
        if written is not None and not written.rows:
            reason = next((loss for loss in written.losses if loss.startswith("whole entries")), "")
            given.append(_no_row(reason.partition(": ")[2]))
        first = worst(self.trainer, given)
        if first is None or first.verdict.fate not in ("dropped", "stops"):
            self._over_own += sum(lengths) > self.trainer.OWN_LENGTH[0]
            lengths = _within(lengths, self._lens.longest(self.trainer))
            self._tokens += sum(lengths)
            self._trained += trained_in(draft, lengths)
        return given

    def result(self) -> TrainerFit:
        order = sorted(self._counts, key=lambda verdict: -self._counts[verdict])
        examples = self._reasons
        return TrainerFit(
            self.trainer.TITLE,
            self.trainer.VERSION,
            kept=self._fates["kept"],
            altered=self._fates["altered"],
            cut=self._fates["cut"],
            dropped=self._fates["dropped"],
            stops=self._fates["stops"],
            reasons=[Reason(v.fate, v.reason, v.policy, self._counts[v], examples[v]) for v in order],
            tokens=self._tokens,
            trained=self._trained,
            max_length=self._lens.longest(self.trainer),
            own_length=self.trainer.OWN_LENGTH[0],
            over_own_length=self._over_own,
        )


def _no_row(reason: str) -> Foretold:
    return Foretold(_NO_ROW, Verdict("dropped", f"not written: {reason}"))


def _within(lengths: list[int], most: int) -> list[int]:
    """The tokens of each message that a cut at `most` leaves: [5, 5, 5] at 8 → [5, 3, 0]."""
    kept = []
    for length in lengths:
        kept.append(min(length, most))
        most -= kept[-1]
    return kept
