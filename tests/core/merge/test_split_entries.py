"""What one side did to an entry goes to where its messages are now, when the other split or joined it."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry_edit import split_join
from talekeep.core.merge.parts import merge_part

PROMPT = {"role": "system", "content": "You keep the lighthouse at Harrow Point, and never leave it."}
TEXTS = {
    "en": [
        "Who goes there at this hour of the night?",
        "A friend with bread and news from the harbor.",
        "What news could be worth the climb in this storm?",
        "The ferry is late and the mayor asks for your lamp.",
        "The lamp burns for ships and not for mayors.",
        "Then burn it higher, for there is a ship.",
    ],
    "zh": [
        "这么晚了，是谁在那里敲门？",
        "带着面包和港口消息的朋友。",
        "什么消息值得在风暴里爬上来？",
        "渡船晚点了，镇长问起你的灯。",
        "灯是为船点的，不是为镇长。",
        "那就把它点得更亮，外面有船。",
    ],
    "th": [
        "ใครอยู่ตรงนั้นในเวลาดึกขนาดนี้",
        "เพื่อนที่มีขนมปังและข่าวจากท่าเรือ",
        "ข่าวอะไรคุ้มกับการปีนขึ้นมาในพายุ",
        "เรือข้ามฟากมาสายและนายกถามหาตะเกียง",
        "ตะเกียงจุดไว้ให้เรือไม่ใช่ให้นายก",
        "งั้นจุดให้สว่างกว่านี้เพราะมีเรืออยู่",
    ],
}
Q9, A9 = (
    {"role": "user", "content": "And tomorrow?"},
    {"role": "assistant", "content": "Tomorrow the sea decides."},
)


def entry(name="A", script="en", prompt=(), texts=None, **more):
    texts = TEXTS[script] if texts is None else texts
    turns = [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]
    return {"id": name, "messages": [*prompt, *turns], "tags": ["calm"], **more}


def split(whole, *after, names="BCD"):
    first, *later = split_join.split(whole, after)
    return [first, *({**part, "id": name} for name, part in zip(names, later, strict=False))]


def merged(base, ours, theirs):
    """The records by id, and the conflicts."""
    result = merge_part(*(b"".join(map(codec.encode, side)) for side in (base, ours, theirs)))
    assert result.refused is None
    swapped = merge_part(*(b"".join(map(codec.encode, side)) for side in (base, theirs, ours)))
    assert len(swapped.conflicts) == len(result.conflicts)
    if not result.conflicts:
        assert swapped.data == result.data
    records = [json.loads(line) for line in result.data.split(b"\n")[:-1]]
    return {record["id"]: record for record in records}, result.conflicts


def edited(whole, number, old, new):
    messages = [dict(m) for m in whole["messages"]]
    assert old in messages[number]["content"]
    messages[number]["content"] = messages[number]["content"].replace(old, new)
    return {**whole, "messages": messages}


def texts(record):
    return [m["content"] for m in record["messages"]]


@pytest.mark.parametrize("script", TEXTS)
@pytest.mark.parametrize("prompt", [(), (PROMPT,)])
class TestSplit:
    def test_what_the_other_side_appended_goes_to_the_last_part(self, script, prompt):
        whole = entry(script=script, prompt=prompt)
        longer = {**whole, "messages": [*whole["messages"], Q9, A9]}
        entries, conflicts = merged([whole], split(whole, 1), [longer])
        assert conflicts == ()
        assert entries["A"]["messages"] == whole["messages"][: len(prompt) + 2]
        assert entries["B"]["messages"] == [*prompt, *whole["messages"][len(prompt) + 2 :], Q9, A9]

    def test_what_it_put_in_goes_into_the_part_around_it(self, script, prompt):
        whole, at = entry(script=script, prompt=prompt), len(prompt) + 4
        fuller = {**whole, "messages": [*whole["messages"][:at], Q9, A9, *whole["messages"][at:]]}
        entries, conflicts = merged([whole], split(whole, 1), [fuller])
        assert conflicts == ()
        assert entries["B"]["messages"][len(prompt) :] == fuller["messages"][len(prompt) + 2 :]

    def test_what_it_took_out_is_gone(self, script, prompt):
        whole = entry(script=script, prompt=prompt)
        shorter = {**whole, "messages": whole["messages"][:-2]}
        entries, conflicts = merged([whole], split(whole, 1), [shorter])
        assert conflicts == ()
        assert texts(entries["B"])[len(prompt) :] == TEXTS[script][2:4]

    def test_an_edit_a_speaker_and_a_tag_go_along(self, script, prompt):
        whole = entry(script=script, prompt=prompt)
        changed = edited(whole, len(prompt) + 4, TEXTS[script][4][-5:], TEXTS["en"][0][:6])
        changed["messages"][-1] = {**changed["messages"][-1], "name": "osric"}
        changed["tags"] = ["calm", "storm"]
        entries, conflicts = merged([whole], split(whole, 1), [changed])
        assert conflicts == ()
        assert entries["A"]["tags"] == entries["B"]["tags"] == ["calm", "storm"]
        assert entries["B"]["messages"][len(prompt) :][2:] == changed["messages"][len(prompt) + 4 :]

    def test_edits_of_both_sides_in_a_part_come_together(self, script, prompt):
        whole = entry(script=script, prompt=prompt)
        first, second = split(whole, 1)
        second = edited(second, len(prompt), TEXTS[script][2][:2], "X")
        changed = edited(whole, len(prompt) + 2, TEXTS[script][2][-2:], "Y")
        entries, conflicts = merged([whole], [first, second], [changed])
        assert conflicts == ()
        assert texts(entries["B"])[len(prompt)] == f"X{TEXTS[script][2][2:-2]}Y"

    def test_what_stands_exactly_at_the_cut_is_a_conflict_there(self, script, prompt):
        whole, at = entry(script=script, prompt=prompt), len(prompt) + 2
        fuller = {**whole, "messages": [*whole["messages"][:at], Q9, A9, *whole["messages"][at:]]}
        entries, conflicts = merged([whole], split(whole, 1), [fuller])
        assert [(name, c["path"], c["theirs"]) for name, c in conflicts] == [
            ("A", ["messages", at], [Q9, A9])
        ]
        assert texts(entries["B"])[len(prompt) :] == TEXTS[script][2:]


def test_a_part_that_the_other_side_took_out_whole_is_gone():
    whole = entry(prompt=(PROMPT,))
    entries, conflicts = merged([whole], split(whole, 2), [{**whole, "messages": whole["messages"][:5]}])
    assert (conflicts, [*entries]) == ((), ["A"])


def test_three_parts_are_followed_too():
    whole = entry()
    changed = edited(edited(whole, 3, "late", "early"), 5, "higher", "lower")
    entries, conflicts = merged([whole], split(whole, 1, 2), [changed])
    assert conflicts == ()
    assert [texts(entries[name]) for name in "ABC"] == [texts(changed)[n : n + 2] for n in (0, 2, 4)]


def test_a_new_prompt_is_the_prompt_of_every_part():
    whole = entry(prompt=(PROMPT,))
    entries, conflicts = merged([whole], split(whole, 1), [edited(whole, 0, "Harrow Point", "Gull Rock")])
    assert conflicts == ()
    assert all("Gull Rock" in texts(entries[name])[0] for name in "AB")


def test_an_entry_removed_there_and_split_here_is_in_question_in_every_part():
    whole = entry()
    entries, conflicts = merged([whole], split(whole, 1), [])
    assert [(name, c["path"]) for name, c in conflicts] == [("A", []), ("B", [])]
    assert [*entries] == ["A", "B"]


def test_an_entry_split_on_both_sides_is_a_conflict_part_by_part():
    whole = entry()
    entries, conflicts = merged([whole], split(whole, 1), split(whole, 2, names="X"))
    assert {name for name, c in conflicts if c["path"] == []} == {"B", "X"}
    assert all(CONFLICT_KEY in entries[name] for name in "BX")


def test_the_same_split_on_both_sides_is_made_once():
    whole = entry()
    parts = split(whole, 1)
    entries, conflicts = merged([whole], parts, [edited(parts[0], 0, "hour", "time"), parts[1]])
    assert (conflicts, [*entries]) == ((), ["A", "B"])


def test_a_new_entry_that_shares_nothing_is_no_part():
    whole = entry()
    shorter = {**whole, "messages": whole["messages"][:4]}
    other = entry("N", texts=["Is the bakery open?", "Not before six, it never was."])
    entries, conflicts = merged([whole], [shorter, other], [{**whole, "tags": ["storm"]}])
    assert conflicts == ()
    assert (entries["N"], entries["A"]["tags"]) == (other, ["storm"])


def join(*entries):
    return split_join.joined(entries).entry


class TestJoin:
    first, second = entry("A", texts=TEXTS["en"][:2]), entry("B", texts=TEXTS["en"][2:])

    def test_an_edit_a_speaker_and_a_tag_of_the_joined_entry_come_along(self):
        changed = edited(self.second, 1, "late", "early")
        changed["messages"][3] = {**changed["messages"][3], "name": "osric"}
        changed["tags"] = ["calm", "storm"]
        entries, conflicts = merged(
            [self.first, self.second], [join(self.first, self.second)], [self.first, changed]
        )
        assert (conflicts, [*entries]) == ((), ["A"])
        assert entries["A"]["messages"][2:] == changed["messages"]
        assert entries["A"]["tags"] == ["calm", "storm"]

    def test_what_was_appended_to_the_first_stands_before_the_second(self):
        longer = {**self.first, "messages": [*self.first["messages"], Q9, A9]}
        entries, conflicts = merged(
            [self.first, self.second], [join(self.first, self.second)], [longer, self.second]
        )
        assert conflicts == ()
        assert texts(entries["A"]) == [*TEXTS["en"][:2], Q9["content"], A9["content"], *TEXTS["en"][2:]]

    def test_what_was_put_into_the_second_stands_in_it(self):
        fuller = {
            **self.second,
            "messages": [*self.second["messages"][:2], Q9, A9, *self.second["messages"][2:]],
        }
        entries, conflicts = merged(
            [self.first, self.second], [join(self.first, self.second)], [self.first, fuller]
        )
        assert conflicts == ()
        assert texts(entries["A"])[4:6] == [Q9["content"], A9["content"]]

    def test_an_entry_removed_there_is_taken_out_of_the_joined_one(self):
        entries, conflicts = merged([self.first, self.second], [join(self.first, self.second)], [self.first])
        assert (conflicts, texts(entries["A"])) == ((), TEXTS["en"][:2])

    @pytest.mark.parametrize("both", [True, False], ids=["in both entries", "in the first alone"])
    def test_a_new_opening_of_the_first_leaves_no_old_one_behind(self, both):
        first, second, new_first, new_second = (
            entry(name, texts=texts, prompt=[{"role": "system", "content": prompt}])
            for prompt in ("Osric speaks plainly.", "Osric speaks in riddles.")
            for name, texts in (("A", TEXTS["en"][:2]), ("B", TEXTS["en"][2:]))
        )
        entries, conflicts = merged(
            [first, second], [join(first, second)], [new_first, new_second if both else second]
        )
        assert conflicts == ()
        assert texts(entries["A"]) == ["Osric speaks in riddles.", *TEXTS["en"]]

    def test_a_new_opening_of_the_second_is_not_lost(self):
        first, second, new_second = (
            entry(name, texts=texts, prompt=[{"role": "system", "content": prompt}])
            for name, texts, prompt in (
                ("A", TEXTS["en"][:2], "Osric speaks plainly."),
                ("B", TEXTS["en"][2:], "Osric speaks plainly."),
                ("B", TEXTS["en"][2:], "Osric speaks in riddles."),
            )
        )
        entries, _ = merged([first, second], [join(first, second)], [first, new_second])
        assert "Osric speaks in riddles." in json.dumps(entries["A"])

    def test_an_entry_that_shares_messages_with_another_joined_one_is_followed_to_its_own(self):
        # What the second and the fourth have in common went to two entries.
        third = entry("C", texts=["Where does the road end?", "Behind the mill, in the reeds."])
        shared, own = TEXTS["en"][2:5], ["Nobody since the flood."]
        fourth = entry("D", texts=[*shared, *own])
        changed = edited(self.second, 1, "late", "early")
        entries, conflicts = merged(
            [self.first, self.second, third, fourth],
            [join(self.first, self.second), join(third, fourth)],
            [self.first, changed, third, fourth],
        )
        assert (conflicts, [*entries]) == ((), ["A", "C"])
        assert entries["A"]["messages"][2:] == changed["messages"]
        assert texts(entries["C"])[2:] == [*shared, *own]

    def test_an_entry_edited_on_both_sides_merges_inside_the_joined_one(self):
        whole = edited(join(self.first, self.second), 2, "climb", "walk")
        entries, conflicts = merged(
            [self.first, self.second], [whole], [self.first, edited(self.second, 3, "higher", "lower")]
        )
        assert conflicts == ()
        assert texts(entries["A"])[2] == TEXTS["en"][2].replace("climb", "walk")
        assert texts(entries["A"])[5] == TEXTS["en"][5].replace("higher", "lower")


@given(st.integers(0, 2**32))
def test_a_split_and_any_edits_give_what_the_edits_and_a_split_give(seed):
    dice = random.Random(seed)
    words = [f"w{n}" for n in range(200)]
    count = dice.randint(2, 12)
    whole = entry(
        prompt=(PROMPT,) * dice.randint(0, 1),
        texts=[" ".join(dice.sample(words, 12)) for _ in range(2 * count)],
    )
    start = len(whole["messages"]) - 2 * count
    cut = dice.randint(1, count - 1)
    parts, place = split(whole, cut), start + 2 * cut
    messages, kept = [dict(m) for m in whole["messages"]], [[], []]
    for number, message in enumerate(messages[start:], start):
        part = kept[number >= place]
        kind = dice.choice(["", "", "", "edit", "gone", "put in", "name"])
        if kind == "edit":
            message["content"] = message["content"].replace(message["content"].split()[5], "new")
        if kind == "name":
            message["name"] = "osric"
        if kind != "gone":
            part.append(message)
        if kind == "put in" and number != place - 1:
            part.append({"role": "assistant", "content": " ".join(dice.sample(words, 3)) + " more"})
    changed = {**whole, "messages": [*messages[:start], *kept[0], *kept[1]]}

    entries, conflicts = merged([whole], parts, [changed])

    if not conflicts:
        for name, rest in zip("AB", kept, strict=True):
            rest_of_entry = entries[name]["messages"][start:] if name in entries else []
            assert rest_of_entry == rest
    else:
        assert all(c["path"][:1] == ["messages"] for _, c in conflicts)


def joined(*entries):
    return split_join.joined(entries).entry


def pieces(script="en"):
    """An entry and another one, of messages that no other entry has."""
    return entry("A", script), entry("B", texts=[f"{text} Twice." for text in TEXTS[script]])


@pytest.mark.parametrize("script", TEXTS)
class TestJoinedHereSplitThere:
    def test_what_was_joined_goes_behind_the_last_part(self, script):
        first, second = pieces(script)
        entries, conflicts = merged(
            [first, second], [joined(first, second)], [*split(first, 1, names="C"), second]
        )
        assert conflicts == ()
        assert texts(entries["A"]) == texts(first)[:2]
        assert texts(entries["C"]) == texts(first)[2:] + texts(second)
        assert "B" not in entries

    def test_a_split_of_what_was_joined_cuts_it_there(self, script):
        first, second = pieces(script)
        entries, conflicts = merged(
            [first, second], [joined(first, second)], [first, *split(second, 2, names="C")]
        )
        assert conflicts == ()
        assert texts(entries["A"]) == texts(first) + texts(second)[:4]
        assert texts(entries["C"]) == texts(second)[4:]

    def test_edits_of_both_sides_stay_on_their_messages(self, script):
        first, second = pieces(script)
        one, other = split(edited(first, 2, texts(first)[2][-2:], "X"), 1, names="C")
        whole = joined(first, edited(second, 3, texts(second)[3][:2], "Y"))
        entries, conflicts = merged([first, second], [whole], [one, other, second])
        assert conflicts == ()
        assert texts(entries["C"])[0] == texts(first)[2][:-2] + "X"
        assert texts(entries["C"])[7] == "Y" + texts(second)[3][2:]


OTHERS = tuple(map(entry, "ABC", TEXTS))


def test_an_entry_that_both_sides_joined_to_others_is_in_question_at_both():
    first, second, third = OTHERS
    entries, conflicts = merged(
        [first, second, third], [joined(first, third), second], [first, joined(second, third)]
    )
    assert [(name, c["path"], len(c["ours"]), len(c["theirs"])) for name, c in conflicts] == [
        ("A", ["messages", 6], 6, 0),
        ("B", ["messages", 6], 0, 6),
    ]
    assert texts(entries["A"]) == texts(first) + texts(third)
    assert texts(entries["B"]) == texts(second)
    assert "C" not in entries


def renamed(whole, name="Maren"):
    return {**whole, "messages": [{**m, "content": f"{m['content']} {name}"} for m in whole["messages"]]}


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("both", [False, True])
def test_an_entry_that_both_sides_joined_is_in_question_though_each_of_its_messages_was_changed(number, both):
    first, second, third = OTHERS[number], *(OTHERS[(number + n) % 3] for n in (1, 2))
    here = joined(first, renamed(third, "Osric") if both else third)
    entries, conflicts = merged(
        [first, second, third], [here, second], [first, joined(second, renamed(third))]
    )
    assert {name for name, _ in conflicts} == {first["id"], second["id"]}
    assert third["id"] not in entries


@pytest.mark.parametrize("number", range(3))
def test_an_entry_joined_and_changed_throughout_here_and_removed_there_is_in_question(number):
    first, third = OTHERS[number], OTHERS[(number + 1) % 3]
    _, conflicts = merged([first, third], [joined(first, renamed(third))], [first])
    assert {name for name, _ in conflicts} == {first["id"]}


def test_a_part_whose_other_parts_were_removed_is_in_question_where_the_other_side_removed_the_whole():
    whole, other = OTHERS[:2]
    _, second = split(whole, 1, names="D")
    _, conflicts = merged([whole, other], [second, other], [other])
    assert [(name, c["path"]) for name, c in conflicts] == [("D", [])]
    # Where the other side has it as it was, nobody minds.
    results, conflicts = merged([whole, other], [second, other], [whole, other])
    assert (conflicts, results) == ((), {"D": second, other["id"]: other})


def test_an_entry_joined_to_one_that_went_elsewhere_and_removed_there_is_in_question():
    first, second, third = OTHERS
    _, conflicts = merged([first, second, third], [first, joined(second, third)], [joined(first, second)])
    assert [(name, c["path"]) for name, c in conflicts] == [(first["id"], ["messages", 12])]
    assert (len(conflicts[0][1]["ours"]), len(conflicts[0][1]["theirs"])) == (6, 0)


def test_both_join_it_to_the_same_entry_and_change_it_differently():
    first, third = OTHERS[:2]
    _, conflicts = merged(
        [first, third], [joined(first, renamed(third))], [joined(first, renamed(third, "Osric"))]
    )
    assert [name for name, _ in conflicts] == [first["id"]]


@pytest.mark.parametrize("number", range(3))
def test_an_entry_that_both_sides_removed_is_gone_though_others_grew(number):
    first, second, third = OTHERS[number], *(OTHERS[(number + n) % 3] for n in (1, 2))
    longer = [{**one, "messages": [*one["messages"], Q9, A9]} for one in (first, second)]
    entries, conflicts = merged([first, second, third], [longer[0], second], [first, longer[1]])
    assert conflicts == ()
    assert entries == {one["id"]: one for one in longer}


@pytest.mark.parametrize("number", range(3))
def test_an_edit_never_goes_into_an_entry_that_grew_while_its_own_was_removed(number):
    first, third = OTHERS[number], OTHERS[(number + 1) % 3]
    words = [f"{m['content']} And so on." for m in third["messages"]]
    grown = {**first, "messages": [*first["messages"], *entry(texts=words)["messages"]]}
    entries, conflicts = merged([first, third], [grown], [first, edited(third, 2, texts(third)[2][:2], "X")])
    assert [(name, c["path"]) for name, c in conflicts] == [(third["id"], [])]
    assert entries[first["id"]] == grown


def test_a_message_that_each_side_moved_elsewhere_by_hand_never_stands_twice_without_a_conflict():
    first, second, third = OTHERS
    rest, moved = first["messages"][:4], first["messages"][4:]
    shorter = {**first, "messages": rest}
    here = [shorter, second, {**third, "id": "D", "messages": [*moved, *third["messages"]]}]
    there = [shorter, {**second, "id": "E", "messages": [*moved, *second["messages"]]}, third]
    _, conflicts = merged([first, second, third], here, there)
    assert conflicts != ()
