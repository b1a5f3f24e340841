"""Many edits are one commit, or none."""

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

import talekeep

ID = "123e4567-e89b-42d3-a456-4266141740{:02}"


def reply(text: str, entry: talekeep.Entry) -> talekeep.Entry:
    entry["messages"][1]["content"] = text
    return entry


def test_many_edits_are_one_commit(dataset) -> None:
    before = len(dataset.log())

    with dataset.change("Work over the drafts") as change:
        for entry in dataset.entries(where="tag:draft"):
            change.save(reply("Better.", entry))
        change.tag("reviewed", where="tag:draft")
        change.untag("draft", [ID.format(1)])
        change.remove(ID.format(0))
        change.add({"messages": [{"role": "user", "content": "New?"}]})

    rows = dataset.log()
    assert len(rows) == before + 1
    assert (rows[0].subject, rows[0].operation) == ("Work over the drafts", "change")
    assert rows[0].entries == {"added": 1, "changed": 5, "removed": 1}
    assert change.result.commit == rows[0].id
    assert dataset.get(ID.format(1))["tags"] == ["reviewed"]
    assert dataset.get(ID.format(3))["tags"] == ["draft", "reviewed"]
    assert dataset.count() == 10


def test_an_exception_leaves_everything_as_it_was(dataset) -> None:
    head = dataset.log()[0].id
    change = dataset.change("Half done")

    def work() -> None:
        with change:
            change.remove(where="tag:draft")
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert (dataset.log()[0].id, dataset.count(), change.result) == (head, 10, None)
    assert not dataset.status().changes.any


def test_a_refused_edit_refuses_them_all(dataset) -> None:
    head = dataset.log()[0].id

    def work() -> None:
        with dataset.change("One is bad") as change:
            change.tag("kept", ID.format(2))
            change.add({"messages": [{"role": "narrator", "content": "x"}]})

    with pytest.raises(talekeep.Invalid):
        work()
    assert dataset.log()[0].id == head
    assert not dataset.status().changes.any


def test_no_edit_is_no_commit(dataset) -> None:
    head = dataset.log()[0].id

    with dataset.change("Nothing") as change:
        change.save(dataset.get(ID.format(1)))

    assert (change.result.commit, dataset.log()[0].id) == (None, head)


def test_edits_build_on_each_other(dataset) -> None:
    with dataset.change("Twice") as change:
        entry = change.get(ID.format(1))
        entry["tags"].append("first")
        change.save(entry)
        again = change.get(ID.format(1))
        assert again["tags"] == ["draft", "first"]
        change.save(reply("Second.", again))
        entry["tags"].append("too late")
        change.remove(ID.format(2))
        with pytest.raises(talekeep.NotFound, match="removed already"):
            change.get(ID.format(2))

    entry = dataset.get(ID.format(1))
    assert (entry["tags"], entry["messages"][1]["content"]) == (["draft", "first"], "Second.")


def test_what_others_commit_meanwhile_is_merged(dataset) -> None:
    with dataset.change("Slow work") as change:
        dataset.tag("meanwhile", ID.format(1))
        change.save(reply("Edited.", change.get(ID.format(1))))

    entry = dataset.get(ID.format(1))
    assert (entry["tags"], entry["messages"][1]["content"]) == (["draft", "meanwhile"], "Edited.")
    assert change.result.notes == (f"entry {ID.format(1)} changed meanwhile; it was merged with your change",)


def test_what_others_change_in_the_same_place_stops_the_whole_change(dataset) -> None:
    def work() -> None:
        with dataset.change("Slow work") as change:
            dataset.replace("Answer 1.", "Theirs!", [ID.format(1)])
            change.tag("kept", ID.format(2))
            change.save(reply("Ours.", change.get(ID.format(1))))

    with pytest.raises(talekeep.Refused, match="changed meanwhile in the same place"):
        work()
    assert dataset.get(ID.format(1))["messages"][1]["content"] == "Theirs!"
    assert dataset.get(ID.format(2))["tags"] == []


def test_an_entry_that_others_removed_or_changed_stops_the_change(dataset) -> None:
    def save() -> None:
        with dataset.change("Slow work") as change:
            change.save(reply("Ours.", change.get(ID.format(1))))
            dataset.remove(ID.format(1))

    def remove() -> None:
        with dataset.change("Slow work") as change:
            change.remove(ID.format(2))
            dataset.tag("kept", ID.format(2))

    for work in (save, remove):
        with pytest.raises(talekeep.Refused, match="meanwhile"):
            work()
    assert dataset.get(ID.format(2))["tags"] == ["kept"]


def test_a_change_is_open_only_in_its_block(dataset) -> None:
    change = dataset.change("Later")
    with pytest.raises(talekeep.Usage, match="inside its `with` block"):
        change.tag("kept", ID.format(1))
    with pytest.raises(talekeep.Usage, match="needs a subject"):
        dataset.change("  ")


def test_entries_need_an_id_to_be_saved_and_must_exist(dataset) -> None:
    with dataset.change("Odd ones") as change:
        with pytest.raises(talekeep.Usage, match="without an id"):
            change.save({"messages": []})
        with pytest.raises(talekeep.NotFound):
            change.save({"id": ID.format(77), "messages": []})


STEPS = st.lists(
    st.tuples(st.sampled_from(["save", "tag", "untag", "remove", "add"]), st.integers(0, 9)), max_size=12
)


@given(steps=STEPS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_change_is_what_the_single_edits_would_be(dataset, steps) -> None:
    """The state after the block equals the same steps done on a plain dict of entries."""
    model = {entry["id"]: entry for entry in dataset.entries()}
    added = 0
    with dataset.change("Random") as change:
        for what, number in steps:
            name = ID.format(number)
            if what == "add":
                change.add({"messages": [{"role": "user", "content": f"New {number}"}]})
                added += 1
            elif name not in model:
                continue
            elif what == "save":
                model[name] = reply(f"Text {number}", change.get(name))
                change.save(model[name])
            elif what == "remove":
                del model[name]
                change.remove(name)
            else:
                (change.tag if what == "tag" else change.untag)("kept", name)
                tags = [tag for tag in model[name]["tags"] if tag != "kept"]
                model[name] = {
                    **model[name],
                    "tags": [*model[name]["tags"], "kept"] if what == "tag" else tags,
                }
                model[name]["tags"] = list(dict.fromkeys(model[name]["tags"]))

    now = {entry["id"]: entry for entry in dataset.entries()}
    assert {name: entry for name, entry in now.items() if name in model} == model
    assert len(now) == len(model) + added
    if change.result.commit:
        dataset.undo()
