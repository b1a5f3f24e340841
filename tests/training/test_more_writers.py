"""SillyTavern chats and preference pairs in the shapes of OpenAI and LLaMA-Factory."""

from talekeep.training.base import Draft
from talekeep.training.writers import llamafactory_preference
from talekeep.training.writers import openai_preference
from talekeep.training.writers import sillytavern

USER = {"role": "user", "name": "wren", "content": "Who?"}
GOOD = {"role": "assistant", "name": "mara", "content": "A friend."}
BAD = {"role": "assistant", "name": "mara", "content": "Go."}
PAIR = Draft({"messages": [USER], "chosen": [GOOD], "rejected": [BAD]})


def test_a_sillytavern_chat_has_a_header_and_a_line_a_message() -> None:
    rows = sillytavern.write(Draft({"messages": [{"role": "system", "content": "Night."}, USER, GOOD]})).rows

    assert rows[0] == {"user_name": "wren", "character_name": "mara"}
    assert rows[1:] == (
        {"name": "System", "is_user": False, "is_system": True, "mes": "Night."},
        {"name": "wren", "is_user": True, "is_system": False, "mes": "Who?"},
        {"name": "mara", "is_user": False, "is_system": False, "mes": "A friend."},
    )


def test_what_a_chat_file_cannot_hold_is_counted() -> None:
    called = {**GOOD, "tool_calls": [{"function": {"name": "roll", "arguments": "{}"}}], "weight": 0}

    losses = sillytavern.write(Draft({"messages": [USER, called], "tools": []})).losses
    assert set(losses) == {"the key 'tools'", "weights of replies", "tool calls"}


def test_openai_pairs_have_an_input_and_two_outputs() -> None:
    assert openai_preference.write(PAIR).rows == (
        {"input": {"messages": [USER]}, "preferred_output": [GOOD], "non_preferred_output": [BAD]},
    )
    assert openai_preference.write(Draft({"messages": [USER]})).losses[0].startswith("whole entries")


def test_llamafactory_pairs_are_turns() -> None:
    written = llamafactory_preference.write(PAIR)

    assert written.rows == (
        {
            "conversations": [{"from": "human", "value": "Who?"}],
            "chosen": {"from": "gpt", "value": "A friend."},
            "rejected": {"from": "gpt", "value": "Go."},
        },
    )
    assert written.losses == ("speaker names",)
