"""Which label is a role, and who the others are."""

import pytest

from talekeep.core.errors import BadRecord
from talekeep.formats.conversation.roles import canonical_role
from talekeep.formats.conversation.roles import cast

_PEER = {
    "user": "user usr uesr useer human humans person player input prompt instruction",
    "assistant": "assistant assistnt assitant assitstant asistant asst bot chatbot gpt model ai completion "
    "response output",
    "system": "system sys sytem systm system_prompt context",
}


def test_every_spelling_of_rolethread_is_understood_anywhere() -> None:
    spellings = [(alias, role) for role, aliases in _PEER.items() for alias in aliases.split()]
    assert len(spellings) == 31
    for alias, role in spellings:
        for spelling in (alias, alias.upper(), f"  {alias.title()}\t"):
            assert canonical_role(spelling) == role


def test_tool_and_model_labels_are_understood() -> None:
    for label in ("tool", "function", "observation", "tool_response"):
        assert canonical_role(label) == "tool"
    for label in ("chatgpt", "bing", "bard", "gpt4"):
        assert canonical_role(label) == "assistant"
    assert canonical_role("developer") == "developer"


@pytest.mark.parametrize("label", ["Mira Vale", "小明", "", "function_call", None, 7, ["user"]])
def test_anything_else_is_no_role(label: object) -> None:
    assert canonical_role(label) is None


def _cast(*labels: str) -> dict[str, str]:
    return {label: str(speaker) for label, speaker in cast(labels).items()}


def test_two_speakers_taking_turns_are_user_and_assistant() -> None:
    output = _cast("system", "Kai", "Mira Vale", "system", "Kai", "Mira Vale")
    assert output == {"Kai": "user:kai", "Mira Vale": "assistant:mira_vale"}


def test_a_speaker_keeps_the_role_of_the_first_place() -> None:
    output = _cast("system", "Kai", "Ren", "Narrator", "Kai", "Kai", "Narrator")
    assert output == {"Kai": "user:kai", "Ren": "assistant:ren", "Narrator": "user:narrator"}
    assert _cast("user", "Mira", "user", "Kai") == {"Mira": "assistant:mira", "Kai": "assistant:kai"}


def test_spellings_of_one_name_are_one_speaker() -> None:
    output = _cast("Old Tom", "gpt", "x", "old-tom", " OLD TOM ")
    assert {output[label] for label in ("Old Tom", "old-tom", "OLD TOM")} == {"user:old_tom"}


def test_a_label_that_names_nobody_is_refused() -> None:
    with pytest.raises(BadRecord, match="names nobody"):
        cast(["user", "***"])


def test_who_speaks_to_users_is_the_assistant_wherever_they_begin() -> None:
    assert _cast("Mira", "user", "Mira", "user") == {"Mira": "assistant:mira"}
    assert _cast("system", "gpt", "Kai", "Ren", "gpt") == {"Kai": "user:kai", "Ren": "user:ren"}


@pytest.mark.parametrize(
    "label", ["ipython", "environment", "function-response", "tool_result", "Observation"]
)
def test_tool_roles_of_every_family_are_tool(label: str) -> None:
    assert canonical_role(label) == "tool"


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("hummany", "user"),
        ("assistent", "assistant"),
        ("usser", "user"),
        ("Herman", None),
        ("hume", None),
        ("hunter", None),
    ],
)
def test_a_typo_of_a_role_is_that_role_and_a_name_is_not(label: str, role: str | None) -> None:
    assert canonical_role(label) == role
