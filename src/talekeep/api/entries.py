"""Entries: reading them and changing them."""

from collections.abc import Iterable
from collections.abc import Iterator
from typing import cast

from talekeep.api.change import Change
from talekeep.api.change import EntryLike
from talekeep.api.opened import Names
from talekeep.api.opened import Opened
from talekeep.api.opened import names
from talekeep.core.entry_types import Entry
from talekeep.core.errors import Usage
from talekeep.ops.entries import add_edit
from talekeep.ops.entries import list_show
from talekeep.ops.entries import replace as replace_operation
from talekeep.ops.entries import search as search_operation
from talekeep.ops.entries import split_join
from talekeep.ops.entries import system_prompt
from talekeep.ops.entries.list_show import Shown
from talekeep.ops.entries.replace import Replaced
from talekeep.ops.entries.search import Found
from talekeep.ops.library import tag_entries
from talekeep.ops.workspace import select
from talekeep.ops.workspace.changeset import Edited


class EntryMethods(Opened):
    def entries(self, where: str | None = None, *, rev: str | None = None) -> Iterator[Entry]:
        """The entries that match a query (all without one), in dataset order, read as they are asked for."""
        with self._store() as store:
            for selected in select.select(store, select.view_of(store, rev), where):
                yield cast(Entry, selected.entry)

    def count(self, where: str | None = None, *, rev: str | None = None) -> int:
        """How many entries match a query; all without one."""
        with self._store() as store:
            view = select.view_of(store, rev)
            return sum(1 for _ in select.select(store, view, where)) if where else store.count(view)

    def get(self, entry: str, *, rev: str | None = None) -> Entry:
        """One entry, by its id or a unique beginning of it."""
        with self._store() as store:
            view = select.view_of(store, rev)
            return cast(Entry, select.at(store, view, store.find(view, entry)).entry)

    def show(self, entry: str, *, rev: str | None = None) -> Shown:
        """One entry with its place, its sidecar and its script."""
        with self._store() as store:
            return list_show.show(store, entry, revision=rev)

    def search(
        self,
        text: str = "",
        *,
        roles: Names = (),
        match: str = "contains",
        tags: Names = (),
        tags_mode: str = "any",
        untagged: bool = False,
        where: str | None = None,
        rev: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Found:
        """A page of the entries that hold a text, with the places where it stands.

        Args:
            roles: look in messages of these roles only.
            match: `contains`, `all-words` or `exact-phrase`.
            tags_mode: with `tags`: `any` of them, `all`, or `exact` these.
        """
        with self._store() as store:
            return search_operation.search(
                store,
                text,
                roles=names(roles),
                match=match,
                tags=names(tags),
                tags_mode=tags_mode,
                untagged=untagged,
                where=where,
                revision=rev,
                limit=limit,
                offset=offset,
            )

    def change(self, subject: str) -> Change:
        """Collect many edits into one commit: `with dataset.change("why") as change: …`."""
        return Change(self, subject)

    def add(self, *entries: EntryLike, system: str | None = None, tags: Names = ()) -> Edited:
        """Put new entries at the end. One that has an id keeps it; `system` is the prompt of all of them."""
        with self._writing() as store:
            return add_edit.add(store, [dict(entry) for entry in entries], system=system, tags=names(tags))

    def save(self, entry: EntryLike, *, base: EntryLike | None = None) -> Edited:
        """Put an entry in the place of the one with its id.

        Args:
            base: the entry as it was when you read it; if it changed since, both changes are merged. Without
                it the entry as it is now.
        """
        with self._writing() as store:
            edited = dict(entry)
            if not isinstance(edited.get("id"), str):
                raise Usage("an entry without an id cannot be saved", "dataset.add(entry) makes a new one")
            before = add_edit.begin(store, edited["id"]) if base is None else dict(base)
            return add_edit.save(store, before, edited)

    def remove(self, entries: Names = (), *, where: str | None = None, dry_run: bool = False) -> Edited:
        """Take entries out; they stay in the history."""
        with self._writing() as store:
            return split_join.remove(store, names(entries), where=where, dry_run=dry_run)

    def duplicate(self, entries: Names = (), *, where: str | None = None, dry_run: bool = False) -> Edited:
        """Put a copy with a new id right behind each entry."""
        with self._writing() as store:
            return split_join.duplicate(store, names(entries), where=where, dry_run=dry_run)

    def split(
        self, entries: Names = (), *, after: Iterable[int], where: str | None = None, dry_run: bool = False
    ) -> Edited:
        """Cut entries after these exchanges, counted from 1; the first piece keeps the id."""
        with self._writing() as store:
            return split_join.split(store, [*after], names(entries), where=where, dry_run=dry_run)

    def join(
        self,
        entries: Names = (),
        *,
        where: str | None = None,
        keep_prompts: bool = False,
        take_first: bool = False,
        dry_run: bool = False,
    ) -> Edited:
        """Make one entry of several, with the id of the first.

        Args:
            keep_prompts: a system prompt that differs from the first stays inside the conversation.
            take_first: where another top-level key differs, the first entry's value is taken.
        """
        with self._writing() as store:
            return split_join.join(
                store,
                names(entries),
                where=where,
                keep_prompts=keep_prompts,
                take_first=take_first,
                dry_run=dry_run,
            )

    def replace(
        self,
        find: str,
        replacement: str,
        entries: Names = (),
        *,
        where: str | None = None,
        ignore_case: bool = False,
        whole_word: bool = False,
        regex: bool = False,
        dry_run: bool = False,
    ) -> Replaced:
        """Replace a text in messages wherever it stands."""
        wanted = replace_operation.Search(find, ignore_case=ignore_case, whole_word=whole_word, regex=regex)
        with self._writing() as store:
            return replace_operation.replace(
                store, wanted, replacement, names(entries), where=where, dry_run=dry_run
            )

    def system(
        self, text: str, entries: Names = (), *, where: str | None = None, dry_run: bool = False
    ) -> Edited:
        """Make a text the system prompt of entries."""
        with self._writing() as store:
            return system_prompt.set_system(store, text, names(entries), where=where, dry_run=dry_run)

    def tag(
        self, tags: Names, entries: Names = (), *, where: str | None = None, dry_run: bool = False
    ) -> Edited:
        """Put tags on entries."""
        with self._writing() as store:
            return tag_entries.add(store, names(tags), names(entries), where=where, dry_run=dry_run)

    def untag(
        self, tags: Names, entries: Names = (), *, where: str | None = None, dry_run: bool = False
    ) -> Edited:
        """Take tags off entries."""
        with self._writing() as store:
            return tag_entries.remove(store, names(tags), names(entries), where=where, dry_run=dry_run)

    def set_tags(
        self, tags: Names, entries: Names = (), *, where: str | None = None, dry_run: bool = False
    ) -> Edited:
        """Give entries these tags in place of all they have; () clears them."""
        with self._writing() as store:
            return tag_entries.set_tags(store, names(tags), names(entries), where=where, dry_run=dry_run)
