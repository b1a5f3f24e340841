"""The names in a query: one that nothing in the dataset has is a slip, not an empty answer."""

from collections.abc import Iterable
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.errors import NotFound
from talekeep.core.query.terms import RIGHTS
from talekeep.core.query.terms import UNTAGGED
from talekeep.core.query.terms import Query
from talekeep.core.reviews import reviews_of
from talekeep.core.slug import slug
from talekeep.core.tags import name_of
from talekeep.library import characters
from talekeep.library import sources
from talekeep.library.tags import Vocabulary
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

_HELP = {
    "tag": "talekeep tag list --all shows the tags",
    "character": "talekeep character list shows the characters",
    "source": "talekeep source list shows the sources",
    "review-by": "talekeep review --json shows who said what",
    **dict.fromkeys(RIGHTS, "talekeep source list shows what the sources say"),
}
_SPOKEN = {"review-by": "reviewer"}


def require_known(dataset: Dataset, view: View, queries: Sequence[Query], words: Vocabulary) -> None:
    """See that each tag, character, source and id of these queries is there.

    The libraries are asked first. Entries may carry names that no library has, so what is left is looked for
    in them.

    Args:
        words: the vocabulary with the built-in tags.

    Raises:
        NotFound: one is nowhere; with the nearest name that is.
    """
    for beginning in sorted(_asked(queries, "id")):
        _require_id(dataset, view, beginning)
    tags = _asked(queries, "tag", "tags") - {UNTAGGED}
    known = {"tag": {*words.tags, *words.aliases}, "character": set[str](), "source": set[str]()}
    left = {"tag": tags - known["tag"], "character": _asked(queries, "character")}
    if left["character"]:
        known["character"] = set(libraries.read(view, characters.KIND, characters.Character))
        left["character"] -= known["character"]
    left["source"] = _asked(queries, "source")
    if left["source"]:
        known["source"] = set(_names_of_sources(view))
        left["source"] -= known["source"]
    known["review-by"] = {dataset.reviewer}
    left["review-by"] = _asked(queries, "review-by") - known["review-by"]
    rights = {key: names for key in RIGHTS if (names := _asked(queries, key))}
    if rights:
        given = libraries.read(view, sources.KIND, sources.Source).values()
        known |= {key: {name for each in given for name in sources.rights_of(each, key)} for key in rights}
    if any(left.values()):
        _look_in_entries(view, left, known)
    criteria = {name for query in queries for name in query.criteria}
    if criteria:
        require_criteria(dataset, criteria)
    for key, names in {**left, **{key: names - known[key] for key, names in rights.items()}}.items():
        for name in sorted(names):
            raise _nowhere(_SPOKEN.get(key, key), name, known[key], _HELP[key])


def require_criteria(dataset: Dataset, names: Iterable[str]) -> None:
    """See that each of these slugs is a criterion of reviews.

    Raises:
        NotFound: one is not; with the nearest that is.
    """
    known = {slug(name) for name in dataset.config.review.criteria}
    for name in sorted({*names} - known):
        raise _nowhere("criterion", name, known, "criteria stand under [review.criteria] in talekeep.toml")


def _nowhere(what: str, name: str, known: Iterable[str], help_: str) -> NotFound:
    near = get_close_matches(name, [*known], 1)
    guess = f"did you mean {near[0]}? " if near else ""
    return NotFound(f"there is no {what} {name}", guess + help_)


def _asked(queries: Iterable[Query], *keys: str) -> set[str]:
    return {name for query in queries for name in query.names(*keys)}


def _require_id(dataset: Dataset, view: View, beginning: str) -> None:
    if not any(dataset.starting(view, spelling) for spelling in (beginning, beginning.upper())):
        raise NotFound(f"there is no entry {beginning!r}", "talekeep list shows the ids")


def _names_of_sources(view: View) -> Iterable[str]:
    for name, source in libraries.read(view, sources.KIND, sources.Source).items():
        yield from (name_of(name), name_of(source.file))


def _look_in_entries(view: View, left: dict[str, set[str]], known: dict[str, set[str]]) -> None:
    """Take the names that entries have out of what is left, and note them as known."""
    for part in view.parts():
        if left["review-by"]:
            known["review-by"] |= {p for sidecar in view.sidecars(part).values() for p in reviews_of(sidecar)}
            left["review-by"] -= known["review-by"]
        if left["source"]:
            result = {
                name_of(name) for sidecar in view.sidecars(part).values() for name in _source_in(sidecar)
            }
            known["source"] |= result
            left["source"] -= result
        for line in view.lines(part) if left["tag"] or left["character"] else ():
            entry = line.value if isinstance(line.value, dict) else {}
            spoken = (m for m in messages_of(entry) if m.get("role") != "tool")
            names = {name_of(m["name"]) for m in spoken if isinstance(m.get("name"), str)}
            for key, here in (("tag", {name_of(tag) for tag in tags_of(entry)}), ("character", names)):
                known[key] |= here
                left[key] -= here
            if not left["tag"] and not left["character"]:
                break
        if not any(left.values()):
            return


def _source_in(sidecar: dict[str, Any]) -> Iterable[str]:
    origin = sidecar.get("source")
    name = origin.get("from") if isinstance(origin, dict) else None
    return [name] if isinstance(name, str) else []
