"""Who speaks: maps from labels, names in front of texts, and the pattern of those who take turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.entry_edit.speakers import assigned
from talekeep.core.entry_edit.speakers import casting
from talekeep.core.entry_edit.speakers import label_of
from talekeep.core.entry_edit.speakers import likely_roles
from talekeep.core.entry_edit.speakers import prefix_of
from talekeep.core.entry_edit.speakers import speakers_of
from talekeep.core.errors import Usage

NAMES = ["Mara", "MARA", "Élodie", "小明", "Zoë O'Neill", "mara_voss"]
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": st.text(max_size=12)},
    optional={"name": st.sampled_from(NAMES), "weight": st.integers(0, 1)},
)


def message(text, role="user", **more):
    return {"role": role, "content": text, **more}


def entry(*messages):
    return {"id": "x", "messages": list(messages), "note": "kept"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mara: Late again.", ("Mara", "Late again.")),
        ("  **Old Tom:** Rowed.", ("Old Tom", "Rowed.")),
        ("**Mara**: Yes.", ("Mara", "Yes.")),
        ('Zoë O\'Neill: "Sound check."', ("Zoë O'Neill", '"Sound check."')),
        ("小明：我们走吧。", ("小明", "我们走吧。")),
        ("Élodie:\nTu viens ?", ("Élodie", "Tu viens ?")),
        ('Mara:"Late."', ("Mara", '"Late."')),
        ("Mara:", ("Mara", "")),
        ("http://example.invalid", None),
        ("He said: no.", ("He said", "no.")),
        ("12:30 is late", None),
        ("one thing: rope", None),
        ("She put down the very long heavy rope: done", None),
        ("Mara waits.", None),
        ("", None),
    ],
)
def test_a_name_in_front_of_a_text_is_told_from_prose(text, found):
    assert prefix_of(message(text)) == found


def test_content_that_is_no_text_has_no_name_in_front():
    assert prefix_of(message(None)) is None
    assert prefix_of(message([{"type": "text", "text": "Mara: hm"}])) is None


def test_a_map_says_role_and_name_or_the_name_alone():
    wanted = casting(["Mara=assistant:mara", "Narrator = :narrator", "Old Tom=tom", "a=b=user:ab"])
    assert wanted.find("Mara") == Speaker("assistant", "mara")
    assert wanted.find(" narrator ") == Speaker("", "narrator")
    assert wanted.find("OLD TOM") == Speaker("", "tom")
    assert wanted.find("a=b") == Speaker("user", "ab")
    assert wanted.find("Wren") is wanted.find(None) is None


@pytest.mark.parametrize(
    "text", ["Mara", "=", "Mara=", "=:", "Mara=user:", "Mara=narration:mara", "Mara=x:y"]
)
def test_what_is_no_map_is_refused(text):
    with pytest.raises(Usage):
        casting([text])


def test_one_label_cannot_mean_two_speakers():
    with pytest.raises(Usage, match="twice"):
        casting(["Mara=:mara", "Mara=:wren"])


def test_labels_that_differ_in_case_alone_are_told_apart_where_both_are_mapped():
    wanted = casting(["Mara=assistant:mara", "MARA=user:mara_shout"])
    assert wanted.find("MARA") == Speaker("user", "mara_shout")
    assert wanted.find("Mara") == Speaker("assistant", "mara")
    # Neither spelling: nobody guesses.
    assert wanted.find("mara") is None
    assert casting(["Mara=assistant:mara"]).find("MARA") == Speaker("assistant", "mara")


def test_a_map_sets_role_and_name_and_touches_no_word():
    given_ = entry(
        message("Mara: Late.", weight=0),
        message("Hm.", name="Kai Renner"),
        message("It rains.", role="Narrator"),
        message("Mara: data", role="tool", name="mara"),
    )
    wanted = casting(["Mara=assistant:mara", "Kai Renner=:kai", "Narrator=assistant:narrator"])
    made, used = assigned(given_, wanted)
    assert made["messages"] == [
        {"role": "assistant", "name": "mara", "content": "Mara: Late.", "weight": 0},
        {"role": "user", "name": "kai", "content": "Hm."},
        {"role": "assistant", "name": "narrator", "content": "It rains."},
        {"role": "tool", "name": "mara", "content": "Mara: data"},
    ]
    assert made["note"] == "kept"
    assert {speaker.slug for speaker in used} == {"mara", "kai", "narrator"}


def test_the_name_in_front_goes_only_on_request_and_only_the_speakers_own():
    wanted = casting(["Mara=:mara", "Kai=:kai"])
    texts = entry(
        message("Mara: Late."), message("Kai: you said?", name="mara"), message("mara", name="mara")
    )
    made, _ = assigned(texts, wanted, strip=True)
    assert [m["content"] for m in made["messages"]] == ["Late.", "Kai: you said?", "mara"]
    assert assigned(texts, wanted)[0]["messages"][0]["content"] == "Mara: Late."


def test_an_own_name_comes_before_a_name_in_front():
    made, used = assigned(entry(message("Kai: gone", name="narrator")), casting(["Kai=:kai"]))
    assert (made["messages"][0]["name"], used) == ("narrator", set())


@given(st.lists(MESSAGES, max_size=4), st.booleans())
def test_assigning_twice_is_assigning_once_and_keeps_every_word(messages, strip):
    wanted = casting([f"{name}=:mara" for name in NAMES])
    before = entry(*messages)
    once, _ = assigned(before, wanted)
    assert assigned(once, wanted)[0] == once
    assert [m["content"] for m in once["messages"]] == [m["content"] for m in messages]
    assert [m["role"] for m in once["messages"]] == [m["role"] for m in messages]
    assert assigned(before, wanted, strip=strip)[0]["note"] == "kept"


@pytest.mark.parametrize("messages", [None, "text", [1, "x", None]])
def test_malformed_messages_are_left_as_they_are(messages):
    broken = {"id": "x", "messages": messages}
    assert assigned(broken, casting(["Mara=:mara"])) == (broken, set())


def test_a_tools_name_is_no_speaker():
    lookup = message("{}", role="tool", name="lookup")
    assert label_of(lookup) is None
    assert list(speakers_of(entry(lookup, message("hm", name="Mara Voss")))) == ["mara_voss"]


@pytest.mark.parametrize(
    ("told", "roles"),
    [
        ([["Kai", "Mira", "Kai", "Mira"]], {"Kai": "user", "Mira": "assistant"}),
        ([["Kai", "Mira", "Kai"], ["Kai", "Mira"]], {"Kai": "user", "Mira": "assistant"}),
        ([["N", "Kai", "Mira", "Kai"]], {"N": "system", "Kai": "user", "Mira": "assistant"}),
        ([["Kai", "Kai", "Mira"]], {}),
        ([["Kai", "Mira"], ["Mira", "Kai"]], {}),
        ([["N", "Kai", "N", "Mira"]], {}),
        ([["Kai"]], {}),
        ([], {}),
    ],
)
def test_the_pattern_of_those_who_take_turns_suggests_roles(told, roles):
    assert likely_roles(told) == roles


def test_a_label_may_be_mapped_to_the_tool_role() -> None:
    entry = {"messages": [{"role": "assistant", "name": "sandbox", "content": "17"}]}

    changed, _ = assigned(entry, casting(["sandbox=tool:sandbox"]))

    assert changed["messages"] == [{"role": "tool", "name": "sandbox", "content": "17"}]
