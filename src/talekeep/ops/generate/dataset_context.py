"""What a dataset lends to a prompt for an outside model: entries, characters, tags, a system prompt."""

import hashlib
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.slug import slug
from talekeep.core.text.template import fenced
from talekeep.library.characters import Character
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import with_built_in
from talekeep.library.vocabulary import known
from talekeep.ops.library import characters
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import chosen
from talekeep.ops.workspace.select import select
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

_SHOWN_KEYS = ("role", "name", "content", "tool_calls", "tool_call_id")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Which entries to take: these, or with `examples` at most `limit` of those that match; a `seed` draws
    them, without one the first are taken."""

    entries: tuple[str, ...] = ()
    examples: bool = False
    where: str | None = None
    limit: int = 3
    seed: int | None = None


def drawn(dataset: Dataset, view: View, asked: Drawing) -> list[Selected]:
    """The entries that are asked for, in dataset order unless they are named.

    Raises:
        Usage: not a query, or entries are named and drawn. NotFound: no such entry, or none matches.
        Refused: one cannot be read or has an open conflict.
    """
    if not asked.examples and not asked.entries:
        return []
    if asked.entries:
        selected_entries = chosen(dataset, view, asked.entries, asked.where)
    else:
        selected_entries = _drawn(select(dataset, view, asked.where), asked)
    if not selected_entries:
        raise NotFound("no entry matches, so there are no examples", "talekeep list --where QUERY")
    for one in selected_entries:
        if CONFLICT_KEY in one.entry:
            raise Refused(f"entry {one.entry.get('id')} has an open conflict", "talekeep conflicts")
    return selected_entries


def _drawn(matching: Iterator[Selected], asked: Drawing) -> list[Selected]:
    places = ((place, one) for place, one in enumerate(matching) if messages_of(one.entry))
    if asked.seed is None:
        return [one for _, one in islice(places, asked.limit)]
    # By a digest of seed and id: the same on every machine, and a new entry seldom changes who is drawn.
    smallest = nsmallest(asked.limit, places, key=lambda pair: _rank(asked.seed, pair[1]))
    return [one for _, one in sorted(smallest, key=lambda pair: pair[0])]


def _rank(seed: int | None, one: Selected) -> bytes:
    return hashlib.blake2b(f"{seed} {one.entry.get('id')}".encode(), digest_size=16).digest()


def told_entries(selected_entries: Sequence[Selected], *, names: Sequence[str], tags: Sequence[str]) -> str:
    """The entries as JSON lines in a code block: no id, and of their names and tags only these."""
    lines = [codec.encode(_shown(one, names, tags)).decode().rstrip("\n") for one in selected_entries]
    return fenced("\n".join(lines), "jsonl") if lines else ""


def _shown(one: Selected, names: Sequence[str], tags: Sequence[str]) -> dict[str, Any]:
    shown = {"messages": [_message(message, names) for message in messages_of(one.entry)]}
    return shown | ({"tags": [tag for tag in tags_of(one.entry) if tag in tags]} if tags else {})


def _message(message: Message, names: Sequence[str]) -> Message:
    plain = {key: message[key] for key in _SHOWN_KEYS if key in message}
    if plain.get("name") not in names:
        plain.pop("name", None)
    return plain | ({"content": text_of(message)} if isinstance(plain.get("content"), list) else {})


def told_shape(names: Sequence[str], tags: Sequence[str], *, system: bool) -> str:
    """The outline of an entry as it is asked for; of several names the first is the user's part."""
    spoken = (("user", names[0] if len(names) > 1 else ""), ("assistant", names[-1] if names else ""))
    messages = [{"role": "system", "content": "…"}] * system
    messages += [{"role": role, **({"name": name} if name else {}), "content": "…"} for role, name in spoken]
    entry = {"messages": messages} | ({"tags": list(tags[:1])} if tags else {})
    return codec.encode(entry).decode().rstrip("\n")


def cast(view: View, names: Sequence[str]) -> dict[str, Character]:
    """The characters of these names, in that order.

    Raises:
        NotFound: one is not in the library. Refused: one was refused.
    """
    library = characters.read(view)
    wanted = dict.fromkeys(slug(name) for name in names)
    for name in wanted:
        if name not in library:
            raise NotFound(f"there is no character {name!r} in the library", "talekeep character list")
        if not library[name].active:
            raise Refused(f"the character {name} is inactive", f"talekeep character restore {name}")
    return {name: library[name] for name in wanted}


def told_cast(characters: dict[str, Character]) -> dict[str, str]:
    """The values that speak of characters: with several the first is the user's part."""
    text = "\n\n".join(_portrait(name, character) for name, character in characters.items())
    first, others = next(iter(characters), ""), list(characters)[1:]
    return {
        "characters": text,
        "solo": "" if others else first,
        "first": first if others else "",
        "others": _one_of([f"`{name}`" for name in others]),
    }


def _one_of(names: Sequence[str]) -> str:
    return " or ".join(bit for bit in (", ".join(names[:-1]), *names[-1:]) if bit)


def _portrait(name: str, character: Character) -> str:
    heading = f"**{character.name}**, spelled `{name}`"
    return f"{heading}:\n{character.description}" if character.description.strip() else heading


def offered(view: View, names: Sequence[str]) -> dict[str, str]:
    """The current names of these tags, each with the name of its category.

    Raises:
        NotFound: the vocabulary has no such tag. Refused: it is archived or hidden.
    """
    words = with_built_in(libraries.vocabulary(view))
    return dict(_offered(words, name) for name in names)


def _offered(words: Vocabulary, name: str) -> tuple[str, str]:
    tag_row, tag = known(words, name)
    if tag.status != "active":
        raise Refused(f"the tag {tag_row} is {tag.status}", f"talekeep tag restore {tag_row}")
    category = words.categories.get(tag.category)
    return tag_row, category.name if category else ""


def told_tags(by_category: dict[str, str]) -> str:
    """The tags by category, one category a line."""
    lines: dict[str, list[str]] = {}
    for tag, category in by_category.items():
        lines.setdefault(category or "Other", []).append(f"`{tag}`")
    return "\n".join(f"- {category}: {', '.join(tags)}" for category, tags in lines.items())
