"""Categories of tags, as pure functions on the dataset's own vocabulary.

A category keeps its slug for good, and its tags name it by that; what people read and write is its name.
So renaming one is a change in one place, and no branch that adds a tag to it is ever left behind.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import chain
from itertools import count

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.library.tags import TAXONOMY
from talekeep.library.tags import Category
from talekeep.library.tags import Tag
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import display_name
from talekeep.library.tags import with_built_in

_SHIPPED = with_built_in(Vocabulary()).categories


def in_order(words: Vocabulary) -> list[str]:
    """The slugs of the categories, in their order; `words` has the built-in ones."""
    return sorted(words.categories, key=lambda s: (words.categories[s].order, words.categories[s].name, s))


def find_category(words: Vocabulary, name: str) -> str:
    """The slug of a category, by its name or its slug; where both are there, by its name.

    Raises:
        NotFound: there is none.
    """
    wanted = slug(name)
    named = {slug(category.name): at for at, category in words.categories.items()}
    slug_found = named.get(wanted, wanted if wanted in words.categories else None)
    if slug_found is None:
        close = get_close_matches(wanted, [*named, *words.categories], 1)
        near = f"did you mean {close[0]}? " if close else ""
        raise NotFound(f"there is no category {name}", f"{near}talekeep category list")
    return slug_found


def names_of(words: Vocabulary, category: str) -> frozenset[str]:
    """The names of a category in a query: its slug and the slug of its name."""
    category_row = words.categories.get(category)
    return frozenset({category} | ({slug(category_row.name)} if category_row else set())) - {""}


def end_of(words: Vocabulary, category: str) -> int:
    """The order number behind the last tag of a category."""
    return max((tag.order for tag in words.tags.values() if tag.category == category), default=-1) + 1


def create(own: Vocabulary, name: str) -> Vocabulary:
    """Add a category at the end.

    Raises:
        Usage: no letter or digit. Refused: one of that name is there.
    """
    words = with_built_in(own)
    wanted, shown = _named(words, name)
    free = (at for at in chain([wanted], (f"{wanted}_{n}" for n in count(2))) if at not in words.categories)
    last = max((category.order for category in words.categories.values()), default=-1)
    return _put(own, next(free), Category(name=shown, order=last + 1))


def rename(own: Vocabulary, old: str, new: str) -> Vocabulary:
    """Rename a category.

    Raises:
        NotFound: there is no such category. Else see `create`.
    """
    words = with_built_in(own)
    at = find_category(words, old)
    shown = _named(words, new, but=at)[1]
    return _put(own, at, words.categories[at].replaced(name=shown))


def _named(words: Vocabulary, name: str, but: str | None = None) -> tuple[str, str]:
    wanted, shown = slug(name), " ".join(name.split())
    if not wanted:
        raise Usage(f"{name!r} has no letter, digit or picture", "a category needs one, in any script")
    for at, category in words.categories.items():
        if at != but and slug(category.name) == wanted:
            raise Refused(f"the category {category.name} exists", "talekeep category list")
    return wanted, display_name(wanted) if shown == wanted else shown


def delete(own: Vocabulary, name: str) -> Vocabulary:
    """Delete a category; archived tags in it are left without one.

    Raises:
        NotFound: there is no such category. Refused: it is built in, or a tag in it is active.
    """
    words = with_built_in(own)
    at = find_category(words, name)
    shown = words.categories[at].name
    if at in TAXONOMY:
        raise Refused(f"the category {shown} is built in", "talekeep tag archive TAG for what is in it")
    inside = [tag for tag, row in words.tags.items() if row.category == at and row.status == "active"]
    if inside:
        some = ", ".join(inside[:3]) + (", …" if len(inside) > 3 else "")
        raise Refused(
            f"the category {shown} holds {some}", f"talekeep tag move {','.join(inside[:3])} CATEGORY"
        )
    categories = {slug_: category for slug_, category in own.categories.items() if slug_ != at}
    tags = {tag: _without(row, at) for tag, row in own.tags.items()}
    return own.replaced(categories=categories, tags=tags)


def _without(tag: Tag, category: str) -> Tag:
    return tag.replaced(category="") if tag.category == category else tag


def reorder(own: Vocabulary, names: Iterable[str]) -> Vocabulary:
    """Put these categories first, in this order; the others keep their order behind them.

    Raises:
        NotFound: there is no such category.
    """
    words = with_built_in(own)
    first = dict.fromkeys(find_category(words, name) for name in names)
    for n, at in enumerate([*first, *(at for at in in_order(words) if at not in first)]):
        if words.categories[at].order != n:
            own = _put(own, at, words.categories[at].replaced(order=n))
    return own


def _put(own: Vocabulary, at: str, category: Category) -> Vocabulary:
    categories = {**own.categories, at: category}
    if _SHIPPED.get(at) == category:
        del categories[at]
    return own.replaced(categories=categories)
