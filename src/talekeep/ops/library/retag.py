"""Put tags in place of others on every entry that carries them."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping

from talekeep.core import codec
from talekeep.core.tags import name_of
from talekeep.core.tags import replaced
from talekeep.ops import plural
from talekeep.ops.library.tag_lines import tagged_lines
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import besides

# Examples in one remark.
_SHOWN = 3


def retag(draft: Draft, to: Mapping[str, str | None]) -> tuple[int, list[str]]:
    """Put names in place of others (None: nothing) on every entry; how many entries carried one, and which
    spellings became one."""
    count, beside = 0, besides(draft.now)
    spelled: dict[str, Counter[str]] = {}
    both: list[str] = []
    for line, tags in tagged_lines(draft.now) if to else ():
        carried = [tag for tag in tags if name_of(tag) in to]
        if carried:
            entry = codec.decode(line.data)
            new = replaced(entry["tags"], to)
            draft.change(Selected(line, entry, beside(line.part)), {**entry, "tags": new})
            count += 1
            for tag in carried:
                spelled.setdefault(to[name_of(tag)] or "", Counter())[tag] += 1
            same = [tag for tag in tags if to.get(name_of(tag), tag) in to.values()]
            if len(same) > 1:
                both.append(str(entry.get("id")))
    return count, [*_joined(spelled), *_once(both)]


def _joined(spelled: Mapping[str, Counter[str]]) -> Iterator[str]:
    for name, ways in spelled.items():
        if name and len(ways) > 1:
            texts = [f"{tag} ({number})" for tag, number in ways.most_common(_SHOWN)]
            more = f" and {len(ways) - _SHOWN} more" if len(ways) > _SHOWN else ""
            yield f"{', '.join(texts)}{more} are {name} now"


def _once(entries: list[str]) -> Iterator[str]:
    if entries:
        verb = "has" if len(entries) == 1 else "have"
        more = ", …" if len(entries) > _SHOWN else ""
        shown = ", ".join(entries[:_SHOWN])
        yield f"{plural(len(entries), 'entry')} had several of these and {verb} one now: {shown}{more}"
