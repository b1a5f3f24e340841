"""`review` on a terminal: one entry after the other, a verdict for each, kept as soon as it is given.

It prints lines and reads lines, so it works over ssh, with a screen reader and from a script.
"""

import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.cli.text.answer_lines import review_lines
from talekeep.cli.text.scene_text import scene_lines
from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Usage
from talekeep.core.reviews import VERDICTS
from talekeep.core.reviews import digest_of
from talekeep.core.reviews import is_sound
from talekeep.core.reviews import scores_of
from talekeep.ops.quality import review as ops

if TYPE_CHECKING:
    from talekeep.core.reviews import Review
    from talekeep.core.reviews import Verdict
    from talekeep.ops.quality.review import Card
    from talekeep.ops.quality.review_session import Session

# Key → word, and what it does. A text may stand behind the first five.
KEYS = {
    "a": ("approve", "approve; text behind it is your note"),
    "n": ("needs", "needs edit; text behind it is your note"),
    "x": ("reject", "reject; text behind it is your note"),
    ".": ("note", "note TEXT, for your verdict on this entry"),
    "c": ("score", "score CRITERION=1…5, for your verdict on this entry"),
    "t": ("tag", "tag it: t night -draft"),
    "e": ("edit", "edit it in $EDITOR"),
    "u": ("undo", "take your last verdict back"),
    "b": ("back", "to the entry before"),
    "s": ("skip", "to the next entry, without a verdict"),
    "q": ("quit", "stop here; what you said is kept"),
    "?": ("help", "show this"),
}
_BY_WORD = {word: key for key, (word, _) in KEYS.items()}
_VERDICT_OF: "dict[str, Verdict]" = dict(zip("anx", VERDICTS, strict=True))


@dataclass(slots=True)
class _Remarks:
    """A note and scores that wait for a verdict on their entry."""

    note: str = ""
    scores: dict[str, int] = field(default_factory=dict)


class Walk:
    """Goes through entries.

    Args:
        ids: the entries, in order.
    """

    def __init__(self, app: App, session: "Session", ids: Sequence[str]) -> None:
        self._app = app
        self._session = session
        self._ids = ids
        self._at = 0
        self._remarks: dict[str, _Remarks] = {}
        # What the sidecar had before this session, in the order of the verdicts.
        self._before: dict[str, Review | None] = {}
        self._given: dict[str, Verdict] = {}
        # Entries whose note without a verdict was pointed out.
        self._warned: set[str] = set()

    def run(self) -> None:
        """Until `quit`, or the end of what is typed."""
        shown = None
        while self._ids:
            if self._at == len(self._ids):
                if not self._goes_back():
                    return
                continue
            try:
                card = ops.card(self._app.dataset, self._ids[self._at], self._session.by)
            except NotFound:
                self._say(f"{self._ids[self._at]} was removed meanwhile")
                self._at += 1
                continue
            if shown != (self._at, card.entry):
                self._show(card)
                shown = self._at, card.entry
            line = _typed()
            if line is None or not self._answer(card, *_read(line)):
                return

    def _goes_back(self) -> bool:
        """Behind the last entry: whether the walk goes back to one."""
        self._say("That was the last one: u takes your last verdict back, b goes back, Enter ends")
        key = _read(_typed() or "")[0]
        if key == "u" and self._before:
            self._take_back()
        elif key == "b":
            self._at -= 1
        return self._at < len(self._ids)

    def _say(self, text: str) -> None:
        self._app.output.line(text)

    def _show(self, card: "Card") -> None:
        style = self._app.output.style
        counts = ", ".join(
            f"{count} {verdict.replace('_', ' ')}"
            for verdict in VERDICTS
            if (count := [*self._given.values()].count(verdict))
        )
        tally = f" · {counts}" if counts else ""
        self._say(style(f"── {self._at + 1} of {len(self._ids)} · {card.standing.entry}{tally}", "strong"))
        for line in scene_lines(self._app, card.entry, card.findings):
            self._say(line)
        self._say("")
        for line in review_lines(card.standing):
            self._say(style(line, "dim"))
        self._say(f"counts as {card.standing.state.replace('_', ' ')}{self._waiting(card)}")
        self._say(style(f"[{' '.join(KEYS)}]", "hint"))

    def _waiting(self, card: "Card") -> str:
        given = self._given.get(card.standing.entry)
        return f"; you said {given.replace('_', ' ')}" if given else ""

    def _answer(self, card: "Card", key: str, text: str) -> bool:
        """Do what was typed; False where the walk ends."""
        if key == "q":
            return False
        actions: dict[str, Callable[[Card, str], None]] = {
            **dict.fromkeys(_VERDICT_OF, lambda c, t: self._judge(c, _VERDICT_OF[key], t)),
            ".": self._note,
            "c": self._score,
            "t": self._tag,
            "e": self._edit,
            "u": self._undo,
            "b": self._back,
            "s": self._skip,
        }
        if key not in actions:
            for letter, (word, what) in KEYS.items():
                self._say(f"  {letter}  {word:<8} {what}")
            return True
        try:
            actions[key](card, text)
        except Problem as problem:
            self._say(f"{problem.message}: {problem.hint}" if problem.hint else problem.message)
        return True

    def _judge(self, card: "Card", verdict: "Verdict", note: str) -> None:
        entry = card.standing.entry
        kept = self._remarks.get(entry, _Remarks())
        review = ops.made(self._app.dataset, card.entry, verdict, note or kept.note, kept.scores)
        self._session.give(entry, review)
        self._given[entry] = verdict
        self._before[entry] = self._before.pop(entry, card.mine)
        self._say(f"{verdict.replace('_', ' ')}: {entry}")
        self._at += 1

    def _note(self, card: "Card", text: str) -> None:
        if not text:
            raise Usage("a note needs a text", ". the fog drags")
        self._keep(card).note = text
        self._amended(card, "note kept")

    def _score(self, card: "Card", text: str) -> None:
        self._keep(card).scores.update(ops.scores_in(self._app.dataset, text.split()))
        self._amended(card, "score kept")

    def _keep(self, card: "Card") -> _Remarks:
        entry = card.standing.entry
        if entry not in self._remarks:
            mine = self._present(card) or {}
            self._remarks[entry] = _Remarks(str(mine.get("note", "")), scores_of(mine))
        return self._remarks[entry]

    def _present(self, card: "Card") -> "Review | None":
        """What an earlier session said of these words."""
        mine = card.mine if card.standing.entry not in self._given else None
        return mine if mine is not None and mine.get("of") == digest_of(card.entry) else None

    def _amended(self, card: "Card", text: str) -> None:
        """Put the remarks to a verdict that is given already."""
        entry = card.standing.entry
        present = self._present(card)
        verdict = self._given.get(entry) or (present["verdict"] if present and is_sound(present) else None)
        if verdict is None:
            self._say(f"{text}; it goes with your verdict on this entry")
            return
        kept = self._keep(card)
        review = ops.made(self._app.dataset, card.entry, verdict, kept.note, kept.scores)
        self._session.give(entry, review)
        self._before[entry] = self._before.pop(entry, card.mine)
        self._given[entry] = verdict
        self._say(text)

    def _tag(self, card: "Card", text: str) -> None:
        from talekeep.ops.library import tag_entries

        names = text.replace(",", " ").split()
        if not names:
            raise Usage("a tag needs a name", "t night -draft")
        added = [name.removeprefix("+") for name in names if not name.startswith("-")]
        removed = [name[1:] for name in names if name.startswith("-")]
        for tags, change in ((added, tag_entries.add), (removed, tag_entries.remove)):
            if tags:
                for note in change(self._app.dataset, tags, [card.standing.entry]).notes:
                    self._say(note)
        self._say(f"tagged {card.standing.entry}")

    def _edit(self, card: "Card", text: str) -> None:
        from talekeep.cli.terminal.edited_entry import edit_entry

        edit_entry(self._app, card.standing.entry)
        self._say(f"edited {card.standing.entry}")

    def _undo(self, card: "Card", text: str) -> None:
        if not self._before:
            raise Usage("you have given no verdict yet")
        self._take_back()

    def _take_back(self) -> None:
        entry, before = self._before.popitem()
        del self._given[entry]
        self._session.give(entry, before)
        self._at = self._ids.index(entry)
        self._say(f"taken back: {entry}")

    def _back(self, card: "Card", text: str) -> None:
        if self._at == 0:
            raise Usage("this is the first entry")
        self._at -= 1

    def _skip(self, card: "Card", text: str) -> None:
        entry = card.standing.entry
        if entry in self._remarks and entry not in self._given and entry not in self._warned:
            self._warned.add(entry)
            raise Usage("your note has no verdict; skip again to leave it", "a, n or x keeps it")
        self._at += 1


def _typed() -> str | None:
    """One line; None at the end of what is typed."""
    try:
        return input("> " if sys.stdin.isatty() else "")
    except EOFError:
        return None


def _read(line: str) -> tuple[str, str]:
    """The key that a line begins with, and the text behind it."""
    head, _, text = line.strip().partition(" ")
    word = head.lower()
    if word not in KEYS and word[:1] == ".":
        return ".", line.strip()[1:].strip()
    return _BY_WORD.get(word, word), text.strip()


def summary_lines(result: "ops.Reviewed", left: int) -> Iterator[str]:
    """What was said in all, for people."""
    counts = ", ".join(f"{len(ids)} {name.replace('_', ' ')}" for name, ids in result.verdicts.items())
    commits = "".join(f"  [{commit[:7]}]" for commit in result.commits)
    yield f"Reviewed {sum(map(len, result.verdicts.values()))}{f': {counts}' if counts else ''}{commits}"
    if left:
        yield f"{left} left"
