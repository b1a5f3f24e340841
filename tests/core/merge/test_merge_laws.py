"""The laws of merging, over entries and edits that nobody thought of."""

from collections import Counter

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.codec import decode
from talekeep.core.codec import encode
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.merge.align import same
from talekeep.core.merge.align import spelled
from talekeep.core.merge.records import lost
from talekeep.core.merge.records import merge_entry
from talekeep.core.merge.records import merge_records
from talekeep.core.merge.resolve import resolve

WORDS = ["lamp", "sea", "stone", "mara", "wren", "the", "door", "salt"]
PROSE = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
SCALAR = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([1.0, "a", "b"])
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=2),
    max_leaves=4,
)
MESSAGE = st.one_of(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant"]), "content": PROSE},
        optional={"name": st.sampled_from(["mara", "wren"]), "weight": SCALAR},
    ),
    SCALAR,
)
FIELDS = {
    "messages": st.lists(MESSAGE, max_size=5),
    "tags": st.lists(st.sampled_from("abcd"), max_size=4, unique=True),
    "note": PROSE,
    "meta": VALUE,
}


@st.composite
def versions(draw):
    """A base and two versions of it, each some steps of editing away."""
    base = draw(st.fixed_dictionaries({"id": st.just("e")}, optional=FIELDS))
    return base, draw(edits(base)), draw(edits(base))


@st.composite
def edits(draw, entry):
    entry = dict(entry)
    for _ in range(draw(st.integers(0, 3))):
        key = draw(st.sampled_from(sorted(FIELDS)))
        if key == "messages" and isinstance(entry.get(key), list) and draw(st.booleans()):
            entry[key] = draw(rearranged(entry[key]))
        elif draw(st.integers(0, 4)) == 0:
            entry.pop(key, None)
        else:
            entry[key] = draw(FIELDS[key])
    return entry


@st.composite
def rearranged(draw, messages):
    messages = list(messages)
    at = draw(st.integers(0, len(messages)))
    step = draw(st.sampled_from(["insert", "delete", "edit", "move"]))
    if step == "insert" or not messages:
        return [*messages[:at], draw(MESSAGE), *messages[at:]]
    taken = messages.pop(min(at, len(messages) - 1))
    if step == "edit" and isinstance(taken, dict):
        return [*messages[:at], {**taken, "content": taken["content"] + " " + draw(PROSE)}, *messages[at:]]
    if step == "move":
        to = draw(st.integers(0, len(messages)))
        return [*messages[:to], taken, *messages[to:]]
    return messages


@st.composite
def record_lists(draw):
    """Sequences of records: base and two versions with some dropped, edited, moved and added."""
    pool = [{"id": name, "note": draw(PROSE)} for name in "abcdef"]
    base = pool[: draw(st.integers(0, 4))]
    return base, draw(list_edits(base, pool)), draw(list_edits(base, pool))


@st.composite
def list_edits(draw, base, pool):
    kept = [record for record in base if draw(st.integers(0, 3))]
    kept = [record if draw(st.integers(0, 3)) else {**record, "note": draw(PROSE)} for record in kept]
    added = [r for r in pool[4:] if draw(st.booleans())]
    added = [r if draw(st.booleans()) else {**r, "note": draw(PROSE)} for r in added]
    for record in added:
        kept.insert(draw(st.integers(0, len(kept))), record)
    return draw(st.permutations(kept)) if draw(st.integers(0, 3)) == 0 else kept


def swapped(conflict):
    names = {"ours": "theirs", "theirs": "ours"}
    return {names.get(key, key): value for key, value in conflict.items()}


def unplaced(conflict):
    """A conflict without its index: that follows the lengths of what ours holds before it."""
    path = conflict["path"]
    fixed = [path[0], *path[2:]] if path[:1] == ["messages"] and len(path) > 1 else path
    return spelled({**conflict, "path": fixed})


LAW = settings(max_examples=100)


@LAW
@given(versions())
def test_equal_changes_merge_to_themselves(sides):
    base, ours, _ = sides
    assert same(merge_entry(base, ours, ours).value, ours)


@LAW
@given(versions())
def test_a_change_of_one_side_wins(sides):
    base, ours, _ = sides
    assert same(merge_entry(base, ours, base).value, ours)
    assert same(merge_entry(base, base, ours).value, ours)


@LAW
@given(versions())
def test_swapping_the_sides_swaps_only_the_labels(sides):
    base, ours, theirs = sides
    one, other = merge_entry(base, ours, theirs), merge_entry(base, theirs, ours)
    assert Counter(map(unplaced, one.conflicts)) == Counter(unplaced(swapped(c)) for c in other.conflicts)
    if not one.conflicts:
        assert same(one.value, other.value)


@LAW
@given(versions())
def test_a_merge_carries_its_conflicts_and_no_key_without_any(sides):
    base, ours, theirs = sides
    merged = merge_entry(base, ours, theirs)
    assert merged.value.get(CONFLICT_KEY, []) == list(merged.conflicts)
    assert (CONFLICT_KEY in merged.value) == bool(merged.conflicts)
    assert same(decode(encode(merged.value)), merged.value)


@LAW
@given(versions())
def test_every_new_message_of_either_side_is_in_the_result_or_in_a_conflict(sides):
    base, ours, theirs = sides
    merged = merge_entry(base, ours, theirs)
    old = {spelled(m) for m in base.get("messages", [])}
    everything = spelled(merged.value)
    text = " ".join(m["content"] for m in merged.value.get("messages", []) if isinstance(m, dict))
    for side in (ours, theirs):
        for message in side.get("messages", []):
            if spelled(message) not in old and spelled(message) not in everything:
                # Merged with the other side's edit of it: then each of its words is there.
                assert isinstance(message, dict)
                shown = text + everything.decode()
                assert all(word in shown for word in message["content"].split())


@LAW
@given(versions())
def test_unchanged_messages_vanish_only_where_a_side_deleted_them(sides):
    base, ours, theirs = sides
    counts = [Counter(spelled(m) for m in side.get("messages", [])) for side in sides]
    merged = merge_entry(base, ours, theirs)
    everything = spelled(merged.value)
    for message, count in counts[0].items():
        if counts[1][message] >= count and counts[2][message] >= count:
            assert message in everything


@LAW
@given(versions())
def test_conflicts_hold_what_the_sides_hold(sides):
    base, ours, theirs = sides
    for conflict in merge_entry(base, ours, theirs).conflicts:
        for name, side in (("base", base), ("ours", ours), ("theirs", theirs)):
            held = conflict.get(name, [])
            parts = held if isinstance(held, list) else [held]
            assert all(spelled(part) in spelled(side) for part in parts)


@LAW
@given(versions(), st.sampled_from(["ours", "theirs", "base"]))
def test_resolving_every_conflict_leaves_none(sides, choice):
    base, ours, theirs = sides
    value = merge_entry(base, ours, theirs).value
    for _ in range(20):
        if CONFLICT_KEY not in value:
            break
        value = resolve(value, value[CONFLICT_KEY][0]["path"], choice)
    assert CONFLICT_KEY not in value


@LAW
@given(versions())
def test_choosing_ours_everywhere_changes_nothing_in_place(sides):
    base, ours, theirs = sides
    merged = value = merge_entry(base, ours, theirs).value
    while CONFLICT_KEY in value:
        value = resolve(value, value[CONFLICT_KEY][-1]["path"], "ours")
    assert same(value, {key: item for key, item in merged.items() if key != CONFLICT_KEY})


@LAW
@given(versions())
def test_choosing_theirs_everywhere_is_choosing_ours_in_the_swapped_merge(sides):
    base, ours, theirs = sides
    value, other = merge_entry(base, ours, theirs).value, merge_entry(base, theirs, ours).value
    while CONFLICT_KEY in value:
        value = resolve(value, value[CONFLICT_KEY][0]["path"], "theirs")
    assert same(value, {key: item for key, item in other.items() if key != CONFLICT_KEY})


@LAW
@given(record_lists())
def test_records_obey_the_same_laws(sides):
    base, ours, theirs = sides
    assert merge_records(base, ours, ours).records == ours
    assert merge_records(base, ours, base).records == ours
    assert merge_records(base, base, theirs).records == theirs
    one, other = merge_records(base, ours, theirs), merge_records(base, theirs, ours)
    assert lost(base, ours, theirs, one.records) == []
    assert [r["id"] for r in one.records] == [r["id"] for r in other.records]
    labels = [(name, spelled(swapped(conflict))) for name, conflict in other.conflicts]
    assert [(name, spelled(conflict)) for name, conflict in one.conflicts] == labels
    if not one.conflicts:
        assert one.records == other.records


@LAW
@given(record_lists())
def test_every_record_is_there_once(sides):
    base, ours, theirs = sides
    names = [record["id"] for record in merge_records(base, ours, theirs).records]
    assert len(names) == len(set(names))
    in_both = {r["id"] for r in ours} & {r["id"] for r in theirs}
    added = ({r["id"] for r in ours} | {r["id"] for r in theirs}) - {r["id"] for r in base}
    assert in_both | added <= set(names)
