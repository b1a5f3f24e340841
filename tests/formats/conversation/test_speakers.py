"""Records whose speakers were said by hand."""

from talekeep.core.entry_edit.speakers import casting
from talekeep.formats import recognise
from talekeep.formats import sharegpt
from talekeep.formats.conversation.speakers import mapped
from talekeep.formats.conversation.speakers import relabelled


def read(messages, *maps):
    record = {"messages": [{"role": role, "content": text} for role, text in messages]}
    return mapped(recognise(record).read(record), casting(maps) if maps else None)


def test_a_map_comes_before_what_would_be_guessed():
    reading = read([("Kai", "Late."), ("Mira", "Yes.")], "Kai=assistant:kai_renner")
    assert [(m["role"], m["name"]) for m in reading.entry["messages"]] == [
        ("assistant", "kai_renner"),
        ("assistant", "mira"),
    ]
    assert reading.speakers == {"Kai": "assistant:kai_renner", "Mira": "assistant:mira"}


def test_a_map_without_a_role_keeps_the_role_that_was_guessed():
    assert read([("Kai", "Late."), ("Mira", "Yes.")], "Kai=:tom").speakers["Kai"] == "user:tom"


def test_a_name_in_front_of_a_text_is_met_too():
    reading = read([("user", "Wren: Hm."), ("assistant", "Yes.")], "Wren=:wren", "Nobody=:nobody")
    assert reading.speakers == {"Wren": ":wren"}
    assert reading.entry["messages"][0] == {"role": "user", "name": "wren", "content": "Wren: Hm."}


def test_what_was_read_by_a_map_is_written_by_it():
    turns = [{"from": "Kai", "value": "Late."}, {"from": "Mira", "value": "Yes."}]
    wanted = casting(["Kai=assistant:kai_renner", "Mira=user:mira"])
    reading = mapped(sharegpt.read({"conversations": turns}), wanted)
    written = sharegpt.write(reading.entry, shape=reading.shape)
    assert written.losses == ()
    assert [turn["from"] for turn in written.record["conversations"]] == ["kai_renner", "Mira"]


def test_without_a_map_nothing_changes():
    reading = read([("user", "Wren: Hm."), ("assistant", "Yes.")])
    assert mapped(reading, None) is reading


def renamed(entry, before, after):
    messages = [m | {"name": after} if m.get("name") == before else m for m in entry["messages"]]
    return {**entry, "messages": messages}


def output_of(shape, entry):
    written = sharegpt.write(entry, shape=shape)
    assert written.losses == ()
    return [turn["from"] for turn in written.record["conversations"]]


def test_the_labels_of_a_source_follow_who_speaks():
    turns = [{"from": "Kai", "value": "Late."}, {"from": "Mira", "value": "Yes."}]
    reading = sharegpt.read({"conversations": turns})
    after = renamed(reading.entry, "kai", "kai_renner")
    shape = relabelled(reading.shape, reading.entry, after, {"kai_renner": "Kai Renner"})
    assert output_of(shape, after) == ["Kai Renner", "Mira"]
    assert sharegpt.read(sharegpt.write(after, shape=shape).record).entry["messages"] == after["messages"]
    # Read again, this name would be another character.
    shape = relabelled(reading.shape, reading.entry, after, {"kai_renner": "The Smuggler"})
    assert output_of(shape, after) == ["kai_renner", "Mira"]


def test_two_who_became_one_are_called_alike():
    turns = [{"from": name, "value": name} for name in ("Kai", "Mira", "Kai", "Ren")]
    reading = sharegpt.read({"conversations": turns})
    after = renamed(renamed(reading.entry, "kai", "ren"), "mira", "ren")
    assert set(output_of(relabelled(reading.shape, reading.entry, after, {"ren": "Ren"}), after)) == {"Ren"}


def test_a_shape_without_labels_stays_as_it_is():
    entry = {"messages": [{"role": "user", "name": "a", "content": ""}]}
    for shape in ({}, {"labels": 7}, {"labels": {"user": "Human"}}):
        assert relabelled(shape, entry, renamed(entry, "a", "b"), {}) is shape
