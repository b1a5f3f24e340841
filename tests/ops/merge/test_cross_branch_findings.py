"""After a merge: what neither side had alone is said, and what a rule can mend comes in line."""

import pytest

from talekeep import rules
from talekeep.library import characters
from talekeep.library.tags import renamed
from talekeep.library.tags import with_built_in
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.library import tag_entries
from talekeep.ops.library import vocabulary
from talekeep.ops.merge import cross_branch_findings
from talekeep.ops.merge import merge
from talekeep.ops.merge import resolve
from talekeep.ops.quality import repair
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import chosen
from talekeep.store import libraries
from talekeep.store.dataset import Dataset


@pytest.fixture
def forked(dataset, take, talk) -> Dataset:
    """Three entries and two characters on main, and a branch `side` at the same commit."""
    cast = {"mara": characters.Character(name="Mara"), "wren": characters.Character(name="Wren")}
    with dataset.writing("test"):
        dataset.write({characters.KIND.path: libraries.dump(characters.KIND, cast, dataset.models)}, "Cast")
    take([talk("1", tags=["draft"]), talk("2"), talk("3")])
    branches.create_branch(dataset, "side")
    return dataset


def on_side(dataset: Dataset, change) -> None:
    branches.switch(dataset, "side")
    change()
    branches.switch(dataset, "main")


def results_of(result) -> list[tuple[str, str | None]]:
    return [(f.code, f.entry) for f in result.findings]


def write(dataset: Dataset, path: str, data: bytes) -> None:
    with dataset.writing("test"):
        dataset.write({path: data}, "Test")


@pytest.mark.parametrize("ours_renames", [True, False])
def test_an_old_name_that_the_other_side_used_is_said_and_mended(forked, take, talk, entries, ours_renames):
    def rename():
        vocabulary.rename(forked, "draft", "sketch")

    def use():
        tag_entries.add(forked, ["draft"], where="text:2")
        take([talk("4", tags=["x", "draft", "sketch"])], "more.jsonl")

    on_side(forked, use if ours_renames else rename)
    (rename if ours_renames else use)()
    result = merge.merge(forked, "side")
    second, fourth = (e["id"] for e in entries() if e["messages"][0]["content"] in "24")
    assert sorted(results_of(result)) == sorted([("S116", second), ("S116", fourth)])
    assert result.done
    assert result.commit == forked.repo.head()
    assert cross_branch_findings.mendable(result.findings) == ["S116"]
    words = with_built_in(libraries.vocabulary(forked.now()))
    mend = rules.BY_CODE["S116"].mend
    assert mend is not None
    context = rules.Context(renamed=renamed(words))
    assert [mend(e, context)["tags"] for e in entries()] == [["sketch"], ["sketch"], [], ["x", "sketch"]]


def test_a_merge_that_fits_says_nothing(forked, take, talk):
    on_side(forked, lambda: take([talk("4", tags=["noir"])], "more.jsonl"))
    vocabulary.rename(forked, "draft", "sketch")
    tag_entries.add(forked, ["sketch"], where="")
    assert merge.merge(forked, "side").findings == []


def test_what_a_side_had_already_is_not_news(forked, take, talk):
    vocabulary.rename(forked, "draft", "sketch")
    take([talk("4", tags=["draft"])], "more.jsonl")
    on_side(forked, lambda: take([talk("5")], "side.jsonl"))
    assert merge.merge(forked, "side").findings == []


@pytest.mark.parametrize("retire", [vocabulary.archive, vocabulary.delete])
def test_a_tag_that_the_other_side_retired_is_said(forked, entries, retire):
    on_side(forked, lambda: retire(forked, ["pacing"]))
    tag_entries.add(forked, ["pacing"], where="text:2")
    result = merge.merge(forked, "side")
    assert results_of(result) == [("S118", entries()[1]["id"])]
    assert cross_branch_findings.mendable(result.findings) == []


def test_a_note_beside_an_entry_that_the_other_side_removed_goes_with_it_and_is_named(forked, entries):
    def with_second(change) -> None:
        with forked.writing("test"):
            draft = Draft(forked)
            change(draft, chosen(forked, draft.now, [], "text:2")[0])
            draft.finish("Test", "test")

    second = entries()[1]["id"]
    path = forked.now().parts()[0].replace("entries", "sidecars")
    write(forked, path, b"")
    branches.create_branch(forked, "other")
    branches.switch(forked, "other")
    with_second(lambda draft, it: draft.remove(it))
    branches.switch(forked, "main")
    with_second(lambda draft, it: draft.annotate(it, {"note": "kept"}))
    result = merge.merge(forked, "other")
    assert [(left.entry, left.sidecar) for left in result.left] == [(second, {"note": "kept"})]
    assert results_of(result) == []


def test_a_character_that_the_other_side_removed_or_retired_is_said(forked, take, talk, entries):
    left = {"mara": characters.Character(name="Mara", active=False)}
    on_side(
        forked,
        lambda: write(forked, characters.KIND.path, libraries.dump(characters.KIND, left, forked.models)),
    )
    spoken = talk("4")
    spoken["messages"][1]["name"] = "wren"
    take([spoken], "a.jsonl")
    prompt = {"role": "system", "content": "You are Mara."}
    take([{"messages": [prompt, *talk("5")["messages"]]}], "b.jsonl")
    result = merge.merge(forked, "side")
    fourth, fifth = (e["id"] for e in entries()[-2:])
    assert results_of(result) == [("C402", fourth), ("C401", fifth)]


def test_a_rule_that_is_off_is_not_heard(forked, take, talk):
    settings = (forked.path / "talekeep.toml").read_bytes()
    write(
        forked, "talekeep.toml", settings.replace(b"[validation.rules]", b'[validation.rules]\nS116 = "off"')
    )
    on_side(forked, lambda: take([talk("4", tags=["draft"])], "more.jsonl"))
    vocabulary.rename(forked, "draft", "sketch")
    with Dataset.open(forked.path) as again:
        assert merge.merge(again, "side").findings == []


def test_a_preview_says_the_same_and_writes_nothing(forked, take, talk):
    on_side(forked, lambda: take([talk("4", tags=["draft"])], "more.jsonl"))
    vocabulary.rename(forked, "draft", "sketch")
    head = forked.repo.head()
    previewed = merge.merge(forked, "side", preview=True)
    assert forked.repo.head() == head
    assert previewed.findings == merge.merge(forked, "side").findings != []


def test_the_command_that_mends_what_is_found_is_one_that_works(forked):
    assert cross_branch_findings.repair_of(["S009", "S116"]) == "talekeep repair --select S009 --select S116"
    assert repair.repair(forked, select=["S009", "S116"]).repairs == []


@pytest.fixture
def apart(forked, take, talk) -> Dataset:
    """Main calls a tag by its new name, `side` uses the old one."""
    on_side(forked, lambda: take([talk("4", tags=["draft"])], "more.jsonl"))
    vocabulary.rename(forked, "draft", "sketch")
    return forked


def test_a_merge_by_git_says_the_same(apart, entries, git):
    result = git("merge", "-q", "--no-edit", "side", cwd=apart.path, check=0)
    *_, output, following = result.err.splitlines()
    assert "S116 renamed-tag" in output
    assert entries()[-1]["id"] in output
    assert following == "next: talekeep repair --select S116"


def test_a_fast_forward_and_a_squash_by_git_say_nothing(apart, git):
    def merged(*how: str) -> str:
        return git("merge", "-q", "--no-edit", *how, cwd=apart.path, check=0).err

    assert "S116" not in merged("--squash", "side")
    git("reset", "-q", "--hard", cwd=apart.path, check=0)
    git("checkout", "-q", "side", cwd=apart.path, check=0)
    assert "S116" in merged("main")
    git("checkout", "-q", "main", cwd=apart.path, check=0)
    assert "S116" not in merged("--ff-only", "side")


def test_a_merge_that_was_finished_by_hand_is_looked_at(forked, take, talk, edit, entries):
    def on_both(text):
        edit("A friend of 1", text)
        commit.commit(forked)

    on_side(forked, lambda: (take([talk("4", tags=["draft"])], "more.jsonl"), on_both("Nobody")))
    vocabulary.rename(forked, "draft", "sketch")
    on_both("Somebody")
    assert merge.merge(forked, "side").findings == []
    resolve.resolve(forked, resolve.choose_side("ours"), where="")
    would = commit.commit(forked, dry_run=True)
    result = commit.commit(forked)
    assert results_of(result) == results_of(would) == [("S116", entries()[-1]["id"])]
    assert result.commit == forked.repo.head()
    assert commit.commit(forked).findings == []
