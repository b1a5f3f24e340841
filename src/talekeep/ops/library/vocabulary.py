"""Change the vocabulary of a dataset: one commit for each change, with the entries that carry the tag."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.errors import Refused
from talekeep.core.tags import name_of
from talekeep.library import categories
from talekeep.library import tags
from talekeep.library import vocabulary as pure
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import renamed
from talekeep.library.tags import with_built_in
from talekeep.ops import plural
from talekeep.ops.library.library_table import Change
from talekeep.ops.library.library_table import LibraryFile
from talekeep.ops.library.retag import retag
from talekeep.ops.library.tag_lines import tagged_lines
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.models import Models
from talekeep.store.view import View

_Change: TypeAlias = Callable[[Vocabulary], Vocabulary]
# From the vocabulary before and after: what to write on entries in place of what (None: nothing).
_Rewrite: TypeAlias = Callable[[Vocabulary, Vocabulary], Mapping[str, str | None]]


class _VocabularyFile(LibraryFile[Vocabulary]):
    """Tags, categories and aliases: the dataset's own, without those that are built in."""

    def read(self, view: View) -> Vocabulary:
        if CONFLICT_KEY.encode() in (view.optional(self.kind.path) or b""):
            raise Refused(f"{self.kind.path} holds an open conflict", "talekeep conflicts")
        return libraries.vocabulary(view)

    def dump(self, content: Vocabulary, models: Models) -> bytes:
        return libraries.dump_vocabulary(content, models)


VOCABULARY = _VocabularyFile(tags.KIND, "tag")


def create(dataset: Dataset, names: Sequence[str], *, category: str = "", dry_run: bool = False) -> Edited:
    """New tags; a deleted name, or one that is only the old name of another tag, is free.

    Raises:
        Usage: a name without letters. Refused: a tag of that name exists. NotFound: no such category.
    """

    def change(own: Vocabulary) -> Vocabulary:
        for name in names:
            own = pure.create(own, name, category)
        return own

    result = _changed(dataset, "create", f"Create {plural(len(names), 'tag')}", change, dry_run=dry_run)
    spelled = {name: pure.spelled(name)[0] for name in names}
    texts = [f"{name} is stored as {at}" for name, at in spelled.items() if at != name.strip().casefold()]
    more = f"and {len(texts) - 3} more" if len(texts) > 3 else ""
    return replace(result, notes=(*result.notes, *texts[:3], *([more] if more else [])))


def rename(dataset: Dataset, old: str, new: str, *, dry_run: bool = False) -> Edited:
    """Another name for a tag, on every entry too, in its place and once; the old name leads to it.

    Where only case or signs differ, the name people read changes and no entry does.

    Raises:
        NotFound: no such tag, in the vocabulary or on an entry. Refused: the new name is taken.
    """

    def change(own: Vocabulary) -> Vocabulary:
        _require_there(dataset, with_built_in(own), [old])
        words = with_built_in(own)
        was, at = pure.current(words, old), pure.spelled(new)[0]
        if at != was and at not in words.tags and _carried(dataset.now(), [at]):
            raise Refused(f"entries carry the tag {at} already", f"talekeep tag merge {was} {at}")
        return pure.rename(own, old, new)

    result = _changed(dataset, "rename", "Rename 1 tag", change, _to(new), dry_run=dry_run)
    at = pure.spelled(new)[0]
    if at == pure.spelled(old)[0]:
        text = f"{old} and {new} are one tag, {at}: the name people read changes, and no entry"
        return replace(result, notes=(*result.notes, text))
    return result


def merge(dataset: Dataset, names: Sequence[str], into: str, *, dry_run: bool = False) -> Edited:
    """Several tags become one, on every entry too; their names lead to it.

    Raises:
        NotFound: no such tag, in the vocabulary or on an entry. Refused: the one to stay is archived.
    """

    def change(own: Vocabulary) -> Vocabulary:
        _require_there(dataset, with_built_in(own), [*names, into])
        return pure.merge(own, names, into)

    text = f"Merge {plural(len(names), 'tag')} into another"
    return _changed(dataset, "merge", text, change, _to(into), dry_run=dry_run)


def _to(name: str) -> _Rewrite:
    """Map every name that resolves to this tag onto it."""

    def rewrite(before: Vocabulary, after: Vocabulary) -> dict[str, str | None]:
        at = pure.current(after, name)
        return {old: now for old, now in renamed(after).items() if now == at}

    return rewrite


def move(dataset: Dataset, names: Sequence[str], category: str, *, dry_run: bool = False) -> Edited:
    """Put tags into a category.

    Raises:
        NotFound: the vocabulary has no such tag or category.
    """
    text = f"Move {plural(len(names), 'tag')}"
    return _changed(dataset, "move", text, lambda own: pure.move(own, names, category), dry_run=dry_run)


def archive(dataset: Dataset, names: Sequence[str], *, hidden: bool = False, dry_run: bool = False) -> Edited:
    """Keep tags, also on entries, and offer them no longer; `hidden` ones are not even listed.

    Raises:
        NotFound: the vocabulary has no such tag.
    """
    text = f"Archive {plural(len(names), 'tag')}"
    return _changed(
        dataset, "archive", text, lambda own: pure.archive(own, names, hidden=hidden), dry_run=dry_run
    )


def restore(dataset: Dataset, names: Sequence[str], *, dry_run: bool = False) -> Edited:
    """Make archived, deleted and hidden tags active again; entries that lost a tag do not get it back.

    Raises:
        NotFound: the vocabulary has no such tag.
    """
    text = f"Restore {plural(len(names), 'tag')}"
    return _changed(dataset, "restore", text, lambda own: pure.restore(own, names), dry_run=dry_run)


def delete(
    dataset: Dataset, names: Sequence[str], *, keep_on_entries: bool = False, dry_run: bool = False
) -> Edited:
    """Delete tags and remove them from every entry, unless `keep_on_entries`.

    Raises:
        NotFound: no such tag, in the vocabulary or on an entry.
    """

    def change(own: Vocabulary) -> Vocabulary:
        _require_there(dataset, with_built_in(own), names)
        return pure.delete(own, names)

    def rewrite(before: Vocabulary, after: Vocabulary) -> dict[str, str | None]:
        gone = {pure.current(before, name) for name in names}
        return dict.fromkeys([*gone, *(old for old, now in renamed(before).items() if now in gone)])

    text = f"Delete {plural(len(names), 'tag')}"
    return _changed(dataset, "delete", text, change, None if keep_on_entries else rewrite, dry_run=dry_run)


def adopt(dataset: Dataset, names: Sequence[str], *, category: str = "", dry_run: bool = False) -> Edited:
    """Take tags that came with an import into the vocabulary.

    Raises:
        NotFound: no such tag on an entry or in the vocabulary, or no such category. Refused: it was deleted.
    """

    def change(own: Vocabulary) -> Vocabulary:
        _require_there(dataset, with_built_in(own), names)
        return pure.adopt(own, names, category)

    return _changed(dataset, "adopt", f"Adopt {plural(len(names), 'tag')}", change, dry_run=dry_run)


def create_category(dataset: Dataset, name: str, *, dry_run: bool = False) -> Edited:
    """A new category behind the others.

    Raises:
        Usage: a name without letters. Refused: it exists.
    """
    return _category(dataset, "create", lambda own: categories.create(own, name), dry_run=dry_run)


def rename_category(dataset: Dataset, old: str, new: str, *, dry_run: bool = False) -> Edited:
    """Another name for a category; its tags stay in it.

    Raises:
        Usage: a name without letters. Refused: it exists. NotFound: no such category.
    """
    return _category(dataset, "rename", lambda own: categories.rename(own, old, new), dry_run=dry_run)


def delete_category(dataset: Dataset, name: str, *, dry_run: bool = False) -> Edited:
    """Delete a category without active tags.

    Raises:
        Refused: a tag is in it, or it is built in. NotFound: no such category.
    """
    return _category(dataset, "delete", lambda own: categories.delete(own, name), dry_run=dry_run)


def order_categories(dataset: Dataset, names: Sequence[str], *, dry_run: bool = False) -> Edited:
    """Put these categories first, in this order.

    Raises:
        NotFound: no such category.
    """
    return _category(dataset, "order", lambda own: categories.reorder(own, names), dry_run=dry_run)


def _category(dataset: Dataset, verb: str, change: _Change, *, dry_run: bool) -> Edited:
    text = "Order categories" if verb == "order" else f"{verb.capitalize()} 1 category"
    return _changed(dataset, verb, text, change, kind="category", dry_run=dry_run)


def _changed(
    dataset: Dataset,
    verb: str,
    subject: str,
    change: _Change,
    rewrite: _Rewrite | None = None,
    *,
    kind: str = "tag",
    dry_run: bool,
) -> Edited:
    def step(draft: Draft, before: Vocabulary) -> Change[Vocabulary]:
        after = change(before)
        notes = [] if kind == "category" else _notes(before, after)
        if rewrite is None:
            return Change(after, subject, notes)
        count, spelled = retag(draft, rewrite(with_built_in(before), with_built_in(after)))
        return Change(after, f"{subject} on {plural(count, 'entry')}", [*notes, *spelled])

    return VOCABULARY.change(dataset, step, operation=f"{kind} {verb}", dry_run=dry_run)


def _notes(before: Vocabulary, after: Vocabulary) -> list[str]:
    """Notes on aliases whose target changed."""
    led, leads = renamed(with_built_in(before)), with_built_in(after)
    return [
        f"{old} was an old name of {now}, and is a tag of its own now"
        for old, now in led.items()
        if old in leads.tags and now in leads.tags
    ]


def _require_there(dataset: Dataset, words: Vocabulary, names: Iterable[str]) -> None:
    """Check that each tag is in the vocabulary or on an entry."""
    unknown = {at for name in names if (at := pure.current(words, name)) not in words.tags}
    for at in sorted(unknown - _carried(dataset.now(), unknown)):
        pure.known(words, at)


def _carried(now: View, names: Iterable[str]) -> set[str]:
    """The tags of this set that some entry carries."""
    wanted = set(names)
    return {name_of(tag) for _, tags in tagged_lines(now) for tag in tags} & wanted if wanted else set()
