"""Entries as the rows of a training file: policies, then a writer, with everything that is lost counted."""

from collections import Counter
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.entry_edit.alternatives import alternatives_of
from talekeep.core.entry_edit.alternatives import has_unreadable
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.core.reviews import has_reviews
from talekeep.formats import rolethread
from talekeep.ops import Progress
from talekeep.ops.exchange.training.edited_replies import EditedReply
from talekeep.ops.exchange.training.edited_replies import EditHistory
from talekeep.ops.exchange.training.lens import PLAIN
from talekeep.ops.exchange.training.lens import Lens
from talekeep.ops.exchange.training.token_count import ESTIMATE
from talekeep.ops.exchange.training.token_count import TokenCount
from talekeep.ops.library.characters import display_names
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.validation import Invalid
from talekeep.store.dataset import Dataset
from talekeep.store.view import Line
from talekeep.store.view import View
from talekeep.training import policies
from talekeep.training import trainers
from talekeep.training import writers
from talekeep.training.base import Draft
from talekeep.training.base import Writer
from talekeep.training.columns import Columns
from talekeep.training.columns import describe
from talekeep.training.columns import option_for
from talekeep.training.foretold import after_policies
from talekeep.training.trainers.base import Trainer
from talekeep.training.writers.text import Template

# A shape whose rows are the lines of chats, not a table.
NO_TABLE = ("sillytavern",)
# Shapes of training files that are also formats of full exports, and these unless a clean one is asked for.
_FULL = ("chatml", "sharegpt", "sillytavern", "openai-preference")
_FILLER = "RoleThread Lite's filler for a missing system prompt"
REVIEWS_LOST = "reviews"
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """The first entries that a policy or the writer changed: the entry, and the rows made of it."""

    entry: str
    before: Entry
    after: list[Entry]


@dataclass(frozen=True, slots=True)
class Edit:
    """The last change of a reply that became a pair."""

    entry: str
    commit: str
    author: str


@dataclass(frozen=True, slots=True)
class Target:
    """How a training file is written: a writer, policies by name, the trainer they are for, the columns that
    are kept (all, if none is named), and how entries are looked at."""

    writer: Writer
    policies: Mapping[str, str]
    trainer: str | None = None
    columns: tuple[str, ...] = ()
    lens: Lens = PLAIN

    @property
    def profile(self) -> Trainer | None:
        return None if self.trainer is None else trainers.named(self.trainer)

    def snippet(self, file: str, columns: Collection[str]) -> dict[str, bytes]:
        """Its ending → the configuration that loads a file with these columns, if it is for a trainer."""
        if self.profile is None:
            return {}
        ending, text = self.profile.snippet(file, columns, self.lens.longest(self.profile))
        return {ending: text.encode()}


def target_of(
    format: str,
    chosen: Mapping[str, str] = MappingProxyType({}),
    *,
    trainer: str | None = None,
    clean: bool = False,
    template: Template | None = None,
    columns: Sequence[str] = (),
    max_length: int = 0,
    count: TokenCount = ESTIMATE,
) -> Target | None:
    """The target of an export; None where it is a full one, in which nothing may change.

    Args:
        format: a format or a writer; "" for the trainer's own.
        chosen: policies by name. They come before the trainer's.
        template: the chat template of the format `text`.
        columns: the columns of a row that are kept.
        max_length: the tokens a row may have, 0 for the trainer's own; count: what counts them.

    Raises:
        Usage: no such writer, trainer, policy or value; policies for a full export.
    """
    policies.check(chosen)
    name = writers.ALIASES.get(format, format)
    own: Mapping[str, str] = {}
    if trainer is not None:
        profile = trainers.named(trainer)
        name, own = name or profile.WRITER, profile.POLICIES
    writer = writers.WRITERS.get(name)
    if trainer is not None and writer is None:
        raise Usage(f"there is no shape {format!r} for {trainer}", f"shapes: {', '.join(writers.WRITERS)}")
    if template is not None:
        if name not in ("", writers.text.NAME):
            raise Usage(f"{name} is written without a chat template", "--format text")
        writer = writers.text.Templated(template)
    if writer is not None and (trainer or clean or format not in _FULL):
        defaults = writers.DEFAULTS.get(writer.NAME, {})
        lens = Lens(count, template, max_length or None)
        return Target(writer, {**defaults, **own, **chosen}, trainer, tuple(columns), lens)
    if chosen:
        raise Usage(
            f"--{next(iter(chosen)).replace('_', '-')} changes entries, a full export keeps them", "--clean"
        )
    return None


class TrainingRows:
    """Makes the rows of one export and counts what they lost, what was altered, and columns of two types."""

    def __init__(
        self,
        dataset: Dataset,
        view: View,
        target: Target,
        *,
        revision: str | None = None,
        since: str | None = None,
    ) -> None:
        self._dataset = dataset
        self._view = view
        self._target = target
        self._context = target.lens.context(display_names(dataset, view), target.profile)
        self._checker = Checker(dataset.config, dataset.now())
        self.is_table = target.writer.NAME not in NO_TABLE and target.trainer not in trainers.BY_LINE
        # Of the files that are written already, and of the one that is being written.
        self._columns, self._file = Columns(), Columns()
        self._before_file = self._bytes = 0
        by_edits = target.policies.get("pairs") == "edits"
        if since and not by_edits:
            raise Usage("--since says which edits make pairs", "--pairs edits --format preference")
        self._history = EditHistory(dataset, revision, since) if by_edits else None
        self.edits: list[EditedReply] = []
        self.losses: Counter[str] = Counter()
        self.alterations: Counter[str] = Counter()
        self.samples: list[Sample] = []
        self.entries = 0
        self.rows = 0
        # The columns of the rows so far.
        self.names: set[str] = set()

    def lines(self, where: str | None, progress: Progress) -> Iterator[bytes]:
        """The rows of the entries that match, each as a line.

        Raises:
            Invalid: an entry has an error. Usage: not a query.
        """
        matching = select(self._dataset, self._view, where, unreadable=self.refuse_line)
        yield from self.planned(matching, progress)

    def lines_of(self, selected: Selected) -> Iterator[bytes]:
        """The rows of one entry, each as a line."""
        self.entries += 1
        for row in self._rows_of(selected):
            self.rows += 1
            self.names.update(row)
            line = codec.dump(row) + b"\n"
            self._file.add(self.rows - self._before_file, row, self._bytes)
            self._bytes += len(line)
            yield line

    def planned(self, chosen: Iterable[Selected], progress: Progress) -> Iterator[bytes]:
        """The rows of entries in the order of a plan.

        Raises:
            Invalid: an entry has an error.
        """
        for count, selected in enumerate(chosen, 1):
            self.require_valid(selected)
            yield from self.lines_of(selected)
            if count % 256 == 0:
                progress("exporting", count, None)

    def refuse_line(self, line: Line) -> None:
        """Raises: Invalid: a line holds no entry."""
        refuse_errors(self._checker.line(line))

    def _rows_of(self, selected: Selected) -> list[Entry]:
        draft = Draft(rolethread.without_filler(selected.entry), self._sidecar(selected))
        if draft.entry is not selected.entry:
            draft = draft.noting(loss=_FILLER)
        rows: list[Entry] = []
        losses: dict[str, None] = {}
        alterations: dict[str, None] = {}
        drafts = policies.apply(draft, self._target.policies, self._context)
        if not drafts:
            losses[f"whole entries: {self._no_draft(draft)}"] = None
        for each in drafts:
            lost, altered = self._by_trainer(each)
            if lost is not None:
                losses[f"whole entries: {lost}"] = None
                continue
            alterations |= dict.fromkeys(altered)
            written = self._target.writer.write(each)
            losses |= dict.fromkeys([*each.losses, *written.losses])
            alterations |= dict.fromkeys([*each.alterations, *written.alterations])
            rows += written.rows
        if self._target.columns:
            rows = [self._with_columns(row, losses) for row in rows]
        if alternatives_of(selected.sidecar) and self._target.policies.get("pairs", "none") == "none":
            losses["alternatives (other replies)"] = None
        if has_reviews(selected.sidecar):
            losses[REVIEWS_LOST] = None
        if has_unreadable(selected.sidecar):
            losses["alternatives that cannot be read (other replies)"] = None
        self.losses.update(losses.keys())
        self.alterations.update(alterations.keys())
        if (losses or alterations) and len(self.samples) < _SAMPLES:
            self.samples.append(Sample(str(selected.entry.get("id")), selected.entry, rows))
        return rows

    def _no_draft(self, draft: Draft) -> str:
        """Why the policies left nothing of an entry, in words."""
        if self._history is not None:
            return "no reply was edited"
        replies = any(message.get("role") == "assistant" for message in draft.messages)
        return "the character of --as does not speak" if replies else "no reply to train"

    def _by_trainer(self, draft: Draft) -> tuple[str | None, list[str]]:
        """In words: why the trainer would drop a draft or stop at it, if so, and what it would alter."""
        trainer = self._target.profile
        if trainer is None:
            return None, []
        name, tokens = self._target.writer.NAME, self._context.control_tokens
        lost, given = after_policies(trainer, draft, self._target.policies, name, tokens)
        altered = [f"by {trainer.TITLE}: {verdict.reason}" for verdict in given]
        return None if lost is None else lost.reason, altered

    def _sidecar(self, selected: Selected) -> Mapping[str, Any]:
        """The sidecar, with the edited replies where these are asked for."""
        if self._history is None:
            return selected.sidecar
        edits = self._history.of(str(selected.entry.get("id")))
        self.edits += edits
        return {**selected.sidecar, "edits": [{"of": e.of, "messages": [e.first]} for e in edits]}

    def _with_columns(self, row: Entry, losses: dict[str, None]) -> Entry:
        losses.update(
            dict.fromkeys(f"the column {name!r}" for name in row if name not in self._target.columns)
        )
        return {name: row[name] for name in self._target.columns if name in row}

    def require_valid(self, selected: Selected) -> None:
        """Raises: Invalid: the entry has an error."""
        refuse_errors(self._checker.errors(selected.entry))

    def columns(self) -> Columns:
        """The columns of all files so far.

        Raises:
            Refused: a column has two types; the message names rows, the hint an option.
        """
        self.file_columns()
        if mixed := self._columns.mixed() if self.is_table else {}:
            raise Refused("; ".join(describe(mixed)), option_for(mixed))
        return self._columns

    def file_columns(self) -> Columns:
        """The columns of the file that ends here; none where rows are no table."""
        ended, self._file = self._file, Columns()
        self._columns.take(ended, self._before_file)
        self._before_file, self._bytes = self.rows, 0
        return ended if self.is_table else Columns()


def edits_of(rows: TrainingRows) -> list[Edit]:
    """Whose change each pair of an export is; [] where pairs are not made of edits."""
    return [Edit(each.entry, each.commit, each.author) for each in rows.edits]


def refuse_errors(errors: list[Finding]) -> None:
    """Raises: Invalid: there are errors."""
    if errors:
        raise Invalid(errors)
