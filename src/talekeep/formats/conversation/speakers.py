"""A record as a format read it, with the speakers people said it has, then or later."""

from collections.abc import Mapping
from dataclasses import replace

from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.entry_edit.sidecars import following
from talekeep.core.entry_edit.speakers import DROP
from talekeep.core.entry_edit.speakers import Casting
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.entry_edit.speakers import assigned
from talekeep.core.slug import slug
from talekeep.formats.base import Reading
from talekeep.formats.conversation.identity import Shape


def mapped(reading: Reading, wanted: Casting | None) -> Reading:
    """The reading with the roles and names of a map in place of those that were guessed."""
    if wanted is None:
        return reading
    reading = _without_dropped(reading, wanted)
    entry, used = assigned(reading.entry, wanted)
    decided = {label: _decided(guessed, wanted.find(label)) for label, guessed in reading.speakers.items()}
    met = {slug(label) for label in decided}
    decided |= {
        label: str(speaker)
        for label, speaker in wanted.spelled.items()
        if speaker in used and slug(label) not in met
    }
    names = {speaker.slug: label for label, speaker in wanted.spelled.items()}
    shape = reading.shape and relabelled(reading.shape, reading.entry, entry, names)
    moved = following({"alternatives": list(reading.alternatives)}, reading.entry, entry)
    return replace(
        reading, entry=entry, shape=shape, speakers=decided, alternatives=tuple(moved["alternatives"])
    )


def _without_dropped(reading: Reading, wanted: Casting) -> Reading:
    """The reading without the messages that a map leaves out."""
    drops = {label: speaker for label, speaker in wanted.spelled.items() if speaker.role == DROP}
    if not drops:
        return reading
    named = {name: speaker for name, speaker in wanted.named.items() if speaker.role == DROP}
    entry, _ = assigned(reading.entry, Casting(drops, named))
    dropped = len(messages_of(reading.entry)) - len(messages_of(entry))
    if not dropped:
        return reading
    moved = following({"alternatives": list(reading.alternatives)}, reading.entry, entry)
    mended = {**reading.mended, "dropped": dropped}
    return replace(reading, entry=entry, alternatives=tuple(moved["alternatives"]), mended=mended)


def _decided(guessed: str, wanted: Speaker | None) -> str:
    if wanted is None:
        return guessed
    return str(Speaker(wanted.role or guessed.partition(":")[0], wanted.slug))


def relabelled(shape: Shape, before: Entry, after: Entry, names: Mapping[str, str]) -> Shape:
    """The shape of an entry whose messages changed their speakers: labels that stood for the old ones lead
    to the new ones, spelled as `names` has them.

    A name that would be read as somebody else's is spelled as its slug.
    """
    labels = shape.get("labels")
    if not isinstance(labels, dict):
        return shape
    moved: dict[str, str] = {}
    left: set[str] = set()
    for old, new in zip(messages_of(before), messages_of(after), strict=True):
        speaker = new.get("name")
        for was, now in zip(_keys(old), _keys(new), strict=True):
            if was in labels and was != now and isinstance(speaker, str):
                called = names.get(speaker, speaker)
                moved[now] = called if slug(called) == speaker else speaker
                left.add(was)
    left -= {key for message in messages_of(after) for key in _keys(message)}
    kept = {key: label for key, label in labels.items() if key not in left}
    return {**shape, "labels": {**kept, **moved}} if moved else shape


def _keys(message: Message) -> tuple[str, str]:
    """What the labels of a shape are filed under: role and speaker in ShareGPT, the speaker in interviews."""
    name = message.get("name")
    return f"{message.get('role')}:{name}", name if isinstance(name, str) else ""
