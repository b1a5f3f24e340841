"""Messages whose roles are labels, and what stands beside them, made into a reading."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import Message
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.chatml import settle
from talekeep.formats.conversation.identity import identify


@dataclass(frozen=True, slots=True)
class Other:
    """Messages that could stand at a place of a conversation instead."""

    place: int
    messages: list[Message]
    kind: str
    known: Alternative = field(default_factory=dict)


def assemble(rest: dict[str, Any], given: list[Message], others: Iterable[Other] = ()) -> Reading:
    """A reading of messages as a source labels and names them; `rest` is the record without them.

    Raises:
        BadRecord: there are no messages, or a role names nobody.
    """
    if not given:
        raise BadRecord("it has no messages")
    settled = settle(given)
    messages, names = slugged(settled.messages)
    labels = {message["role"] for message in given}
    alternatives = []
    for other in others:
        if all(message.get("role") in labels for message in other.messages):
            # To settle the whole conversation once more for each swipe of a long chat would take hours.
            instead = slugged(settled.also(other.messages))[0]
        else:
            instead = _instead(given, other)
        alternatives.append(alternative(messages, other.place, instead, other.kind, other.known))
    entry, foreign_id, shape = identify(rest, messages, ())
    speakers = {**settled.named(), **names}
    return Reading(entry, foreign_id, shape or None, speakers, tuple(alternatives), settled.mended)


def _instead(given: list[Message], other: Other) -> list[Message]:
    """The other messages, settled in the conversation they belong to."""
    whole = settle([*given[: other.place], *other.messages]).messages
    return slugged(whole[other.place :])[0]


def slugged(messages: list[Message]) -> tuple[list[Message], dict[str, str]]:
    """The messages with the names of speakers as slugs, and whom each name became."""
    speakers: dict[str, str] = {}
    changed = []
    for message in messages:
        name = message.get("name")
        named = slug(name) if isinstance(name, str) and message["role"] != "tool" else ""
        if named:
            speakers.setdefault(str(name), str(Speaker(message["role"], named)))
            message = {**message, "name": named}
        changed.append(message)
    return changed, speakers


def alternative(
    messages: Sequence[Message], place: int, instead: list[Message], kind: str, known: Alternative
) -> Alternative:
    """Other messages in place of the one at `place` (of the last one, behind the end), as a sidecar keeps
    them; see docs/dataset.md."""
    at = min(place, len(messages) - 1)
    origin: Alternative = {key: instead[0][key] for key in ("model", "rank") if instead and key in instead[0]}
    made: Alternative = {
        "of": codec.digest(messages[at]),
        "kind": kind,
        "messages": instead,
        **origin,
        **known,
    }
    return {**made, "to_end": True} if len(instead) > 1 or kind == "branch" else made
