"""The prompt library: copied on use, never linked."""

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library.prompts import KIND
from talekeep.library.prompts import Prompt
from talekeep.ops.library import prompts
from talekeep.ops.merge import undo
from talekeep.store import libraries
from talekeep.store.models import Models

KEEPER = "You keep the lighthouse.\n\nNever leave it."


def systems(entries):
    firsts = [e["messages"][0] for e in entries()]
    return [m["content"] if m["role"] == "system" else None for m in firsts]


@pytest.fixture
def two(take, talk, dataset):
    prompt = {"role": "system", "content": "Fog.", "name": "board"}
    result = take([{"messages": [prompt, *talk()["messages"]], "mood": "grey"}, talk("Still?")])
    prompts.create(dataset, "Keeper", text=KEEPER, description="short")
    return [taken.id for taken in result.added]


def test_a_prompt_is_copied_into_entries_and_they_never_follow_it(dataset, two, entries):
    result = prompts.apply(dataset, "keeper", where="")
    assert (systems(entries), sorted(result.changed)) == ([KEEPER, KEEPER], sorted(two))
    assert entries()[0]["messages"][0] == {"role": "system", "name": "board", "content": KEEPER}
    assert (entries()[0]["mood"], len(entries()[1]["messages"])) == ("grey", 3)
    prompts.edit(dataset, "keeper", text="Something else.")
    prompts.delete(dataset, ["keeper"])
    assert systems(entries) == [KEEPER, KEEPER]


def test_usage_counts_the_entries_whose_prompt_is_the_very_text(dataset, two):
    prompts.apply(dataset, "KEEPER", two[:1])
    assert [(r.slug, r.entries) for r in prompts.listed(dataset, usage=True).prompts] == [("keeper", 1)]
    assert prompts.show(dataset, "Keeper").entries == 1
    assert prompts.listed(dataset).prompts[0].entries is None


def test_a_prompt_can_be_taken_from_an_entry(dataset, two):
    prompts.create(dataset, "Fog", entry=two[0])
    assert prompts.show(dataset, "fog").content == "Fog."
    with pytest.raises(Usage, match="no system prompt"):
        prompts.create(dataset, "None", entry=two[1])


@pytest.mark.parametrize("given_", [{}, {"text": "a", "entry": "b"}, {"text": " \n"}, {"text": ""}])
def test_a_prompt_needs_one_text_that_is_not_blank(dataset, given_):
    with pytest.raises(Usage):
        prompts.create(dataset, "Keeper", **given_)


TEXTS = [
    "a\r\nb\rc",
    'three """ quotes \'\'\' and one " and a \\ at the end \\',
    "\n\nleading and trailing\n",
    "tab\tnull\x00escape\x1b\u2028\u0085\u202e",
    "多行\n文本 \U0001f30a",
    "x" * 60_000,
    ("a paragraph of some words\n\n" * 2000),
    "=\n[not_a_table]\nkey = 1",
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_comes_back_as_it_was(dataset, take, talk, entries, text):
    take([talk()])
    prompts.create(dataset, "恋愛 prompt", text=text)
    prompts.create(dataset, "beside", text="with\rreturn")
    assert prompts.show(dataset, "恋愛_prompt").content == text
    prompts.apply(dataset, "恋愛 Prompt", where="")
    assert systems(entries) == [text]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=200)
def test_any_unicode_text_survives_the_file(text):
    known = {"p": Prompt(name="p", content=text), "q": Prompt(name="q", content="a\nb", description=text)}
    assert Models().read(KIND.shape, libraries.dump(KIND, known, Models()), KIND.path, dict) == known


@pytest.mark.parametrize("text", ["x" * 70_000, "a\r\n" * 40_000, "lone \udc80"])
def test_what_the_library_cannot_hold_is_refused(dataset, text):
    with pytest.raises(Refused):
        prompts.create(dataset, "Keeper", text=text)
    assert prompts.listed(dataset).prompts == []


def test_a_name_is_free_or_refused_and_both_prompts_stay(dataset, two):
    prompts.create(dataset, "Other", text="b")
    with pytest.raises(Refused, match="already"):
        prompts.create(dataset, "KEEPER", text="a")
    with pytest.raises(Refused, match="already"):
        prompts.edit(dataset, "other", display="Keeper")
    assert [r.content for r in prompts.listed(dataset).prompts] == [KEEPER, "b"]
    with pytest.raises(Usage, match="letter or digit"):
        prompts.create(dataset, "…", text="a")


def test_names_of_any_script_are_good_prompts(dataset):
    """Weak spot 11.1 #5: such a name has no letters left, or is another's."""
    for name in ("灯台守", "Über", "Uber"):
        prompts.create(dataset, name, text=KEEPER)
    assert {row.slug for row in prompts.listed(dataset).prompts} == {"灯台守", "über", "uber"}


def test_editing_leaves_what_is_not_named(dataset, two):
    prompts.edit(dataset, "keeper", display="Night Keeper")
    row = prompts.show(dataset, "night keeper")
    assert (row.slug, row.name, row.content, row.description) == (
        "night_keeper",
        "Night Keeper",
        KEEPER,
        "short",
    )
    prompts.edit(dataset, "night_keeper", description="")
    prompts.edit(dataset, "night_keeper", display="NIGHT keeper")
    assert prompts.show(dataset, "night_keeper").name == "NIGHT keeper"
    for wrong in ({}, {"text": " "}, {"display": " "}):
        with pytest.raises(Usage):
            prompts.edit(dataset, "night_keeper", **wrong)


def test_an_archived_prompt_is_kept_and_not_offered(dataset, two):
    tree = dataset.head_tree()
    prompts.archive(dataset, ["keeper"])
    assert prompts.listed(dataset).prompts == []
    assert [r.active for r in prompts.listed(dataset, archived=True).prompts] == [False]
    with pytest.raises(Refused) as refused:
        prompts.apply(dataset, "keeper", where="")
    assert refused.value.hint == "talekeep prompt restore keeper"
    with pytest.raises(Refused, match="archived"):
        prompts.create(dataset, "Keeper", text="a")
    prompts.restore(dataset, ["keeper"])
    assert dataset.head_tree() == tree


def test_one_unknown_name_and_nothing_happens(dataset, two):
    tree = dataset.head_tree()
    for change in (prompts.delete, prompts.archive, prompts.restore):
        with pytest.raises(NotFound, match="nobody"):
            change(dataset, ["keeper", "nobody"])
    assert dataset.head_tree() == tree


def test_the_first_prompt_is_undone_with_its_file(dataset):
    tree = dataset.head_tree()
    prompts.create(dataset, "Keeper", text="a", dry_run=True)
    assert dataset.head_tree() == tree
    prompts.create(dataset, "Keeper", text="a")
    undo.undo(dataset)
    assert dataset.head_tree() == tree


def test_a_file_is_read_as_utf8_without_its_last_line_end(tmp_path):
    file = tmp_path / "keeper.txt"
    file.write_bytes("\ufeffFog.\r\n\nÉté.\n".encode())
    assert prompts.text_of_file(file) == "Fog.\r\n\nÉté."
    file.write_bytes(b"caf\xe9")
    with pytest.raises(Refused, match="byte 4"):
        prompts.text_of_file(file)
    file.write_bytes(b"x" * 70_000)
    with pytest.raises(Refused, match="larger"):
        prompts.text_of_file(file)
    with pytest.raises(NotFound):
        prompts.text_of_file(tmp_path / "none.txt")
