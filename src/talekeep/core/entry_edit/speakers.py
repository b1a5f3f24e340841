"""Who speaks: what the labels of a source mean, said by people in a map, and names in front of texts.

Mara=assistant:mara     messages of Mara are the assistant's, and the character mara speaks
Narrator=:narrator      the character narrator speaks; the role stays
ipython=tool            messages of ipython are a tool's, and nobody is named
=narrator               messages under a blank label are the assistant's, and the character narrator speaks
OOC=drop                messages of OOC are left out
"""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from talekeep.core.entry import ROLES
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.errors import Usage
from talekeep.core.slug import slug

# In place of a role: the messages are left out.
DROP = "drop"
_NARRATOR = "narrator"
PLAYABLE = ("system", "developer", "user", "assistant", "tool")

# A name in front of a text: at most four words, in bold or not. A plain colon needs a space behind it, or
# speech; `http://` and `12:30` name nobody.
_PREFIX = re.compile(
    r"\s*(?:\*\*)?(?P<label>[^\W\d_][\w.'’\-]{0,30}(?: [\w.'’\-]{1,30}){0,3})(?:\*\*)?"
    r"(?: ?：|:(?=\s|\*\*|[\"'“‘«「『*]|$))(?:\*\*)?\s*"
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """The role a label plays ("" for the one the message has), and the slug of the character it names ("" for
    nobody)."""

    role: str
    slug: str

    def __str__(self) -> str:
        return f"{self.role}:{self.slug}"


@dataclass(frozen=True, slots=True)
class Casting:
    """Which label means which speaker: as it is spelled, else by its slug where that is one speaker's."""

    spelled: Mapping[str, Speaker]
    named: Mapping[str, Speaker]

    def find(self, label: object) -> Speaker | None:
        if not isinstance(label, str):
            return None
        return self.spelled.get(label.strip()) or self.named.get(slug(label))

    def label_of(self, speaker: Speaker) -> str:
        """How people wrote the name of a speaker."""
        return next(label for label, value in self.spelled.items() if value == speaker)


def casting(maps: Iterable[str]) -> Casting:
    """Read maps such as `Mara=assistant:mara`.

    Raises:
        Usage: one that is no map, or two that differ about one label.
    """
    spelled: dict[str, Speaker] = {}
    for text in maps:
        label, speaker = _line(text)
        if spelled.setdefault(label, speaker) != speaker:
            raise Usage(f"{label!r} is mapped twice: {spelled[label]} and {speaker}")
    by_slug: dict[str, set[Speaker]] = {}
    for label, speaker in spelled.items():
        by_slug.setdefault(slug(label), set()).add(speaker)
    return Casting(spelled, {name: value.pop() for name, value in by_slug.items() if len(value) == 1})


def _line(text: str) -> tuple[str, Speaker]:
    label, equals, meant = (piece.strip() for piece in text.rpartition("="))
    if equals and meant in (*PLAYABLE, DROP):
        return label, Speaker(meant, "")
    if equals and meant == _NARRATOR:
        return label, Speaker("assistant", _NARRATOR)
    role, colon, name = meant.rpartition(":")
    named = slug(name)
    if not (equals and named):
        hint = "write it like 'Mara=assistant:mara', 'Mara=:mara', 'ipython=tool', '=narrator' or 'OOC=drop'"
        raise Usage(f"cannot read the map {text!r}", hint)
    if colon and role and role not in PLAYABLE:
        raise Usage(f"{role!r} in {text!r} is no role", f"roles to map to: {', '.join(PLAYABLE)}, or none")
    return label, Speaker(role, named)


def prefix_of(message: Message) -> tuple[str, str] | None:
    """The name in front of a message's text, and the text without it; None where no name stands there."""
    content = message.get("content")
    match = _PREFIX.match(content) if isinstance(content, str) else None
    if match is None or match["label"][0].islower():
        return None
    return match["label"], match.string[match.end() :]


def label_of(message: Message) -> str | None:
    """Who a message says is speaking: a role that is none, else its name; a tool's name is no speaker's."""
    role, name = message.get("role"), message.get("name")
    if role == "tool":
        return None
    if isinstance(role, str) and role not in ROLES:
        return role.strip()
    return name if isinstance(name, str) and name.strip() else None


def speakers_of(entry: Entry) -> Iterator[str]:
    """The slugs of the characters who speak, one a message; a name that has no slug counts as spelled."""
    for message in messages_of(entry):
        name = message.get("name")
        if message.get("role") != "tool" and isinstance(name, str):
            yield slug(name) or name


def assigned(entry: Entry, wanted: Casting, *, strip: bool = False) -> tuple[Entry, set[Speaker]]:
    """The entry with every message that matches the map spoken by whom it says, or left out, and who it was.

    A message's own label comes before a name in front of its text. Without `strip` no text changes; with
    it the name in front goes where it names the very speaker.
    """
    given = entry.get("messages")
    used: set[Speaker] = set()
    messages: list[Any] = []
    for message in given if isinstance(given, list) else ():
        speaker = _speaker(message, wanted) if isinstance(message, dict) else None
        if speaker is not None:
            used.add(speaker)
            if speaker.role == DROP:
                continue
            message = _spoken(message, speaker, wanted, strip=strip)
        messages.append(message)
    return (entry | {"messages": messages} if used else entry), used


def _speaker(message: Message, wanted: Casting) -> Speaker | None:
    label = label_of(message)
    if label is not None:
        return wanted.find(label)
    prefix = prefix_of(message) if message.get("role") != "tool" else None
    return wanted.find(prefix[0]) if prefix else None


def _spoken(message: Message, speaker: Speaker, wanted: Casting, *, strip: bool) -> Message:
    changed = {**message, "role": speaker.role or message.get("role")}
    if not speaker.slug:
        return {key: value for key, value in changed.items() if key != "name"}
    changed["name"] = speaker.slug
    prefix = prefix_of(message) if strip else None
    named = wanted.find(prefix[0]) if prefix else None
    if prefix and named is not None and named.slug == speaker.slug:
        changed["content"] = prefix[1]
    return changed


def likely_roles(conversations: Iterable[Sequence[str]]) -> dict[str, str]:
    """The roles that labels probably play, {} where no pattern says so.

    Two labels that strictly take turns in every conversation, the same one first, are user and assistant;
    a third that opens a conversation, once, is the system prompt. Advice only.
    """
    labelled = [list(labels) for labels in conversations if labels]
    result = list(dict.fromkeys(label for labels in labelled for label in labels))
    if len(result) == 3:
        opening, spoken = {labels[0] for labels in labelled}, [labels[1:] for labels in labelled]
        if len(opening) == 1 and (rest := likely_roles(spoken)) and not opening & rest.keys():
            return {opening.pop(): "system", **rest}
    if len(result) == 2 and all(
        labels[0] == result[0] and all(a != b for a, b in pairwise(labels)) for labels in labelled
    ):
        return dict(zip(result, ("user", "assistant"), strict=True))
    return {}
