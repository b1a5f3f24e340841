"""Changes of a vocabulary, as pure functions.

Each takes the dataset's own vocabulary and gives the changed one. Built-in tags are changed like any other:
what the dataset says of one stands in a table of its own, before the shipped one. Aliases are written flat,
each straight to a current name; merged branches may leave chains and circles, which `resolve` reads.

Raises, everywhere: Usage: a name without a letter or digit, or one that leads to itself. NotFound: no such
tag or category. Refused: the name is taken.
"""

from collections.abc import Callable
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal
from typing import TypeAlias

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.library.categories import end_of
from talekeep.library.categories import find_category
from talekeep.library.tags import Origin
from talekeep.library.tags import Status
from talekeep.library.tags import Tag
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import display_name
from talekeep.library.tags import renamed
from talekeep.library.tags import resolve
from talekeep.library.tags import with_built_in

# The states of a tag that is not active: archived, never adopted, deleted.
State: TypeAlias = Literal["active", "archived", "imported", "deleted", "hidden", "unknown"]

_SHIPPED = with_built_in(Vocabulary()).tags


def spelled(name: str) -> tuple[str, str]:
    """The slug of a name, and the name where it says more than the slug in words."""
    tag_slug = slug(name)
    if not tag_slug:
        raise Usage(f"{name!r} has no letter, digit or picture", "a tag needs one, in any script")
    shown = " ".join(name.split())
    return tag_slug, "" if shown in (tag_slug, display_name(tag_slug)) else shown


def current(words: Vocabulary, name: str) -> str:
    """The current name of a tag, along its aliases; `words` has the built-in tags."""
    return resolve(words, spelled(name)[0]).slug


def known(words: Vocabulary, name: str) -> tuple[str, Tag]:
    """A tag that the vocabulary holds, by any of its names."""
    at = current(words, name)
    if at not in words.tags:
        close = get_close_matches(at, [*words.tags, *words.aliases], 1)
        near = f"did you mean {close[0]}? " if close else ""
        raise NotFound(
            f"the vocabulary has no tag {at}", f"{near}talekeep tag list --all, or talekeep tag adopt {at}"
        )
    return at, words.tags[at]


def state_of(words: Vocabulary, name: str) -> State:
    """The state of a tag, by its current name."""
    tag = words.tags.get(name)
    if tag is None:
        return "unknown"
    return tag.origin or "archived" if tag.status == "archived" else tag.status


def shown_name(name: str, tag: Tag | None) -> str:
    """How people read a tag."""
    return tag.name if tag is not None and tag.name else display_name(name)


def create(own: Vocabulary, name: str, category: str = "") -> Vocabulary:
    """A new active tag. A deleted name, or one that was only the old name of another tag, is free."""
    words = with_built_in(own)
    at, text = spelled(name)
    there = words.tags.get(at)
    if there is not None and there.origin != "deleted":
        hint = "talekeep tag list" if there.status == "active" else f"talekeep tag restore {at}"
        raise Refused(f"the tag {at} exists{_status_note(there)}", hint)
    _require_unlike(words, at, text)
    place = find_category(words, category) if category else there.category if there else ""
    tag = (there or Tag()).replaced(name=text, status="active", origin="")
    return _put(own, at, _placed(words, tag, place, new=there is None))


def _status_note(tag: Tag) -> str:
    return "" if tag.status == "active" else f" and is {tag.status}"


def _require_unlike(words: Vocabulary, at: str, text: str) -> None:
    """Refuse a display name that another tag has."""
    wanted = slug(text or display_name(at))
    for other, tag in words.tags.items():
        if other != at and tag.name and slug(tag.name) == wanted:
            raise Refused(f"the tag {other} is called {tag.name}", f"talekeep tag rename {other} NEW")


def rename(own: Vocabulary, old: str, new: str) -> Vocabulary:
    """Another name for a tag; the old one becomes an alias, whatever led to it leads to the new one.

    Where only case and signs differ, the name people read changes and nothing else. A name goes back to
    what it was before: an alias that stands in its place gives way.
    """
    words = with_built_in(own)
    was = current(words, old)
    at, text = spelled(new)
    if at == was:
        if slug(old) != was:
            raise Usage(f"{old} is {at} already", "talekeep tag list shows old names too")
        return _put(own, at, _called(known(words, old)[1], text))
    there = words.tags.get(at)
    if there is not None and there.origin != "deleted":
        raise Refused(f"the tag {at} exists{_status_note(there)}", f"talekeep tag merge {was} {at}")
    _require_unlike(words, at, text)
    free = {name: tag for name, tag in own.tags.items() if name != at}
    own = _lead(own.replaced(tags=free), was, at)
    return own if was not in words.tags else _put(own, at, _called(words.tags[was], text))


def _called(tag: Tag, text: str) -> Tag:
    return tag.replaced(name=text)


def merge(own: Vocabulary, names: Iterable[str], into: str) -> Vocabulary:
    """Merge tags into one; the others become its aliases."""
    words = with_built_in(own)
    at = current(words, into)
    if resolve(words, at).tag is not None and not resolve(words, at).active:
        raise Refused(f"the tag {at} is archived", f"talekeep tag restore {at}")
    for name in names:
        was = current(words, name)
        if was == at:
            raise Usage(f"{name} and {into} are one tag already", "talekeep tag list shows old names too")
        own = _lead(own, was, at)
    return own


def _lead(own: Vocabulary, was: str, at: str) -> Vocabulary:
    """The vocabulary with `was` as an alias of `at`."""
    aliases = {old: new for old, new in own.aliases.items() if old != at} | {was: at}
    tags = {name: tag for name, tag in own.tags.items() if name != was}
    moved = own.replaced(aliases=aliases, tags=tags)
    leads = renamed(moved)
    return moved.replaced(aliases={old: leads.get(old, new) for old, new in aliases.items()})


def move(own: Vocabulary, names: Iterable[str], category: str) -> Vocabulary:
    """Move tags to the end of a category."""
    place = find_category(with_built_in(own), category)
    for name in names:
        words = with_built_in(own)
        at, tag = known(words, name)
        own = _put(own, at, _placed(words, tag, place))
    return own


def archive(own: Vocabulary, names: Iterable[str], *, hidden: bool = False) -> Vocabulary:
    """Archive tags: kept, but no longer offered; hidden ones are not listed either."""
    status: Status = "hidden" if hidden else "archived"
    return _each(own, names, lambda tag: _standing(tag, status, tag.origin))


def restore(own: Vocabulary, names: Iterable[str]) -> Vocabulary:
    """Make archived, deleted and hidden tags active again, in their old place."""
    return _each(own, names, lambda tag: _standing(tag, "active", ""))


def delete(own: Vocabulary, names: Iterable[str]) -> Vocabulary:
    """Mark tags as deleted, so that `restore` or `create` can bring them back."""
    words = with_built_in(own)
    for name in names:
        at = current(words, name)
        own = _put(own, at, _standing(words.tags.get(at, Tag()), "archived", "deleted"))
    return own


def adopt(own: Vocabulary, names: Iterable[str], category: str = "") -> Vocabulary:
    """Make imported tags active that the vocabulary does not know, or knows as archived."""
    place = find_category(with_built_in(own), category) if category else ""
    for name in names:
        words = with_built_in(own)
        at = current(words, name)
        tag = words.tags.get(at, Tag())
        if tag.origin == "deleted":
            raise Refused(f"the tag {at} was deleted", f"talekeep tag restore {at}")
        own = _put(own, at, _placed(words, _standing(tag, "active", ""), place or tag.category))
    return own


def _each(own: Vocabulary, names: Iterable[str], change: Callable[[Tag], Tag]) -> Vocabulary:
    for name in names:
        at, tag = known(with_built_in(own), name)
        own = _put(own, at, change(tag))
    return own


def _standing(tag: Tag, status: Status, origin: Origin) -> Tag:
    return tag.replaced(status=status, origin=origin)


def _placed(words: Vocabulary, tag: Tag, category: str, *, new: bool = False) -> Tag:
    """The tag at the end of a category, where it stands if it is in there."""
    if tag.category == category and not new:
        return tag
    return tag.replaced(category=category, order=end_of(words, category))


def _put(own: Vocabulary, at: str, tag: Tag) -> Vocabulary:
    """The vocabulary with this tag, whose name is then no old name of another; what is only the shipped
    one is not written down."""
    tags = {**own.tags, at: tag}
    if _SHIPPED.get(at) == tag:
        del tags[at]
    aliases = {old: new for old, new in own.aliases.items() if old != at}
    return own.replaced(tags=tags, aliases=aliases)
