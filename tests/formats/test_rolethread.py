"""Records as RoleThread Lite keeps them: stamped, with texts and plain slugs alone."""

from typing import Any

import pytest

from talekeep.formats import rolethread

ID = "123e4567-e89b-42d3-a456-426614174000"
HOME = "0b5e0c6e-2f5c-4c0e-9a53-0f6f3c1d2e11"


def entry(**more: Any) -> dict[str, Any]:
    return {"id": ID, "messages": [{"role": "user", "content": "Who goes there?"}], "tags": ["night"], **more}


def test_a_record_has_its_id_in_the_stamp_and_everything_else_in_its_place() -> None:
    written = rolethread.write(entry(metadata={"a": 1}, _rolethread={"mood": "calm"}), foreign_id="row-1")

    assert written.losses == ()
    assert written.record == {
        "id": "row-1",
        "messages": [{"role": "user", "content": "Who goes there?"}],
        "tags": ["night"],
        "metadata": {"a": 1},
        "_rolethread": {"version": "1.0.0", "native": True, "entry_uuid": ID, "mood": "calm"},
    }


def test_the_whole_stamp_names_entry_and_dataset() -> None:
    record = rolethread.stamped(rolethread.write(entry()).record, HOME, "2026-11-20T09:11:42Z")

    assert record["_rolethread"] == {
        "version": "1.0.0",
        "native": True,
        "validated_at": "2026-11-20T09:11:42Z",
        "entry_uuid": ID,
        "dataset_uuid": HOME,
    }
    assert rolethread.stamp_of(record, "dataset_uuid") == HOME
    assert rolethread.read(record).entry == entry()


@pytest.mark.parametrize(
    ("content", "text", "loss"),
    [
        (None, "", "null content (written as an empty text)"),
        ([{"type": "text", "text": "Hm"}], "Hm", "content parts (their text is kept, joined by lines)"),
        ({"a": 1}, '{"a": 1}', "content that is no text (written as JSON)"),
        (7, "7", "content that is no text (written as JSON)"),
    ],
)
def test_content_is_always_text(content: Any, text: str, loss: str) -> None:
    """Weak spots 9.1 #4 and 11.1 #3: content that is no text stops it."""
    written = rolethread.write(entry(messages=[{"role": "user", "content": content}]))

    assert written.record["messages"][0]["content"] == text
    assert written.losses == (loss,)


def test_the_null_beside_tool_calls_survives() -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    written = rolethread.write(entry(messages=[call]))

    assert written.record["messages"] == [call | {"content": ""}]
    assert written.losses == ()
    assert rolethread.read(written.record).entry["messages"] == [call]
    assert rolethread.write(entry(messages=[call | {"content": ""}])).losses


def test_tags_it_would_mangle_are_left_out_and_said() -> None:
    """Weak spots 9.1 #14 and 11.1 #5: such tags are shortened or deleted without a word."""
    written = rolethread.write(entry(tags=["night", "恋愛", "café", "a__b"]))

    assert written.record["tags"] == ["night"]
    assert written.losses == ("tags of other than a–z, 0–9 and _",)


@pytest.mark.parametrize(
    ("more", "loss"),
    [
        ({"tags": "night"}, "tags that are no text"),
        ({"tags": ["a", 7]}, "tags that are no text"),
        ({"_rolethread": "mine"}, "the key '_rolethread' (it is the place of the stamp)"),
        ({"_rolethread": {"entry_uuid": "row 1"}}, "a second id in the stamp"),
    ],
)
def test_what_cannot_stay_is_said(more: dict[str, Any], loss: str) -> None:
    assert rolethread.write(entry(**more)).losses == (loss,)


def test_only_a_stamped_conversation_is_claimed() -> None:
    stamp: dict[str, Any] = {"_rolethread": {}}
    talk = {"messages": [{"role": "user", "content": "a"}]}

    assert rolethread.claims(talk | stamp)
    assert not rolethread.claims(talk)
    assert not rolethread.claims(talk | {"_rolethread": 1})
    assert not rolethread.claims({"messages": [], **stamp})
    assert not rolethread.claims({"conversations": [], **stamp})


def test_a_new_time_of_saving_is_no_new_record() -> None:
    first = rolethread.stamped(rolethread.write(entry()).record, HOME, "2026-11-20T09:11:42Z")
    second = rolethread.stamped(rolethread.write(entry()).record, HOME, "2026-11-21T09:11:42Z")

    assert rolethread.settled(first) == rolethread.settled(second)
    assert rolethread.settled({"a": 1}) == {"a": 1}
