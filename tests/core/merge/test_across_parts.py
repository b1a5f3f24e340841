"""Records that a side put into another part are settled with what the other side did to them."""

import json

from tests.core.merge.test_split_entries import TEXTS
from tests.core.merge.test_split_entries import entry
from tests.core.merge.test_split_entries import joined
from tests.core.merge.test_split_entries import split
from tests.core.merge.test_split_entries import texts

from talekeep.core import codec
from talekeep.core.merge.across_parts import differing
from talekeep.core.merge.across_parts import followed
from talekeep.core.merge.across_parts import kin_in
from talekeep.core.merge.across_parts import may_cross
from talekeep.core.merge.parts import merge_part

FIRST, SECOND = entry("A"), entry("B", "zh")
OTHER = entry("Z", texts=["Nothing to do with it.", "Nothing at all."])


def merged(base, ours, theirs, sidecars=([], [], [])):
    """Parts by name, each a list of records; and the conflicts. Swapping the sides changes nothing else."""
    results = []
    known = [[*map(codec.encode, side)] for side in sidecars]
    for order in ((0, 1, 2), (0, 2, 1)):
        sides = [(base, ours, theirs)[n] for n in order]
        kin = kin_in([tuple(known[n] for n in order)])
        names = sorted({name for side in sides for name in side})
        data = {n: tuple(b"".join(map(codec.encode, side.get(n, []))) for side in sides) for n in names}
        lines = {name: differing(*versions) for name, versions in data.items()}
        settled = followed(lines, kin) if may_cross(lines.values()) else {}
        made = {name: merge_part(*versions, settled.get(name, {})) for name, versions in data.items()}
        assert [one.refused for one in made.values()] == [None] * len(names)
        results.append(made)
    first, second = results
    conflicts = [row for one in first.values() for row in one.conflicts]
    assert len(conflicts) == sum(len(one.conflicts) for one in second.values())
    if not conflicts:
        assert {n: one.data for n, one in first.items()} == {n: one.data for n, one in second.items()}
    return {n: [json.loads(line) for line in one.data.splitlines()] for n, one in first.items()}, conflicts


def edited(whole, number, text):
    messages = [{**m, "content": text} if n == number else m for n, m in enumerate(whole["messages"])]
    return {**whole, "messages": messages}


def test_an_edit_of_an_entry_that_was_joined_to_one_in_another_part_comes_along():
    text = TEXTS["zh"][2] + "在夜里。"
    results, conflicts = merged(
        {"1": [FIRST, OTHER], "2": [SECOND]},
        {"1": [joined(FIRST, SECOND), OTHER], "2": []},
        {"1": [FIRST, OTHER], "2": [edited(SECOND, 2, text)]},
    )
    assert conflicts == []
    assert texts(results["1"][0]) == [*TEXTS["en"], *TEXTS["zh"][:2], text, *TEXTS["zh"][3:]]
    assert results["2"] == []


def test_an_edit_of_the_first_one_alone_comes_along_too():
    results, conflicts = merged(
        {"1": [FIRST], "2": [SECOND]},
        {"1": [joined(FIRST, SECOND)], "2": []},
        {"1": [edited(FIRST, 1, TEXTS["en"][1] + " It is late.")], "2": [SECOND]},
    )
    assert conflicts == []
    assert texts(results["1"][0])[1] == TEXTS["en"][1] + " It is late."
    assert len(texts(results["1"][0])) == 12


def test_a_split_of_what_was_joined_from_another_part_stays_beside_it():
    results, conflicts = merged(
        {"1": [FIRST], "2": [SECOND]},
        {"1": [joined(FIRST, SECOND)], "2": []},
        {"1": [FIRST], "2": split(SECOND, 1, names="C")},
    )
    assert conflicts == []
    assert texts(results["1"][0]) == [*TEXTS["en"], *TEXTS["zh"][:2]]
    assert [texts(one) for one in results["2"]] == [TEXTS["zh"][2:]]


def test_a_part_of_an_entry_that_was_put_into_another_file_gets_its_edits():
    first, second = split(FIRST, 2, names="B")
    text = TEXTS["en"][5] + " And soon."
    results, conflicts = merged(
        {"1": [FIRST, OTHER], "2": []},
        {"1": [first, OTHER], "2": [second]},
        {"1": [edited(FIRST, 5, text), OTHER], "2": []},
    )
    assert conflicts == []
    assert texts(results["1"][0]) == TEXTS["en"][:4]
    assert texts(results["2"][0]) == [TEXTS["en"][4], text]


def test_an_entry_that_a_cut_moved_takes_its_edit_along():
    results, conflicts = merged(
        {"1": [FIRST, SECOND]},
        {"1": [FIRST], "2": [SECOND]},
        {"1": [FIRST, {**SECOND, "tags": ["calm", "storm"]}]},
    )
    assert (conflicts, results["1"]) == ([], [FIRST])
    assert results["2"] == [{**SECOND, "tags": ["calm", "storm"]}]


def test_an_entry_that_both_sides_moved_stands_once():
    results, conflicts = merged(
        {"1": [FIRST, SECOND]}, {"1": [FIRST], "2": [SECOND]}, {"1": [FIRST], "3": [SECOND]}
    )
    assert conflicts == []
    assert sorted(map(len, results.values())) == [0, 1, 1]


def test_a_moved_entry_that_the_other_side_removed_is_gone():
    results, conflicts = merged({"1": [FIRST, SECOND]}, {"1": [FIRST], "2": [SECOND]}, {"1": [FIRST]})
    assert (conflicts, results) == ([], {"1": [FIRST], "2": []})


def test_a_moved_and_edited_entry_that_the_other_side_removed_is_a_conflict_where_it_is_now():
    moved = {**SECOND, "tags": ["storm"]}
    results, conflicts = merged({"1": [FIRST, SECOND]}, {"1": [FIRST], "2": [moved]}, {"1": [FIRST]})
    assert [(name, conflict["path"]) for name, conflict in conflicts] == [("B", [])]
    assert [one["id"] for one in results["2"]] == ["B"]


def renamed(whole):
    return {**whole, "messages": [{**m, "content": m["content"] + " Maren"} for m in whole["messages"]]}


def test_a_record_of_a_join_lets_a_merge_follow_what_was_changed_in_every_message():
    for there in ("1", "2"):
        base = {"1": [FIRST, OTHER], "2": []}
        base[there] = [*base[there], SECOND]
        named = {**SECOND, "messages": [{**m, "name": "mara"} for m in SECOND["messages"]]}
        theirs = {part: [named if one is SECOND else one for one in held] for part, held in base.items()}
        sidecar = {"id": "A", "joined": [{"id": "B"}]}
        results, conflicts = merged(
            base,
            {"1": [joined(FIRST, renamed(SECOND)), OTHER], "2": []},
            theirs,
            ([], [sidecar], []),
        )
        assert conflicts == []
        messages = results["1"][0]["messages"][6:]
        assert [m["name"] for m in messages] == ["mara"] * 6
        assert all(m["content"].endswith("Maren") for m in messages)


def test_a_record_of_a_split_lets_a_merge_follow_a_part_that_was_changed_in_every_message():
    first, second = split(FIRST, 1, names="B")
    longer = {**FIRST, "messages": [*FIRST["messages"], *OTHER["messages"]]}
    results, conflicts = merged(
        {"1": [FIRST, SECOND], "2": []},
        {"1": [first, SECOND], "2": [renamed({**second, "id": "C"})]},
        {"1": [longer, SECOND], "2": []},
        ([], [{"id": "C", "split_from": "A"}], []),
    )
    assert conflicts == []
    assert texts(results["1"][0]) == TEXTS["en"][:2]
    assert texts(results["2"][0]) == [*texts(renamed(second)), *texts(OTHER)]


def test_a_record_of_a_join_whose_messages_are_no_longer_there_moves_nothing():
    longer = {**SECOND, "messages": [*SECOND["messages"], *OTHER["messages"]]}
    results, conflicts = merged(
        {"1": [FIRST, SECOND]},
        {"1": [{**FIRST, "tags": ["storm"]}]},
        {"1": [FIRST, longer]},
        ([], [{"id": "A", "joined": [{"id": "B"}]}], []),
    )
    assert [(name, conflict["path"]) for name, conflict in conflicts] == [("B", [])]
    assert results["1"][0]["messages"] == FIRST["messages"]


def test_records_that_nobody_moved_are_left_to_their_parts():
    sides = ({"1": [FIRST], "2": [SECOND]}, {"1": [FIRST], "2": [SECOND, OTHER]}, {"1": [FIRST], "2": []})
    lines = {
        name: differing(*(b"".join(map(codec.encode, side[name])) for side in sides)) for name in ("1", "2")
    }
    assert followed(lines) == {}
