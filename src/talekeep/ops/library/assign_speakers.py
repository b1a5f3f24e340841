"""Assign speakers to messages: one by one, or by a map for many entries. Texts change only on request."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry_edit.speakers import DROP
from talekeep.core.entry_edit.speakers import Casting
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.entry_edit.speakers import assigned
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.library.characters import KIND
from talekeep.library.characters import Character
from talekeep.ops import plural
from talekeep.ops.library.characters import read
from talekeep.ops.library.characters import recast
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import chosen
from talekeep.store import libraries
from talekeep.store.dataset import Dataset


def pairs(words: Iterable[str]) -> dict[int, str]:
    """What `2=mara 3=wren 4=` says: number of a message, from 1 → name of a character, "" for nobody.

    Raises:
        Usage: a word that is no such pair, or a number twice.
    """
    numbers: dict[int, str] = {}
    for word in words:
        number, equals, name = word.partition("=")
        if not (equals and number.isascii() and number.isdigit() and len(number) < 10 and int(number)):
            raise Usage(f"cannot read {word!r}", "number of a message, from 1, and a name: 2=mara")
        if name.strip() and not slug(name):
            raise Usage(f"{name!r} has no letter or digit to name a character by")
        if int(number) in numbers:
            raise Usage(f"message {int(number)} is named twice")
        numbers[int(number)] = name.strip()
    return numbers


def assign(
    dataset: Dataset,
    speakers: Mapping[int, str],
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    create: bool = False,
    dry_run: bool = False,
) -> Edited:
    """Say who speaks messages of entries, by number from 1; "" takes the name away. Roles stay.

    Args:
        create: put characters who are missing into the library.

    Raises:
        NotFound: no such entry, or no such character. Usage: an entry has no message of that number, or
        it is a tool's.
    """
    with dataset.writing("assign"):
        draft = Draft(dataset)
        met = {slug(name): name for name in speakers.values() if name}
        names = _meet(draft, met, create=create)
        count = 0
        for selected in chosen(dataset, draft.now, entries, where):
            entry = _named(selected.entry, {n: slug(name) for n, name in speakers.items()})
            if entry != selected.entry:
                recast(draft, selected, entry, names)
                count += 1
        subject = _subject(count, [slug(name) for name in speakers.values() if name])
        return draft.finish(subject, "assign", dry_run=dry_run)


def _subject(count: int, names: Iterable[str]) -> str:
    listed = ", ".join(sorted({*names}))
    return f"Say who speaks in {plural(count, 'entry')}{': ' if listed else ''}{listed}"


def _named(entry: Entry, speakers: Mapping[int, str]) -> Entry:
    given = entry.get("messages")
    messages: list[Any] = list(given) if isinstance(given, list) else []
    for number, name in speakers.items():
        message = messages[number - 1] if number <= len(messages) else None
        if not isinstance(message, dict):
            raise Usage(f"entry {entry['id']} has no message {number}", f"talekeep show {entry['id']}")
        if message.get("role") == "tool":
            raise Usage(f"message {number} of entry {entry['id']} is a tool's; its name is the tool's")
        rest = {key: value for key, value in message.items() if key != "name"}
        messages[number - 1] = {**rest, "name": name} if name else rest
    return {**entry, "messages": messages}


def assign_by_map(
    dataset: Dataset,
    wanted: Casting,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    create: bool = False,
    strip: bool = False,
    dry_run: bool = False,
) -> Edited:
    """Say who speaks by a map from labels: a role that is none, a message's name, or a name in front of its
    text, in that order.

    Args:
        create: put characters who are missing into the library, called as the map calls them.
        strip: take the name in front of the text away where it names the very speaker.

    Raises:
        NotFound: no such entry, or a character that is not in the library.
        Usage: a map that leaves messages out.
    """
    if any(speaker.role == DROP for speaker in wanted.spelled.values()):
        raise Usage("only an import leaves messages out", "talekeep edit ENTRY takes them out of one entry")
    with dataset.writing("assign"):
        draft = Draft(dataset)
        assignments = [
            (selected, *assigned(selected.entry, wanted, strip=strip))
            for selected in chosen(dataset, draft.now, entries, where)
        ]
        used = set[Speaker]().union(*(met for _, _, met in assignments))
        met = {s.slug: wanted.label_of(s) for s in sorted(used, key=str) if s.slug}
        names = _meet(draft, met, create=create)
        changed = [(selected, entry) for selected, entry, _ in assignments if entry != selected.entry]
        for selected, entry in changed:
            recast(draft, selected, entry, names)
        unheard = [label for label, speaker in wanted.spelled.items() if speaker not in used]
        return draft.finish(
            _subject(len(changed), [speaker.slug for speaker in used if speaker.slug]),
            "assign",
            dry_run=dry_run,
            notes=[f"nobody speaks as {label}" for label in unheard],
        )


def _meet(draft: Draft, met: Mapping[str, str], *, create: bool) -> dict[str, str]:
    """Add missing characters to the library, or raise; returns the display names."""
    known = read(draft.now)
    missing = [name for name in met if name not in known]
    if missing and not create:
        raise NotFound(f"there is no character {missing[0]!r}", "--create, or talekeep character create")
    for name in missing:
        known[name] = Character(name=met[name])
    if missing:
        draft.set_file(KIND.path, libraries.dump(KIND, known, draft.now.models))
    return {name: who.name for name, who in known.items()}
