"""Tags and speakers of a file that became one, or none: told with counts and examples."""

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from talekeep.core.slug import slug
from talekeep.core.text.normalize import folded
from talekeep.formats.base import Reading
from talekeep.ops import plural

_MOST_SPELLINGS = 4
_MOST_EXAMPLES = 3
_LONGEST = 40
# What no reader takes for another name: white space, hyphens and underscores between words.
_BETWEEN = re.compile(r"[\s_-]+")


class Spellings:
    """The names of one kind in one file.

    Args:
        kind: `tag` or `speaker`.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        # Slug → how it is spelled, each way once as readers tell them apart → how many records have it.
        self._spelled: dict[str, dict[str, tuple[str, int]]] = {}
        self._dropped: Counter[str] = Counter()

    def meet(self, names: Iterable[Any]) -> None:
        """The names of one record."""
        for name in names:
            made = slug(name) if isinstance(name, str) else ""
            if made:
                ways = self._spelled.setdefault(made, {})
                way = _BETWEEN.sub(" ", folded(name)).strip()
                first, count = ways.get(way, (name.strip(), 0))
                if count or len(ways) < _MOST_SPELLINGS:
                    ways[way] = (first, count + 1)
            elif not isinstance(name, str) or name.strip():
                self._dropped[_shown(name)] += 1

    def notes(self) -> Iterator[str]:
        """What there is to say."""
        joined = {made: ways for made, ways in self._spelled.items() if len(ways) > 1}
        if joined:
            examples = [_example(made, ways) for made, ways in joined.items()]
            verb = "stands" if len(joined) == 1 else "stand"
            yield f"{plural(len(joined), self._kind)} {verb} for several of the file: {_few(examples)}"
        if self._dropped:
            examples = [
                f"{name} ({plural(n, 'record')})" for name, n in self._dropped.most_common(_MOST_EXAMPLES)
            ]
            more = len(self._dropped) - len(examples)
            left = f" and {more} more" if more else ""
            yield (
                f"{plural(len(self._dropped), self._kind)} without a letter, a digit or a picture left out: "
                f"{', '.join(examples)}{left}"
            )


def tags_in(reading: Reading) -> list[Any]:
    """The tags of a record as it spells them."""
    tags = (reading.shape or {}).get("tags", reading.entry.get("tags"))
    if isinstance(tags, str):
        return tags.split(",")
    return tags if isinstance(tags, list) else []


def _example(made: str, ways: dict[str, tuple[str, int]]) -> str:
    spelled = " and ".join(f"{_shown(name)} ({count})" for name, count in ways.values())
    return f"{spelled} are {made}"


def _few(examples: list[str]) -> str:
    left = len(examples) - _MOST_EXAMPLES
    return "; ".join(examples[:_MOST_EXAMPLES]) + (f"; and {left} more" if left > 0 else "")


def _shown(name: Any) -> str:
    text = name.strip() if isinstance(name, str) else repr(name)
    printable = "".join(c if c.isprintable() else "_" for c in text)
    return f'"{printable}"' if len(printable) <= _LONGEST else f'"{printable[: _LONGEST - 1]}…"'
