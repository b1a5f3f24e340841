"""Commands with sub-commands: what belongs to one noun, as `dataset.tags`, `dataset.characters`, …"""

from collections.abc import Iterable
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from talekeep.api.opened import Names
from talekeep.api.opened import Opened
from talekeep.api.opened import StrPath
from talekeep.api.opened import names
from talekeep.ops.entries import alternatives as alternative_operation
from talekeep.ops.entries.alternatives import Alternatives
from talekeep.ops.library import assign_speakers
from talekeep.ops.library import characters as character_operation
from talekeep.ops.library import detect_speakers
from talekeep.ops.library import edit_characters
from talekeep.ops.library import import_cards
from talekeep.ops.library import prompts as prompt_operation
from talekeep.ops.library import tag_counts
from talekeep.ops.library import vocabulary
from talekeep.ops.workspace.changeset import Edited


class Group:
    """What one dataset has of a noun."""

    def __init__(self, dataset: Opened) -> None:
        self._dataset = dataset

    def __repr__(self) -> str:
        return f"{self._dataset!r}.{type(self).__name__.lower()}"


class Tags(Group):
    """The tags of the dataset's vocabulary. Tags of entries: `dataset.tag`, `untag`, `set_tags`."""

    def list(
        self, *, only: tag_counts.Only = "offered", category: str | None = None, rev: str | None = None
    ) -> tag_counts.TagList:
        """Tags with the number of their entries: those that are `offered`, `all`, or those to `review`."""
        with self._dataset._store() as store:
            return tag_counts.list_tags(store, only=only, category=category, revision=rev)

    def review(self, *, rev: str | None = None) -> tag_counts.TagList:
        """The tags that came with an import and that nobody decided over."""
        with self._dataset._store() as store:
            return tag_counts.review_tags(store, revision=rev)

    def create(self, tags: Names, *, category: str = "", dry_run: bool = False) -> Edited:
        """Add tags to the vocabulary."""
        with self._dataset._writing() as store:
            return vocabulary.create(store, names(tags), category=category, dry_run=dry_run)

    def rename(self, old: str, new: str, *, dry_run: bool = False) -> Edited:
        """Give a tag another name, on its entries too."""
        with self._dataset._writing() as store:
            return vocabulary.rename(store, old, new, dry_run=dry_run)

    def merge(self, tags: Names, into: str, *, dry_run: bool = False) -> Edited:
        """Make several tags one, on their entries too."""
        with self._dataset._writing() as store:
            return vocabulary.merge(store, names(tags), into, dry_run=dry_run)

    def move(self, tags: Names, category: str, *, dry_run: bool = False) -> Edited:
        """Put tags into a category."""
        with self._dataset._writing() as store:
            return vocabulary.move(store, names(tags), category, dry_run=dry_run)

    def archive(self, tags: Names, *, hidden: bool = False, dry_run: bool = False) -> Edited:
        """Keep tags and offer them no longer; `hidden` ones are not even listed."""
        with self._dataset._writing() as store:
            return vocabulary.archive(store, names(tags), hidden=hidden, dry_run=dry_run)

    def restore(self, tags: Names, *, dry_run: bool = False) -> Edited:
        """Offer archived and deleted tags again."""
        with self._dataset._writing() as store:
            return vocabulary.restore(store, names(tags), dry_run=dry_run)

    def delete(self, tags: Names, *, keep_on_entries: bool = False, dry_run: bool = False) -> Edited:
        """Retire tags, and remove them from every entry unless they are kept there."""
        with self._dataset._writing() as store:
            return vocabulary.delete(store, names(tags), keep_on_entries=keep_on_entries, dry_run=dry_run)

    def adopt(self, tags: Names, *, category: str = "", dry_run: bool = False) -> Edited:
        """Take tags that came with an import into the vocabulary."""
        with self._dataset._writing() as store:
            return vocabulary.adopt(store, names(tags), category=category, dry_run=dry_run)


class Categories(Group):
    """The categories that tags are in."""

    def list(self, *, rev: str | None = None) -> list[tag_counts.CategoryRow]:
        """Every category in order, with the numbers of its tags and entries."""
        with self._dataset._store() as store:
            return tag_counts.list_categories(store, revision=rev)

    def create(self, name: str, *, dry_run: bool = False) -> Edited:
        """Add a category behind the others."""
        with self._dataset._writing() as store:
            return vocabulary.create_category(store, name, dry_run=dry_run)

    def rename(self, old: str, new: str, *, dry_run: bool = False) -> Edited:
        """Give a category another name; its tags stay in it."""
        with self._dataset._writing() as store:
            return vocabulary.rename_category(store, old, new, dry_run=dry_run)

    def delete(self, name: str, *, dry_run: bool = False) -> Edited:
        """Remove a category that has no active tag."""
        with self._dataset._writing() as store:
            return vocabulary.delete_category(store, name, dry_run=dry_run)

    def order(self, categories: Names, *, dry_run: bool = False) -> Edited:
        """Put these categories first, in this order."""
        with self._dataset._writing() as store:
            return vocabulary.order_categories(store, names(categories), dry_run=dry_run)


class Characters(Group):
    """The character library, and who speaks which message."""

    def list(
        self, *, used: bool = False, inactive: bool = False, rev: str | None = None
    ) -> character_operation.Roster:
        """Characters, and how much each speaks; only those who are `used`, or only the `inactive`."""
        with self._dataset._store() as store:
            return character_operation.listed(store, used=used, inactive=inactive, revision=rev)

    def show(self, name: str, *, rev: str | None = None) -> character_operation.Portrait:
        """One character, its messages by role, and the entries whose system prompt names it."""
        with self._dataset._store() as store:
            return character_operation.show(store, name, revision=rev)

    def create(
        self, name: str, *, description: str = "", slug: str | None = None, dry_run: bool = False
    ) -> Edited:
        """Put a character into the library; the slug is made of the name, if not given."""
        with self._dataset._writing() as store:
            return edit_characters.create(store, name, description=description, given=slug, dry_run=dry_run)

    def edit(
        self,
        name: str,
        *,
        display: str | None = None,
        description: str | None = None,
        color: str | None = None,
        dry_run: bool = False,
    ) -> Edited:
        """Change the name that people read, the description, or the colour: `teal`, `rose`, …; "" takes it
        away."""
        with self._dataset._writing() as store:
            return edit_characters.edit(
                store, name, display=display, description=description, color=color, dry_run=dry_run
            )

    def rename(self, old: str, new: str, *, merge: bool = False, dry_run: bool = False) -> Edited:
        """Give a character another slug, on its messages too; with `merge` that of another character."""
        with self._dataset._writing() as store:
            return edit_characters.rename(store, old, new, merge=merge, dry_run=dry_run)

    def delete(self, name: str, *, dry_run: bool = False) -> Edited:
        """Remove a character who speaks nowhere from the library."""
        with self._dataset._writing() as store:
            return edit_characters.delete(store, name, dry_run=dry_run)

    def restore(self, characters: Names, *, dry_run: bool = False) -> Edited:
        """Offer characters again."""
        with self._dataset._writing() as store:
            return edit_characters.restore(store, names(characters), dry_run=dry_run)

    def archive(self, characters: Names, *, dry_run: bool = False) -> Edited:
        """Keep characters and offer them no longer."""
        with self._dataset._writing() as store:
            return edit_characters.archive(store, names(characters), dry_run=dry_run)

    def assign(
        self,
        speakers: Mapping[int, str],
        entries: Names = (),
        *,
        where: str | None = None,
        create: bool = False,
        dry_run: bool = False,
    ) -> Edited:
        """Say who speaks messages, by their number from 1; "" takes the name away.

        Args:
            create: put characters who are missing into the library.
        """
        with self._dataset._writing() as store:
            return assign_speakers.assign(
                store, speakers, names(entries), where=where, create=create, dry_run=dry_run
            )

    def detect(
        self, *, where: str | None = None, rev: str | None = None, least: int = 2
    ) -> detect_speakers.Detected:
        """Who may be speaking, by names on messages and in front of at least so many texts."""
        with self._dataset._store() as store:
            return detect_speakers.detect(store, where=where, revision=rev, least=least)

    def import_cards(
        self, files: StrPath | Iterable[StrPath], *, replace: bool = False, dry_run: bool = False
    ) -> Edited:
        """Put the characters of card files into the library.

        Args:
            replace: a character who is there already gets the new card.
        """
        several = [files] if isinstance(files, str | PathLike) else files
        with self._dataset._writing() as store:
            paths = [Path(file) for file in several]
            return import_cards.import_cards(store, paths, replace=replace, dry_run=dry_run)


class Prompts(Group):
    """The prompt library: templates that are copied into entries."""

    def list(
        self, *, archived: bool = False, usage: bool = False, rev: str | None = None
    ) -> prompt_operation.Shelf:
        """Templates by name; `archived` ones too, with `usage` how many entries have each."""
        with self._dataset._store() as store:
            return prompt_operation.listed(store, archived=archived, usage=usage, revision=rev)

    def show(self, name: str, *, rev: str | None = None) -> prompt_operation.Row:
        """One template, and how many entries have it."""
        with self._dataset._store() as store:
            return prompt_operation.show(store, name, revision=rev)

    def create(
        self,
        name: str,
        *,
        text: str | None = None,
        entry: str | None = None,
        description: str = "",
        dry_run: bool = False,
    ) -> Edited:
        """Put a template into the library: a text, or the system prompt of an entry."""
        with self._dataset._writing() as store:
            return prompt_operation.create(
                store, name, text=text, entry=entry, description=description, dry_run=dry_run
            )

    def edit(
        self,
        name: str,
        *,
        text: str | None = None,
        display: str | None = None,
        description: str | None = None,
        dry_run: bool = False,
    ) -> Edited:
        """Change a template; entries that got a copy keep theirs."""
        with self._dataset._writing() as store:
            return prompt_operation.edit(
                store, name, text=text, display=display, description=description, dry_run=dry_run
            )

    def archive(self, prompts: Names, *, dry_run: bool = False) -> Edited:
        """Keep templates and offer them no longer."""
        with self._dataset._writing() as store:
            return prompt_operation.archive(store, names(prompts), dry_run=dry_run)

    def restore(self, prompts: Names, *, dry_run: bool = False) -> Edited:
        """Offer archived templates again."""
        with self._dataset._writing() as store:
            return prompt_operation.restore(store, names(prompts), dry_run=dry_run)

    def delete(self, prompts: Names, *, dry_run: bool = False) -> Edited:
        """Remove templates; entries keep their copies."""
        with self._dataset._writing() as store:
            return prompt_operation.delete(store, names(prompts), dry_run=dry_run)

    def apply(
        self, name: str, entries: Names = (), *, where: str | None = None, dry_run: bool = False
    ) -> Edited:
        """Make a copy of a template the system prompt of entries."""
        with self._dataset._writing() as store:
            return prompt_operation.apply(store, name, names(entries), where=where, dry_run=dry_run)


class OtherReplies(Group):
    """Other replies that are kept beside entries: swipes, rejected answers, branches."""

    def list(self, entry: str) -> Alternatives:
        """All that an entry has."""
        with self._dataset._store() as store:
            return alternative_operation.list_alternatives(store, entry)

    def choose(self, entry: str, message: int, number: int, *, dry_run: bool = False) -> Edited:
        """Put an alternative in place of a message, both by number from 1."""
        with self._dataset._writing() as store:
            return alternative_operation.choose(store, entry, message, number, dry_run=dry_run)
