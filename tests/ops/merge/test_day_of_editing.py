"""Days of work on real files: every verb in random order, then all of it undone, to the byte."""

import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager

import pytest

from talekeep.core import codec
from talekeep.core.codec import digest
from talekeep.core.entry import exchanges_of
from talekeep.core.entry_edit.speakers import casting
from talekeep.core.errors import Problem
from talekeep.library.tags import TAXONOMY
from talekeep.library.tags import with_built_in
from talekeep.library.vocabulary import state_of
from talekeep.ops.entries import add_edit
from talekeep.ops.entries import replace as replace_op
from talekeep.ops.entries import split_join
from talekeep.ops.entries import system_prompt
from talekeep.ops.exchange import export as export_op
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.history import commit as commit_op
from talekeep.ops.history import restore as restore_op
from talekeep.ops.library import assign_speakers
from talekeep.ops.library import characters
from talekeep.ops.library import edit_characters
from talekeep.ops.library import import_cards
from talekeep.ops.library import prompts
from talekeep.ops.library import tag_entries
from talekeep.ops.library import vocabulary
from talekeep.ops.merge import undo as undo_op
from talekeep.ops.quality import repair as repair_op
from talekeep.ops.workspace import validation
from talekeep.store import libraries

WORK = ("rolethread/group_chat", "real/sharegpt-fastchat.json")
# An editor that first breaks the script it is given, then mends it and says the last message anew.
EDITOR = """
import pathlib, sys
path = pathlib.Path(sys.argv[1])
lines = path.read_text(encoding="utf-8").split("\\n")
last = max(n for n, line in enumerate(lines) if line.startswith(("## ", "## nobody ")))
if any(line.startswith("## nobody ") for line in lines):
    lines = [line.replace("## nobody ", "## ", 1) if n == last else line for n, line in enumerate(lines)]
    lines = [*lines[: last + 1], "", "Said again, in the editor.", ""]
else:
    lines[last] = lines[last].replace("## ", "## nobody ", 1)
path.write_text("\\n".join(lines), encoding="utf-8")
"""


class Entries:
    """What is done to entries."""

    def add(self):
        turns = {"role": "user", "name": "wren", "content": f"Ren: And then, {self.dice.random()}?"}
        records = [{"messages": [{**turns, "weight": 0}], "mood": "calm"}]
        add_edit.add(self.dataset, records, system="Night.", tags=["new"])

    def edit(self):
        before = self.entries()
        (name,) = self.some(1)
        self.run("-C", self.dataset.path, "edit", name, check=0)
        assert self.entries().keys() == before.keys()

    def replace(self):
        replace_op.replace(self.dataset, replace_op.Search(self.dice.choice("aeiou")), "é", self.some(3))

    def duplicate(self):
        with self.same_messages(copies=True):
            split_join.duplicate(self.dataset, self.some(2))

    def remove(self):
        split_join.remove(self.dataset, self.some(1))

    def split(self):
        long = [name for name, entry in self.entries().items() if exchanges_of(entry) > 1]
        with self.same_messages(copies=True):
            split_join.split(self.dataset, [1], [self.dice.choice(long)] if long else self.some(1))

    def join(self):
        with self.same_messages(copies=True):
            split_join.join(self.dataset, self.some(2), keep_prompts=True, take_first=True)

    def system(self):
        system_prompt.set_system(self.dataset, f"Night {self.dice.random()}.", self.some(2))

    def by_hand(self):
        """What repair finds: a space behind a text, a tag spelled in its own way, a role by another name."""
        part = self.dice.choice(
            [p for p in sorted(self.dataset.path.glob("entries/*/*.jsonl")) if p.stat().st_size]
        )
        entries = [json.loads(line) for line in part.read_bytes().split(b"\n")[:-1]]
        entry = self.dice.choice(entries)
        entry["tags"] = [*entry.get("tags", []), self.dice.choice(["Slow Burn", "NEW", "Fog & Rain"])]
        for message in entry["messages"][-2:]:
            if isinstance(message.get("content"), str):
                message["content"] += " "
        part.write_bytes(b"".join(map(codec.encode, entries)))
        commit_op.commit(self.dataset, "By hand")

    def repair(self):
        self.by_hand()
        with self.same_words():
            repair_op.repair(self.dataset)
        assert not repair_op.repair(self.dataset).repairs

    def restore(self):
        past = self.dice.choice(undo_op.operations(self.dataset, 40)).id
        there = sorted(line.value["id"] for line in self.dataset.at(past).entries())
        restore_op.restore(self.dataset, self.dice.sample(there, min(3, len(there))), source=past)


class Tags:
    """What is done to tags and categories."""

    def a_tag(self, *states):
        words = with_built_in(libraries.vocabulary(self.dataset.now()))
        carried = {tag for entry in self.entries().values() for tag in entry.get("tags", [])}
        names = sorted({*words.tags, *carried})
        return self.dice.choice([name for name in names if not states or state_of(words, name) in states])

    def a_category(self):
        own = set(with_built_in(libraries.vocabulary(self.dataset.now())).categories)
        return self.dice.choice(sorted(own - TAXONOMY.keys()))

    def tag_add(self):
        tag_entries.add(self.dataset, [self.a_tag("active", "unknown")], self.some(4))

    def tag_remove(self):
        tag_entries.remove(self.dataset, [self.a_tag()], where="")

    def tag_set(self):
        tag_entries.set_tags(self.dataset, [self.a_tag("active"), "new"], self.some(2))

    def tag_clear(self):
        tag_entries.set_tags(self.dataset, [], self.some(1))

    def tag_create(self):
        vocabulary.create(self.dataset, [self.fresh("Tide")], category=self.dice.choice(["Style", "status"]))

    def tag_rename(self):
        new = self.dice.choice([self.fresh("Mist"), "dusk", "恋愛"])
        vocabulary.rename(self.dataset, self.a_tag(), new)

    def tag_merge(self):
        vocabulary.merge(self.dataset, [self.a_tag("active", "unknown")], self.a_tag("active"))

    def tag_move(self):
        vocabulary.move(self.dataset, [self.a_tag("active")], "Interaction")

    def tag_archive(self):
        hidden = self.dice.random() < 0.3
        vocabulary.archive(self.dataset, [self.a_tag("active")], hidden=hidden)

    def tag_restore(self):
        vocabulary.restore(self.dataset, [self.a_tag("archived", "deleted", "hidden")])

    def tag_delete(self):
        keep = self.dice.random() < 0.3
        vocabulary.delete(self.dataset, [self.a_tag("active", "unknown")], keep_on_entries=keep)

    def tag_adopt(self):
        vocabulary.adopt(self.dataset, [self.a_tag("unknown", "imported")], category="Source")

    def category_create(self):
        vocabulary.create_category(self.dataset, self.fresh("Weather"))

    def category_rename(self):
        vocabulary.rename_category(self.dataset, self.a_category(), self.fresh("Seasons"))

    def category_order(self):
        vocabulary.order_categories(self.dataset, [self.a_category(), "style"])

    def category_delete(self):
        vocabulary.delete_category(self.dataset, self.a_category())


class Cast:
    """What is done to characters and to who speaks."""

    def a_character(self):
        return self.dice.choice(sorted(characters.read(self.dataset.now())))

    def character_add(self):
        edit_characters.create(self.dataset, self.fresh("Ines Öhl"), description="Mends nets.")

    def character_edit(self):
        edit_characters.edit(self.dataset, self.a_character(), display=self.fresh("The Ferryman"))

    def character_rename(self):
        merge = self.dice.random() < 0.5
        new = self.a_character() if merge else self.fresh("Captain")
        edit_characters.rename(self.dataset, self.a_character(), new, merge=merge)

    def character_deactivate(self):
        edit_characters.archive(self.dataset, [self.a_character()])

    def character_activate(self):
        edit_characters.restore(self.dataset, [self.a_character()])

    def character_remove(self):
        edit_characters.delete(self.dataset, self.a_character())

    def character_assign(self):
        who = self.dice.choice(["Mara", "Wren", ""])
        assign_speakers.assign(self.dataset, {1: who, 2: "Kai"}, self.some(3), create=True)

    def character_map(self):
        wanted = casting([f"wren=:{self.a_character()}", "Ren=user:ren", "kai=assistant:mara"])
        assign_speakers.assign_by_map(self.dataset, wanted, where="", create=True)

    def character_import(self):
        card = self.folder / "card.json"
        values = {"name": self.fresh("Salt Widow"), "description": "Waits.", "extensions": {"odd": [1, None]}}
        card.write_text(json.dumps({"spec": "chara_card_v2", "spec_version": "2.0", "data": values}))
        import_cards.import_cards(self.dataset, [card])


class Prompts:
    """What is done to the prompt library, and copied from it."""

    def a_prompt(self):
        return self.dice.choice(sorted(prompts.read(self.dataset.now())))

    def prompt_add(self):
        prompts.create(self.dataset, self.fresh("Night watch"), text=f"Keep watch, {self.dice.random()}.")

    def prompt_add_from_entry(self):
        prompts.create(self.dataset, self.fresh("From"), entry=self.some(1)[0])

    def prompt_edit(self):
        text = f"Keep quiet, {self.dice.random()}."
        prompts.edit(self.dataset, self.a_prompt(), text=text, display=self.fresh("Day watch"))

    def prompt_remove(self):
        prompts.delete(self.dataset, [self.a_prompt()])

    def prompt_archive(self):
        prompts.archive(self.dataset, [self.a_prompt()])

    def prompt_restore(self):
        prompts.restore(self.dataset, [self.a_prompt()])

    def prompt_apply(self):
        prompts.apply(self.dataset, self.a_prompt(), self.some(3))


class Outside:
    """What comes in and goes out, and is taken back."""

    def import_file(self):
        values = {"from": "human", "value": f"Halt, {self.dice.random()}!"}
        share = {"conversations": [values, {"from": "Kai", "value": "Me?"}], "tags": [self.fresh("Odd One")]}
        path = self.folder / f"{self.fresh('share')}.jsonl"
        path.write_text(json.dumps(share) + "\n")
        import_files.import_files(self.dataset, [path])

    def reimport(self):
        path = self.folder / f"{self.fresh('out')}.jsonl"
        export_op.export(self.dataset, path, format="rolethread")
        records = [json.loads(line) for line in path.read_text().split("\n")[:-1]]
        changed = self.dice.choice(records)
        changed["messages"][-1]["content"] = f"Said elsewhere, {self.dice.random()}."
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        before = set(self.entries())
        result = import_files.import_files(self.dataset, [path])
        assert (result.added, result.conflicts, set(self.entries())) == ([], [], before)

    def export(self):
        format = self.dice.choice(["chatml", "sharegpt", "rolethread"])
        result = export_op.export(self.dataset, self.folder / f"{self.fresh('read')}.jsonl", format=format)
        assert result.entries == len(self.entries())

    def undo(self):
        """Some of the newest operations, some of them again."""
        back = self.dice.randint(1, min(3, len(self.trees)))
        trees = [self.dataset.head_tree()]
        for _ in range(back):
            undo_op.undo(self.dataset)
            trees.append(self.trees.pop())
            assert self.dataset.head_tree() == trees[-1]
        for _ in range(self.dice.randint(0, back)):
            undo_op.redo(self.dataset)
            self.trees.append(trees.pop())
            assert self.dataset.head_tree() == trees[-1]

    def undo_older(self):
        """One somewhere below, where nothing later stands in the way; and at once again."""
        before = self.dataset.head_tree()
        items = [
            o for o in undo_op.operations(self.dataset, 30) if o.operation not in ("undo", "redo", "init")
        ]
        undo_op.undo(self.dataset, self.dice.choice(items[1:]).id)
        undo_op.redo(self.dataset)
        assert self.dataset.head_tree() == before


class Day(Entries, Tags, Cast, Prompts, Outside):
    """One verb after the other, on what dice choose. `trees` are those before each operation that holds."""

    def __init__(self, dataset, seed, run, folder):
        self.dataset, self.dice, self.run, self.folder = dataset, random.Random(seed), run, folder
        self.trees, self.done, self.count = [], Counter(), 0

    def fresh(self, name):
        self.count += 1
        return f"{name} {self.count}"

    def entries(self):
        return {line.value["id"]: line.value for line in self.dataset.now().entries()}

    def some(self, count):
        return self.dice.sample(sorted(self.entries()), count)

    def messages(self):
        """Every message with all its keys."""
        return Counter(digest(m) for entry in self.entries().values() for m in entry["messages"])

    def words(self):
        """What is said, without a look at who says it."""
        output = (m.get("content") for entry in self.entries().values() for m in entry["messages"])
        return Counter(json.dumps(text).replace(" ", "") for text in output)

    @contextmanager
    def same_messages(self, copies):
        before = self.messages()
        yield
        assert set(self.messages()) == set(before)

    @contextmanager
    def same_words(self):
        before = self.words()
        yield
        assert self.words() == before

    def work(self):
        """One verb; one that was not done yet, if there is any. Who refuses changes nothing."""
        left = [verb for verb in VERBS if not self.done[verb]]
        verb = self.dice.choice(left if left and self.dice.random() < 0.7 else VERBS)
        if verb in ("remove", "join", "undo") and len(self.entries()) < 12:
            verb = "duplicate"
        head, folder = self.dataset.repo.head(), self.dataset.now()
        try:
            if hasattr(Tags, verb) or hasattr(Cast, verb):
                with self.same_words():
                    getattr(self, verb)()
            else:
                getattr(self, verb)()
        except (Problem, IndexError):
            if verb in ("edit", "undo", "export"):
                raise
            if verb not in ("undo_older", "repair", "reimport"):
                assert not self.dataset.now().differing(folder)
        self.note(verb, head)
        assert not self.dataset.now().differing(self.dataset.of_tree(self.dataset.head_tree()))

    def note(self, verb, head):
        """Remember what there is to undo."""
        made = []
        commit = self.dataset.repo.head()
        while commit != head:
            results = self.dataset.repo.commit(commit)
            (commit,) = results.parents
            made.append(self.dataset.repo.commit(commit).tree)
        self.done[verb] += bool(made) or verb == "export"
        if not verb.startswith("undo"):
            self.trees += reversed(made)


VERBS = [
    name
    for group in (Entries, Tags, Cast, Prompts, Outside)
    for name in vars(group)
    if not name.startswith(("_", "a_"))
]


@pytest.fixture
def day(dataset, shared, run, tmp_path, monkeypatch) -> Callable[..., Day]:
    def begun(name: str, seed: int) -> Day:
        program = tmp_path / "editor.py"
        program.write_text(EDITOR)
        monkeypatch.setenv("EDITOR", f'"{sys.executable}" "{program}"')
        import_files.import_files(dataset, [shared / name])
        return Day(dataset, seed, run, tmp_path)

    return begun


def worked(day: Day, count: int) -> Day:
    """So many operations, and all of them undone again."""
    first = day.dataset.head_tree()
    while len(day.trees) < count:
        day.work()
    assert validation.validate(day.dataset, day.dataset.now()).counts["error"] == 0
    while day.trees:
        undo_op.undo(day.dataset)
        assert day.dataset.head_tree() == day.trees.pop()
    assert day.dataset.head_tree() == first
    return day


def test_an_hour_of_work_is_sound_and_can_be_undone_step_by_step(day, git):
    result = worked(day("rolethread/group_chat", 1), 30)

    git("fsck", "--full", "--strict", "--no-dangling", cwd=result.dataset.path, check=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", WORK)
def test_a_day_of_work_with_every_verb_is_sound_and_can_be_undone_step_by_step(day, git, name):
    result = worked(day(name, 2), 200)

    assert [verb for verb in VERBS if not result.done[verb]] == []
    git("fsck", "--full", "--strict", "--no-dangling", cwd=result.dataset.path, check=0)
    assert git("status", "--porcelain", cwd=result.dataset.path, check=0).out == ""
