"""Tags of entries: add, remove, set, clear. Each is one commit."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.errors import Refused
from talekeep.core.tags import listed
from talekeep.core.tags import name_of
from talekeep.core.tags import replaced
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import renamed
from talekeep.library.tags import with_built_in
from talekeep.library.vocabulary import current
from talekeep.library.vocabulary import spelled
from talekeep.library.vocabulary import state_of
from talekeep.ops import plural
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import chosen
from talekeep.store import libraries
from talekeep.store.dataset import Dataset

_Retag: TypeAlias = Callable[[list[Any]], list[Any]]


def add(
    dataset: Dataset,
    names: Iterable[str],
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    dry_run: bool = False,
) -> Edited:
    """Put tags behind those an entry has, each once, by its current name. One the vocabulary does not know
    is put there too, and the notes say so.

    Raises:
        Usage: a name without letters; see `chosen`. Refused: a tag is archived or deleted, or an entry's
            tags are no list. NotFound: no such entry.
    """
    return _retagged(dataset, "add", "Tag", names, _adding, entries, where, dry_run=dry_run)


def add_to(draft: Draft, name: str, several: Iterable[Selected]) -> tuple[int, list[str]]:
    """Put a tag behind those of entries that were found; how many got it, and what there is to say of it.

    Raises:
        Usage, Refused: see `add`.
    """
    words = with_built_in(libraries.vocabulary(draft.now))
    wanted, notes = _wanted(words, [name], offered=True)
    return _retag(draft, several, _adding(words, wanted)), notes


def _adding(words: Vocabulary, wanted: list[str]) -> _Retag:
    old = {name: new for name, new in renamed(words).items() if new in wanted}

    def with_these(tags: list[Any]) -> list[Any]:
        there = replaced(tags, old)
        has = {name_of(tag) for tag in there if isinstance(tag, str)}
        return there + [name for name in wanted if name not in has]

    return with_these


def remove(
    dataset: Dataset,
    names: Iterable[str],
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    dry_run: bool = False,
) -> Edited:
    """Remove tags from entries, also under an old name or another spelling.

    Raises:
        Usage, NotFound: see `add`.
    """

    return _retagged(dataset, "remove", "Untag", names, _removing, entries, where, dry_run=dry_run)


def _removing(words: Vocabulary, wanted: list[str]) -> _Retag:
    old = [name for name, new in renamed(words).items() if new in wanted]
    gone = dict.fromkeys([*wanted, *old])
    return lambda tags: replaced(tags, gone)


def set_tags(
    dataset: Dataset,
    names: Iterable[str],
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    dry_run: bool = False,
) -> Edited:
    """Give entries these tags in place of all they have.

    Raises:
        Usage, Refused, NotFound: see `add`.
    """
    names = list(names)
    verb, doing = ("set", "Set the tags of") if names else ("clear", "Clear the tags of")
    return _retagged(dataset, verb, doing, names, _setting, entries, where, dry_run=dry_run)


def _setting(words: Vocabulary, wanted: list[str]) -> _Retag:
    return lambda tags: wanted


def clear_tags(
    dataset: Dataset, entries: Sequence[str] = (), *, where: str | None = None, dry_run: bool = False
) -> Edited:
    """Remove all tags from entries.

    Raises:
        Usage, NotFound: see `add`.
    """
    return set_tags(dataset, (), entries, where=where, dry_run=dry_run)


def retagger(words: Vocabulary, verb: str, names: Iterable[str]) -> Callable[[Entry], Entry]:
    """What `tag add`, `tag remove` or `tag set` with these names makes of an entry.

    Args:
        verb: `add`, `remove` or `set`.

    Raises:
        Usage, Refused: see `add`; also when it meets an entry whose tags are no list.
    """
    wanted, _ = _wanted(words, names, offered=verb != "remove")
    change = _CHANGES[verb](words, wanted)

    def retagged(entry: Entry) -> Entry:
        return {**entry, "tags": change(_tags(entry, total=verb == "set"))}

    return retagged


def _retagged(
    dataset: Dataset,
    verb: str,
    doing: str,
    names: Iterable[str],
    made: Callable[[Vocabulary, list[str]], _Retag],
    entries: Sequence[str],
    where: str | None,
    *,
    dry_run: bool,
) -> Edited:
    with dataset.writing(f"tag {verb}"):
        draft = Draft(dataset)
        words = with_built_in(libraries.vocabulary(draft.now))
        wanted, notes = _wanted(words, names, offered=verb in ("add", "set"))
        several = chosen(dataset, draft.now, entries, where)
        count = _retag(draft, several, made(words, wanted), total=verb in ("set", "clear"))
        names_of_tags = f": {', '.join(wanted)}" if wanted else ""
        subject = f"{doing} {plural(count, 'entry')}{names_of_tags}"
        return draft.finish(subject, f"tag {verb}", dry_run=dry_run, notes=notes)


def _retag(draft: Draft, several: Iterable[Selected], change: _Retag, *, total: bool = False) -> int:
    """Change the tags of entries; how many it changed. `total`: whatever they have does not matter."""
    count = 0
    for selected in several:
        before = selected.entry.get("tags")
        after = change(_tags(selected.entry, total=total))
        if after != (before or []) or not isinstance(before, list | None):
            draft.change(selected, {**selected.entry, "tags": after})
            count += 1
    return count


def _tags(entry: Entry, *, total: bool) -> list[Any]:
    tags = listed(entry.get("tags"))
    if tags is None and not total:
        name = entry.get("id")
        raise Refused(f"the tags of {name} are an object, not a list", f"talekeep show {name}")
    return tags or []


def _wanted(words: Vocabulary, names: Iterable[str], *, offered: bool) -> tuple[list[str], list[str]]:
    """Current names, each once, and what there is to say of them; `offered`: only what may be put on."""
    wanted, notes = [], []
    names_of: dict[str, list[str]] = {}
    for name in names:
        given, at = spelled(name)[0], current(words, name)
        names_of.setdefault(given, []).append(name)
        state = state_of(words, at)
        if offered and state in ("archived", "deleted", "hidden"):
            raise Refused(f"the tag {at} is {state}", f"talekeep tag restore {at}")
        if given != at:
            notes.append(f"{given} is called {at} now")
        if offered and state in ("unknown", "imported"):
            notes.append(f"{at} is not in the vocabulary: talekeep tag adopt {at}")
        wanted.append(at)
    notes += [
        f"{' and '.join(ways)} are one tag: {given}" for given, ways in names_of.items() if len({*ways}) > 1
    ]
    return list(dict.fromkeys(wanted)), notes


_CHANGES: Mapping[str, Callable[[Vocabulary, list[str]], _Retag]] = MappingProxyType(
    {"add": _adding, "remove": _removing, "set": _setting}
)
