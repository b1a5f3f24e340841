"""Spellings of roles that people and programs write by habit or by mistake."""

from collections.abc import Mapping
from types import MappingProxyType

# The 31 spellings RoleThread Lite reads (its three roles among them), trimmed and lower case.
_SPELLINGS = {
    "user": "user usr uesr useer human humans person player input prompt instruction",
    "assistant": "assistant assistnt assitant assitstant asistant asst bot chatbot gpt model ai completion"
    " response output",
    "system": "system sys sytem systm system_prompt context",
}
ALIASES: Mapping[str, str] = MappingProxyType(
    {spelling: role for role, spellings in _SPELLINGS.items() for spelling in spellings.split()}
)
