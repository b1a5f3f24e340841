"""What each policy does to a conversation, and that it says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.codec import digest
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.training import policies
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.policies import POLICIES

NAMES = Context({"mara": "Mara Voss", "wren": "Wren"})


def texts(draft: Draft) -> list[tuple[str, object]]:
    return [(m["role"], m.get("content")) for m in draft.messages]


def one(messages, **chosen: str) -> Draft:
    (draft,) = policies.apply(Draft({"messages": messages}), chosen, NAMES)
    return draft


def test_defaults_change_nothing(odd) -> None:
    for messages in odd.values():
        draft = one(messages)
        assert draft.messages == messages
        assert (draft.losses, draft.alterations) == ((), ())


def test_a_policy_that_changes_something_says_so(odd) -> None:
    for policy in POLICIES:
        for value in policy.VALUES[1:]:
            for messages in odd.values():
                try:
                    drafts = policies.apply(Draft({"messages": messages}), {policy.NAME: value}, NAMES)
                except Refused:
                    continue
                if not drafts:
                    # An entry that is dropped whole is counted by who writes the rows.
                    assert policy.NAME == "tail"
                    continue
                (draft,) = drafts
                changed = draft.messages != messages
                assert changed == bool(draft.losses or draft.alterations), (policy.NAME, value)


def test_names_are_dropped_or_written_before_the_text(odd) -> None:
    messages = odd["speaker names"]
    assert all("name" not in m for m in one(messages, names="drop").messages)
    assert texts(one(messages, names="prefix")) == [
        ("user", "Wren: Who goes there?"),
        ("assistant", "Mara Voss: A friend."),
    ]


def test_the_name_of_a_function_stays(odd) -> None:
    (tool,) = [m for m in one(odd["tool calls"], names="drop").messages if m["role"] == "tool"]
    assert tool["name"] == "roll"


SCENE = [
    {"role": "assistant", "name": "mara", "content": "Wait."},
    {"role": "user", "name": "wren", "content": "Why?"},
    {"role": "assistant", "name": "osric", "content": "Hush."},
    {"role": "assistant", "name": "mara", "content": "Listen."},
]


def test_a_point_of_view_makes_one_speaker_the_assistant() -> None:
    assert texts(one(SCENE, **{"as": "mara", "names": "drop"})) == [
        ("assistant", "Wait."),
        ("user", "Wren: Why?\n\nosric: Hush."),
        ("assistant", "Listen."),
    ]


def test_each_speaker_gets_a_row() -> None:
    drafts = policies.apply(Draft({"messages": SCENE}), {"as": "each"}, NAMES)
    assert [sum(m["role"] == "assistant" for m in d.messages) for d in drafts] == [2, 1, 1]


def test_an_entry_without_the_character_gives_no_row() -> None:
    assert policies.apply(Draft({"messages": SCENE}), {"as": "nobody"}, NAMES) == []


@pytest.mark.parametrize(
    ("value", "roles"),
    [
        ("opener", ["system", "user", "assistant", "user", "assistant"]),
        ("system", ["system", "user", "assistant"]),
        ("drop", ["system", "user", "assistant"]),
    ],
)
def test_a_greeting_is_opened_folded_or_dropped(odd, value: str, roles: list[str]) -> None:
    draft = one(odd["greeting first"], greeting=value)
    assert [m["role"] for m in draft.messages] == roles
    kept = "A friend." in str(draft.messages[0]["content"])
    assert kept == (value == "system")


def test_replies_in_a_row_are_joined(odd) -> None:
    assert texts(one(odd["same role twice"], same_role="join"))[-1] == ("assistant", "Wait.\n\nGo.")


def test_later_system_messages_move_to_the_front(odd) -> None:
    draft = one(odd["system inside"], system="first")
    assert texts(draft)[0] == ("system", "You keep the lighthouse.\n\nNight falls.")
    assert [m["role"] for m in draft.messages].count("system") == 1


def test_reasoning_becomes_a_think_tag_or_goes(odd) -> None:
    assert (
        texts(one(odd["reasoning"], reasoning="think"))[-1][1]
        == "<think>\nHe may lie.\n</think>\n\nA friend."
    )
    dropped = one(odd["reasoning"], reasoning="drop")
    assert texts(dropped)[-1][1] == "A friend."
    assert dropped.losses == ("reasoning",)


def test_media_are_dropped_or_refused(odd) -> None:
    draft = one(odd["media"], media="drop", parts="text")
    assert texts(draft)[0] == ("user", "Look.")
    with pytest.raises(Refused, match="pictures"):
        one(odd["media"], media="refuse")


def test_placeholders_go_with_the_pictures_they_stand_for() -> None:
    entry = {"messages": [{"role": "user", "content": "<image>\nWho is it?"}], "images": ["a.png"]}
    (draft,) = policies.apply(Draft(entry), {"media": "drop"}, NAMES)
    assert draft.entry == {"messages": [{"role": "user", "content": "Who is it?"}]}


def test_macros_become_names_and_those_without_a_name_stay() -> None:
    messages = [
        {"role": "user", "name": "wren", "content": "I am {{user}}, you are {{CHAR}}."},
        {"role": "assistant", "content": "{{char}} nods at <USER>."},
    ]
    assert texts(one(messages, macros="text")) == [
        ("user", "I am Wren, you are {{CHAR}}."),
        ("assistant", "{{char}} nods at Wren."),
    ]


@pytest.mark.parametrize(("value", "key", "written"), [("weight", "weight", 0), ("train", "train", False)])
def test_weights_are_written_in_the_word_of_the_target(odd, value: str, key: str, written: object) -> None:
    assert one(odd["weight 0"], weights=value).messages[1][key] == written


def test_a_long_scene_is_cut_between_exchanges_with_context_that_is_not_trained_twice() -> None:
    scene = [{"role": "system", "content": "s"}]
    for number in range(5):
        scene += [{"role": "user", "content": f"u{number}"}, {"role": "assistant", "content": f"a{number}"}]
    drafts = policies.apply(Draft({"messages": scene}), {"cut": "3:1"}, NAMES)

    assert [[m["content"] for m in d.messages] for d in drafts] == [
        ["s", "u0", "a0", "u1", "a1", "u2", "a2"],
        ["s", "u2", "a2", "u3", "a3", "u4", "a4"],
    ]
    replies = [m for draft in drafts for m in draft.messages if m["role"] == "assistant"]
    trained = [m["content"] for m in replies if "weight" not in m]
    assert trained == ["a0", "a1", "a2", "a3", "a4"]


def other(of: str, text: str, **more: object) -> dict[str, object]:
    return {"of": of, "messages": [{"role": "assistant", "content": text}], **more}


LAST = digest(SCENE[3])
ALTERNATIVES = {
    "alternatives": [other(LAST, "Hear me."), other(LAST, "Go.", to_end=True), other("gone", "?")]
}


@pytest.mark.parametrize(("value", "rejected"), [("all", ["Hear me.", "Go."]), ("first", ["Hear me."])])
def test_alternatives_become_pairs_with_the_prompt_up_to_their_message(
    value: str, rejected: list[str]
) -> None:
    drafts = policies.apply(
        Draft({"messages": SCENE}, ALTERNATIVES), {"pairs": value, "names": "prefix"}, NAMES
    )
    assert [len(d.messages) for d in drafts] == [3] * len(rejected)
    assert [d.entry["rejected"][0]["content"] for d in drafts] == rejected
    assert {d.entry["chosen"][0]["content"] for d in drafts} == {"Mara Voss: Listen."}


def _of_words(draft: Draft) -> list[int]:
    return [len(str(message["content"]).split()) for message in draft.messages]


SYSTEM = {"role": "system", "content": "You keep the lighthouse."}
SCENE_OF_FOUR = [
    SYSTEM,
    *(
        {"role": role, "content": f"{number} two three"}
        for number in range(4)
        for role in ("user", "assistant")
    ),
]


def test_a_scene_is_cut_where_the_length_ends_and_not_before() -> None:
    head = len(SYSTEM["content"].split())
    for room, sizes in ((24, [4]), (12, [2, 2]), (18, [3, 1]), (6, [1, 1, 1, 1]), (1, [1, 1, 1, 1])):
        context = Context(max_length=head + room, lengths=_of_words)
        drafts = policies.apply(Draft({"messages": SCENE_OF_FOUR}), {"cut": "length"}, context)
        assert [len(draft.messages) // 2 for draft in drafts] == sizes
        assert all(draft.messages[0] == SYSTEM for draft in drafts)


def test_pieces_of_a_length_repeat_as_many_exchanges_as_there_is_room_for() -> None:
    context = Context(max_length=len(SYSTEM["content"].split()) + 12, lengths=_of_words)
    drafts = policies.apply(Draft({"messages": SCENE_OF_FOUR}), {"cut": "length:3"}, context)
    assert [[m.get("weight") for m in draft.messages[2::2]] for draft in drafts] == [
        [None, None],
        [0, None],
        [0, None],
    ]
    trained = [
        m["content"] for d in drafts for m in d.messages if m["role"] == "assistant" and "weight" not in m
    ]
    assert trained == [m["content"] for m in SCENE_OF_FOUR if m["role"] == "assistant"]


def test_a_cut_at_a_length_needs_a_length() -> None:
    with pytest.raises(Usage, match="none is given"):
        one(SCENE, cut="length")


@pytest.mark.parametrize(
    ("value", "text"),
    [("keep", "A<|im_end|>friend.[/INST]"), ("break", "A< |im_end|>friend.[ /INST]"), ("drop", "Afriend.")],
)
def test_control_tokens_in_texts_are_kept_broken_or_dropped(value: str, text: str) -> None:
    turns = {
        "role": "assistant",
        "content": "A<|im_end|>friend.[/INST]",
        "reasoning_content": "No<|eot_id|>.",
    }
    draft = one([SCENE[0], turns], control_tokens=value)
    assert draft.messages[-1]["content"] == text
    assert bool(draft.alterations) == (value == "break")
    assert bool(draft.losses) == (value == "drop")
    assert ("<|eot_id|>" in draft.messages[-1]["reasoning_content"]) == (value == "keep")


def test_what_is_left_of_a_dropped_control_token_is_none_either() -> None:
    nested = [{"role": "user", "content": "<|im_<|im_end|>end|>"}]
    assert one(nested, control_tokens="drop").messages[0]["content"] == ""


@pytest.mark.parametrize("value", ["0", "x", "2:2", "3:-1", ":"])
def test_a_cut_that_means_nothing_is_a_usage_error(value: str) -> None:
    with pytest.raises(Usage):
        one(SCENE, cut=value)


@pytest.mark.parametrize("chosen", [{"nmaes": "drop"}, {"names": "gone"}])
def test_an_unknown_policy_or_value_is_a_usage_error(chosen: dict[str, str]) -> None:
    with pytest.raises(Usage):
        policies.check(chosen)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "developer"]), "content": ANY},
    optional={"name": ANY, "tool_calls": ANY, "reasoning_content": ANY, "weight": ANY},
)
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        policy.NAME: st.sampled_from([v for v in policy.VALUES if v != "refuse"])
        for policy in POLICIES
        if policy.VALUES
    },
)


@given(st.lists(MESSAGE, max_size=5), CHOICES)
def test_no_conversation_breaks_a_policy(messages, chosen) -> None:
    for draft in policies.apply(Draft({"messages": messages}), chosen, NAMES):
        assert isinstance(draft.entry["messages"], list)


def test_parts_become_text_calls_and_reasoning_and_nothing_becomes_speech() -> None:
    call = {"type": "tool_call", "value": '{"name": "look", "arguments": {"at": "sea"}}'}
    thought = {"type": "reasoning", "value": "Is it a ship?"}
    draft = one(
        [
            {"role": "user", "content": [{"type": "text", "value": "What is there?"}]},
            {"role": "assistant", "content": [thought, {"type": "text", "value": "Wait."}, call]},
            {"role": "assistant", "content": [call]},
            {
                "role": "user",
                "content": [{"type": "text", "value": "And?"}, {"type": "image_url", "value": "a"}],
            },
        ],
        parts="text",
    )
    made = {"type": "function", "function": {"name": "look", "arguments": '{"at": "sea"}'}}
    assert draft.messages == [
        {"role": "user", "content": "What is there?"},
        {
            "role": "assistant",
            "content": "Wait.",
            "tool_calls": [made],
            "reasoning_content": "Is it a ship?",
        },
        {"role": "assistant", "content": None, "tool_calls": [made]},
        # A picture has no place but the list.
        {"role": "user", "content": [{"type": "text", "value": "And?"}, {"type": "image_url", "value": "a"}]},
    ]
    assert draft.alterations


PARTS = [{"type": "text", "text": "Wait, {{user}}."}, {"type": "text", "text": "Go."}]


def test_a_name_goes_before_the_first_of_several_texts() -> None:
    draft = one([{"role": "assistant", "name": "mara", "content": PARTS}], names="prefix")
    assert [part["text"] for part in draft.messages[0]["content"]] == ["Mara Voss: Wait, {{user}}.", "Go."]
    assert "name" not in draft.messages[0]
    silent = {"role": "assistant", "name": "mara", "content": None, "tool_calls": []}
    assert one([silent], names="prefix").messages == [silent]


def test_macros_in_parts_and_in_replies_get_the_names_of_the_scene() -> None:
    ask = {"role": "user", "name": "wren", "content": "I am {{user}}."}
    entry = {"messages": [ask], "chosen": {"role": "assistant", "content": PARTS}, "rejected": "{{user}}?"}
    (draft,) = policies.apply(Draft(entry), {"macros": "text"}, NAMES)
    assert draft.entry["chosen"]["content"][0]["text"] == "Wait, Wren."
    assert draft.messages[0]["content"] == "I am Wren."


def test_a_policy_reaches_a_reply_that_is_one_message() -> None:
    reply = {"role": "assistant", "name": "mara", "content": "Yes.", "reasoning_content": "Why not?"}
    entry = {"messages": [{"role": "user", "content": "Go?"}], "chosen": reply, "rejected": [reply]}
    (draft,) = policies.apply(Draft(entry), {"names": "drop", "reasoning": "drop"}, NAMES)
    assert draft.entry["chosen"] == {"role": "assistant", "content": "Yes."}
    assert draft.entry["rejected"] == [{"role": "assistant", "content": "Yes."}]
    assert draft.losses == ("speaker names", "reasoning")


def test_reasoning_in_tags_is_dropped_too_and_a_user_may_write_them() -> None:
    messages = [
        {"role": "user", "content": "<think>Really?</think> Go on."},
        {"role": "assistant", "content": "<think>\nHe may lie.\n</think>\n\nA friend."},
    ]
    draft = one(messages, reasoning="drop")
    assert texts(draft) == [("user", "<think>Really?</think> Go on."), ("assistant", "A friend.")]
    assert draft.losses == ("reasoning",)


def test_calls_are_dropped_with_messages_that_say_nothing_else() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "roll", "arguments": "{}"}}
    part = {"type": "tool_call", "value": {"name": "roll", "arguments": {}}}
    messages = [
        {"role": "user", "content": "Roll."},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "7"},
        {"role": "assistant", "content": [{"type": "text", "text": "Again."}, part]},
    ]
    draft = one(messages, tools="drop")
    assert texts(draft) == [
        ("user", "Roll."),
        ("assistant", [{"type": "text", "text": "Again."}]),
    ]
    assert draft.losses == ("tool calls and tool results",)


@pytest.mark.parametrize(("value", "written"), [("list", []), ("json", "[]")])
def test_definitions_of_tools_get_one_type(value: str, written: object) -> None:
    for tools in ([], "[]"):
        (draft,) = policies.apply(Draft({"messages": [], "tools": tools}), {"tools": value}, NAMES)
        assert draft.entry["tools"] == written
        assert bool(draft.alterations) == (tools != written)


def test_a_narrator_is_the_users_and_everyone_is_named() -> None:
    scene = [
        *SCENE,
        {"role": "assistant", "content": "Night fell."},
        {"role": "user", "name": "wren", "content": "?"},
    ]
    assert texts(one(scene, **{"as": "osric"})) == [
        ("user", "Mara Voss: Wait.\n\nWren: Why?"),
        ("assistant", "Hush."),
        ("user", "Mara Voss: Listen.\n\nNight fell.\n\nWren: ?"),
    ]


def test_the_one_other_speaker_keeps_a_name_for_the_policy_of_names() -> None:
    two = [SCENE[0] | {"weight": 0}, SCENE[1]]
    for value, text in (("keep", "Wait."), ("prefix", "Mara Voss: Wait."), ("drop", "Wait.")):
        draft = one(two, **{"as": "wren", "names": value})
        assert texts(draft) == [("user", text), ("assistant", "Wren: Why?" if value == "prefix" else "Why?")]
        assert "weight" not in draft.messages[0]
    assert one(two, **{"as": "wren"}).messages[0]["name"] == "mara"


def test_system_prompts_and_greetings_in_parts_are_joined_too() -> None:
    prompt = {"role": "system", "content": [{"type": "text", "text": "Night."}]}
    messages = [prompt, {"role": "assistant", "content": PARTS[1:]}, {"role": "user", "content": "?"}, prompt]
    assert texts(one(messages, greeting="system", system="first")) == [
        ("system", "Night.\n\nNight.\n\nGo."),
        ("user", "?"),
    ]


def test_a_message_of_pictures_alone_is_empty_without_them() -> None:
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": "a.png"}]}]
    assert one(messages, media="drop").messages == [{"role": "user", "content": ""}]
