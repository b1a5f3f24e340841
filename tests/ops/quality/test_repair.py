"""Repair: what can be mended is, one commit a rule; words stay; doing it again changes nothing."""

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

import talekeep.rules as rules
from talekeep.core.entry import messages_of
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.history import commit
from talekeep.ops.history import log
from talekeep.ops.merge import undo
from talekeep.ops.quality import repair
from talekeep.ops.workspace import validation
from talekeep.rules import Context

OWN = "123e4567-e89b-42d3-a456-42661417400"
MENDABLE = [rule for rule in rules.RULES if rule.mend is not None]


def committed_unchecked(dataset, git, edit, *changes):
    for old, new in changes:
        edit(old, new)
    git("commit", "-q", "--no-verify", "-am", "by hand", cwd=dataset.path, check=0)


@pytest.mark.parametrize("rule", MENDABLE, ids=lambda rule: rule.code)
def test_the_bad_example_is_mended(rule):
    mended = rule.mend(rule.bad, Context())
    assert not list(rule.check(mended, Context()))


@pytest.mark.parametrize("rule", MENDABLE, ids=lambda rule: rule.code)
def test_the_good_example_is_left_alone(rule):
    assert rule.mend(rule.good, Context()) == rule.good


_TEXTS = st.sampled_from(["Who goes there?", " Hello\n", "", "\t", "ok"])
_ROLES = st.sampled_from(["user", "Human", "gpt", "ASSISTANT ", "system", "Mara", 3, None])
_MESSAGES = st.fixed_dictionaries({"role": _ROLES, "content": _TEXTS | st.none() | st.integers()})
_TAGS = st.lists(st.sampled_from(["a", "A", "Slow Burn", "slow_burn", " ", "!", 7, None]), max_size=4)
_ENTRIES = st.fixed_dictionaries(
    {"messages": st.lists(_MESSAGES | st.text(max_size=3), max_size=5)},
    optional={"tags": _TAGS | st.sampled_from(["one tag", None, 5]), "x": st.integers()},
)


@settings(max_examples=200)
@forall(_ENTRIES, st.sampled_from([Context(), Context(strict=True)]))
def test_mending_twice_is_mending_once_and_no_word_changes(entry, context):
    once = entry
    for rule in MENDABLE:
        once = rule.mend(once, context)
        assert rule.mend(once, context) == once, rule.code
    words = [str(m.get("content")).split() for m in messages_of(entry)]
    assert [str(m.get("content")).split() for m in messages_of(once)] == words
    assert len(once["messages"]) == len(entry["messages"])
    assert once.get("x") == entry.get("x")


def test_each_rule_gets_a_commit_of_its_own(dataset, take, talk, entries, edit, git):
    take([talk("one"), talk("two")])
    committed_unchecked(
        dataset,
        git,
        edit,
        ('"role":"user","content":"one"', '"role":"Human","content":"one"'),
        ('"content":"two"', '"content":"two\\n"'),
    )
    result = repair.repair(dataset, select=["S107", "T209"])
    assert [(one.code, len(one.changes)) for one in result.repairs] == [("S107", 1), ("T209", 1)]
    assert [e["messages"][0]["content"] for e in entries()] == ["one", "two"]
    assert [e["messages"][0]["role"] for e in entries()] == ["user", "user"]
    subjects = [row.subject for row in log.log(dataset, limit=2)]
    assert subjects == [
        "Repair T209 content-whitespace in 1 entry",
        "Repair S107 role-spelling in 1 entry",
    ]
    assert repair.repair(dataset).repairs == []


def test_repairs_are_undone_one_by_one(dataset, take, talk, edit, git):
    take([talk("one"), talk("two")])
    committed_unchecked(dataset, git, edit, ('"content":"two"', '"content":" two"'))
    before = dataset.head_tree()
    repair.repair(dataset)
    assert dataset.head_tree() != before
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_a_dry_run_shows_each_change_and_makes_none(dataset, take, talk, edit, git):
    take([talk("one")])
    committed_unchecked(dataset, git, edit, ('"content":"one"', '"content":"one "'))
    before = dataset.head_tree()
    result = repair.repair(dataset, dry_run=True)
    assert [change.kind for change in result.repairs[0].changes] == ["changed"]
    assert (result.repairs[0].commit, dataset.head_tree()) == (None, before)


def test_one_fault_is_mended_though_another_is_left(dataset, take, talk, edit, git):
    take([talk("one"), talk("two")])
    committed_unchecked(
        dataset,
        git,
        edit,
        ('"role":"user","content":"one"', '"role":"narrator","content":"one"'),
        ('"role":"user","content":"two"', '"role":"Human","content":"two"'),
    )
    assert [one.code for one in repair.repair(dataset, select=["S"]).repairs] == ["S107"]
    left = validation.validate_at(dataset, select=["S"]).findings
    assert [f.code for f in left if f.severity == "error"] == ["S106"]


def test_an_entry_without_id_gets_one_and_a_foreign_id_goes_to_the_sidecar(
    dataset, take, talk, entries, edit, git
):
    take([talk("one", id=OWN + "1"), talk("two", id=OWN + "2")])
    committed_unchecked(dataset, git, edit, (f'"id":"{OWN}1",', ""), (f'"id":"{OWN}2"', '"id":"scene-12"'))
    result = repair.repair(dataset, select=["S003", "S004"])
    assert [one.code for one in result.repairs] == ["S003", "S004"]
    first, second = entries()
    assert not validation.validate_at(dataset, select=["S00"]).counts["error"]
    part = dataset.now().parts()[0]
    assert dataset.now().sidecars(part)[second["id"]]["source"]["id"] == "scene-12"
    assert first["messages"][0]["content"] == "one"


def test_of_two_entries_with_one_id_the_copy_goes_and_the_other_gets_its_own(
    dataset, take, talk, entries, git
):
    take([talk("one", id=OWN + "1")])
    part = dataset.path / dataset.now().parts()[0]
    line = part.read_bytes()
    part.write_bytes(line + line + line.replace(b"one", b"another"))
    git("commit", "-q", "--no-verify", "-am", "by hand", cwd=dataset.path, check=0)

    repair.repair(dataset, select=["S005"])

    texts = [e["messages"][0]["content"] for e in entries()]
    assert texts == ["one", "another"]
    ids = [e["id"] for e in entries()]
    assert ids[0] == OWN + "1"
    known = dataset.now().sidecars(dataset.now().parts()[0])
    assert sorted(known) == sorted(ids)
    assert {k: v for k, v in known[ids[1]].items() if k != "id"} == {
        k: v for k, v in known[ids[0]].items() if k != "id"
    }


def test_a_sidecar_line_without_an_entry_goes(dataset, take, talk, git):
    take([talk("one"), talk("two")])
    part = dataset.path / dataset.now().parts()[0]
    part.write_bytes(part.read_bytes().split(b"\n")[0] + b"\n")
    git("commit", "-q", "-am", "by hand", cwd=dataset.path, check=0)
    repair.repair(dataset, select=["S009"])
    assert len(dataset.now().sidecars(dataset.now().parts()[0])) == 1


def test_uncommitted_work_is_mended_as_it_lies_and_not_committed(dataset, take, talk, edit, entries):
    take([talk("one"), talk("two")])
    head = dataset.repo.head()
    edit('"role":"user","content":"two"', '"role":"Human","content":"my own edit"')
    with pytest.raises(Refused, match="not committed"):
        repair.repair(dataset)
    result = repair.repair(dataset, commit=False)
    assert [one.code for one in result.repairs] == ["S107"]
    assert dataset.repo.head() == head
    assert entries()[1]["messages"][0] == {"role": "user", "content": "my own edit"}
    assert commit.commit(dataset).changed == 1


def test_only_entries_that_match_are_mended(dataset, take, talk, edit, git, entries):
    take([talk("one"), talk("two")])
    committed_unchecked(
        dataset, git, edit, ('"content":"one"', '"content":"one "'), ('"content":"two"', '"content":"two "')
    )
    repair.repair(dataset, where="text:one")
    assert [e["messages"][0]["content"] for e in entries()] == ["one", "two "]


def test_what_needs_a_person_is_refused_by_name(dataset):
    with pytest.raises(Usage, match="T201"):
        repair.repair(dataset, select=["T201"])
