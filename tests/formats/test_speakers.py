"""Records whose speakers were said by hand."""

from talekeep.core.speakers import casting
from talekeep.formats import recognise
from talekeep.formats.speakers import mapped


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


def test_without_a_map_nothing_changes():
    reading = read([("user", "Wren: Hm."), ("assistant", "Yes.")])
    assert mapped(reading, None) is reading
