"""The craft of replies: marks that do not belong, openings, phrases, voice, formats, lengths.

Everything is counted for the entry as a whole and for each character the assistant speaks for. Shares are
for the report; a tally holds whole numbers only.
"""

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.slug import slug
from talekeep.core.text import reply_marks
from talekeep.core.text.languages import unlisted_language
from talekeep.core.text.narration import RUN
from talekeep.core.text.narration import collapses
from talekeep.core.text.narration import first_other
from talekeep.core.text.narration import like_the_last
from talekeep.core.text.narration import looping
from talekeep.core.text.narration import narrated
from talekeep.core.text.narration import thirds
from talekeep.core.text.overused_phrases import Phrases
from talekeep.core.text.overused_phrases import phrases_in
from talekeep.core.text.prose import Anatomy
from talekeep.core.text.prose import anatomy
from talekeep.core.text.prose import asks
from talekeep.core.text.prose import ends_mid_sentence
from talekeep.core.text.prose import opening
from talekeep.core.text.prose import runs
from talekeep.core.text.tense import person
from talekeep.core.text.tense import tense
from talekeep.core.text.tokens import words
from talekeep.metrics.tally import Tally
from talekeep.metrics.tally import total

VERSION = 4
OPENING = 4


@dataclass(frozen=True)
class Reply:
    """A reply, taken apart once."""

    text: str
    # Words this dataset lets a reply end with, folded.
    endings: tuple[str, ...] = ()

    @cached_property
    def words(self) -> list[str]:
        return words(self.text)

    @cached_property
    def anatomy(self) -> Anatomy:
        return anatomy(self.text)

    @cached_property
    def narrated(self) -> list[str]:
        return narrated(self.anatomy)

    @cached_property
    def quotes(self) -> frozenset[str]:
        return reply_marks.quotes_in(self.text)


# What single replies are counted by, and what the replies of one speaker in an entry are.
MARKS: dict[str, Callable[[Reply, frozenset[str]], bool]] = {
    "unresolved-macro": lambda reply, _: bool(reply_marks.macros_in(reply.text)),
    "speaks-for-user": lambda reply, names: reply_marks.speaks_for(reply.text, names) is not None,
    "out-of-character": lambda reply, _: reply_marks.out_of_character(reply.text) is not None,
    "ends-mid-sentence": lambda reply, _: ends_mid_sentence(reply.text, reply.endings),
    "unbalanced-marks": lambda reply, _: bool(reply_marks.loose_marks(reply.text)),
    "closing-question": lambda reply, _: asks(reply.text),
}
DRIFTS: dict[str, Callable[[list[Reply]], bool]] = {
    "format-drift": lambda replies: first_other([reply.anatomy.convention for reply in replies]) is not None,
    "quote-drift": lambda replies: len(frozenset[str]().union(*(reply.quotes for reply in replies))) > 1,
    "point-of-view-drift": lambda replies: (
        first_other([person(reply.narrated) for reply in replies]) is not None
    ),
    "tense-drift": lambda replies: first_other([tense(reply.narrated) for reply in replies]) is not None,
    "reply-loop": lambda replies: any([*like_the_last(_words(replies)), *looping(_words(replies))]),
    "length-collapse": lambda replies: collapses([len(reply.words) for reply in replies]),
}


def _words(replies: Iterable[Reply]) -> list[list[str]]:
    return [reply.words for reply in replies]


def measure(entry: Entry, phrases: Phrases, endings: tuple[str, ...] = ()) -> Tally:
    """The tally of an entry: `all` its replies, those of each of its `characters` by slug, and the language
    of its first one, if there is no list of endings for it.

    Args:
        endings: words this dataset lets a reply end with, folded.
    """
    spoken: dict[str, list[Reply]] = {}
    users: set[str] = set()
    for message in messages_of(entry):
        name = message.get("name")
        who = slug(name) if isinstance(name, str) else ""
        if message.get("role") == "user":
            users.add(who)
        elif message.get("role") == "assistant" and (text := text_of(message)).strip():
            spoken.setdefault(who, []).append(Reply(text, endings))
    if not spoken:
        return {}
    names = frozenset(users - spoken.keys() - {""})
    by_name = {who: _of_speaker(speaker_replies, names, phrases) for who, speaker_replies in spoken.items()}
    language = unlisted_language(next(iter(spoken.values()))[0].text)
    return {
        "all": _entry_of([*by_name.values()]),
        "characters": {w: t for w, t in by_name.items() if w},
        "unlisted": {} if language is None else {language: 1},
    }


def _entry_of(speakers: list[Tally]) -> Tally:
    """The sum of an entry's speakers; an entry in which two of them drift drifts once."""
    whole = total(speakers)
    whole["entries"] = 1
    whole["drifts"] = {name: int(count > 0) for name, count in whole["drifts"].items()}
    return whole


def _of_speaker(replies: list[Reply], names: frozenset[str], phrases: Phrases) -> Tally:
    sizes = [len(reply.words) for reply in replies]
    ends = thirds(sizes)
    return {
        "entries": 1,
        "replies": len(replies),
        "words": sum(sizes),
        "marks": {name: sum(has(reply, names) for reply in replies) for name, has in MARKS.items()},
        "drifts": {name: int(drifts(replies)) for name, drifts in DRIFTS.items()},
        "persons": _counted(person(reply.narrated) for reply in replies),
        "tenses": _counted(tense(reply.narrated) for reply in replies),
        "styles": _counted(reply.anatomy.style for reply in replies),
        "quotes": _counted(
            "mixed" if len(q) > 1 else next(iter(q), None) for q in (r.quotes for r in replies)
        ),
        "openings": _counted(opening(reply.text, OPENING) or None for reply in replies),
        "phrases": _counted(phrase for reply in replies for phrase in phrases_in(reply.words, phrases)),
        **_runs(replies),
        **({"long": 1, "first": round(ends[0] * 100), "last": round(ends[1] * 100)} if ends else {}),
    }


def _runs(replies: list[Reply]) -> Tally:
    """How many runs of words the replies have, and how many of these stood in them before."""
    every = [run for reply in replies for run in runs(reply.words, RUN)]
    return {"runs": len(every), "again": len(every) - len(set(every))}


def _counted(kinds: Iterable[str | None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for kind in kinds:
        if kind is not None:
            counts[kind] = counts.get(kind, 0) + 1
    return counts


def bounded(table: dict[str, int], room: int) -> dict[str, int]:
    """The table; where it has more rows than there is room for, without those that were counted once."""
    return table if len(table) <= room else {key: count for key, count in table.items() if count > 1}
