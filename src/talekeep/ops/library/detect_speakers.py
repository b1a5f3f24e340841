"""Looking for speakers in what was imported: only reported, never applied."""

import shlex
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from talekeep.core.entry import ROLES
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.entry_edit.speakers import label_of
from talekeep.core.entry_edit.speakers import likely_roles
from talekeep.core.entry_edit.speakers import prefix_of
from talekeep.core.slug import slug
from talekeep.library.characters import Character
from talekeep.ops.library.characters import read
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store.dataset import Dataset


@dataclass(slots=True)
class _Heard:
    """Where one label was met so far."""

    messages: int = 0
    entries: set[str] = field(default_factory=set)
    roles: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Voice:
    """A label that may be a speaker: met as `role` or `name` of messages or as `prefix` of their texts;
    `known` says if the library has it, `suggested` what a map could make of it, "" where all is well."""

    label: str
    kind: str
    messages: int
    entries: int
    roles: dict[str, int]
    known: bool
    suggested: str


@dataclass(frozen=True, slots=True)
class Detected:
    """The voices found; `crowded` counts entries where one role is spoken by several, `command` applies
    what is suggested, "" where nothing is."""

    voices: list[Voice]
    crowded: int
    command: str


def detect(
    dataset: Dataset, *, where: str | None = None, revision: str | None = None, least: int = 2
) -> Detected:
    """Who may be speaking: roles that are none, names, and names in front of texts that come back.

    Args:
        least: in how many messages a name in front of a text must stand to count as one.

    Raises:
        Usage: not a query. NotFound: no such revision.
    """
    view = view_of(dataset, revision)
    known_texts: dict[tuple[str, str], _Heard] = {}
    texts, crowded = [], 0
    for selected in select(dataset, view, where):
        spoken = list(_spoken(selected.entry))
        for message, kind, label in spoken:
            one = known_texts.setdefault((kind, label), _Heard())
            one.messages += 1
            one.entries.add(str(selected.entry.get("id")))
            one.roles[str(message.get("role"))] += 1
        texts.append([label for _, _, label in spoken])
        crowded += _is_crowded(spoken)
    known = _known(read(view))
    # Where messages have both roles, somebody knew who is who; a pattern says less than that.
    settled = {role for one in known_texts.values() for role in one.roles if role in ROLES}
    likely = likely_roles(texts) if len(settled) < 2 else {}
    voices = [
        _voice(kind, label, one, known, likely)
        for (kind, label), one in sorted(known_texts.items(), key=lambda item: (-item[1].messages, item[0]))
        if kind != "prefix" or one.messages >= least
    ]
    return Detected(voices, crowded, _command(voices, known, where))


def _known(library: Mapping[str, Character]) -> dict[str, str]:
    """The slug of each character, by that slug and by the one its display name would have."""
    return {slug(who.name): name for name, who in library.items()} | {name: name for name in library}


def _spoken(entry: Entry) -> Iterator[tuple[Message, str, str]]:
    for message in messages_of(entry):
        label = label_of(message)
        if label is not None:
            yield message, "name" if message.get("role") in ROLES else "role", label
        elif message.get("role") != "tool" and (prefix := prefix_of(message)):
            yield message, "prefix", prefix[0]


def _is_crowded(spoken: Sequence[tuple[Message, str, str]]) -> bool:
    voices = {(message.get("role"), slug(label)) for message, _, label in spoken}
    return len(voices) > len({role for role, _ in voices})


def _voice(
    kind: str, label: str, speaker: _Heard, known: Mapping[str, str], likely: Mapping[str, str]
) -> Voice:
    named = known.get(slug(label), slug(label))
    role = likely.get(label, "")
    if speaker.roles.keys() == {role}:
        role = ""
    if kind == "role" and not role:
        role = "user"
    settled = kind == "name" and label == named and named in known and not role
    suggested = "" if settled or not named else str(Speaker(role, named))
    return Voice(
        label, kind, speaker.messages, len(speaker.entries), dict(speaker.roles), named in known, suggested
    )


def _command(voices: Sequence[Voice], known: Mapping[str, str], where: str | None) -> str:
    wanted = {v.label: v.suggested for v in voices if v.suggested}
    if not wanted:
        return ""
    words = ["talekeep", "character", "assign", "--where", where or ""]
    words += [word for label, meant in wanted.items() for word in ("--map", f"{label}={meant}")]
    if any(meant.partition(":")[2] not in known for meant in wanted.values()):
        words.append("--create")
    return shlex.join(words)
