"""Role labels: what files write in place of a role, and who speaks under a label that is none.

The aliases are RoleThread Lite's 31 spellings, the labels of published ShareGPT sets, and the tool labels
of OpenAI and LLaMA-Factory. An alias counts wherever it stands in a conversation.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from talekeep.core import roles
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug

_LABELS = {
    "user": "prompter 用户 用戶 ユーザー 사용자 пользователь",
    "assistant": "助手 助理 アシスタント 어시스턴트 ассистент"
    " chatgpt bing bard gpt3 gpt-3 gpt3.5 gpt-3.5 gpt4 gpt-4 gpt-4o claude gemini",
    "developer": "developer",
    "tool": "tool function observation tool_response function_response tool_result tool_results tool_output"
    " function-response tool-response function_result ipython environment env code_output",
}
# Slugs of labels that are the thoughts of the assistant, and nobody's names.
THOUGHTS = frozenset(
    {"thought", "thoughts", "thinking", "reasoning", "assistant_thought", "assistant_thoughts"}
    | {"assistant_reasoning", "assistant_thinking", "inner_monologue", "chain_of_thought"}
)
# Slugs of labels that say what a turn is for; whether they are somebody who speaks, a person has to say.
FUNCTIONS = frozenset(
    {*THOUGHTS, "critic", "judge", "evaluator", "grader", "reviewer", "verifier", "planner", "moderator"}
    | {"annotator", "feedback", "comment", "note", "metadata", "observer", "router", "executor"}
)
# Roles that people mistype; names of people are near to others.
_MISTYPED = ("assistant", "user", "human", "system")
# Spellings of the table that are mistakes, not habits.
_MISTAKES = frozenset(["uesr", "useer", "assistnt", "assitant", "assitstant", "asistant", "sytem", "systm"])
ALIASES: Mapping[str, str] = MappingProxyType(
    {**roles.ALIASES, **{label: role for role, labels in _LABELS.items() for label in labels.split()}}
)
CALLS = frozenset({"function_call", "tool_call", "function-call", "tool-call", "tool_calls"})


def canonical_role(label: object) -> str | None:
    """The role a label stands for, ignoring case and outer spaces; None for the name of a speaker."""
    if not isinstance(label, str):
        return None
    # Nearly every label is spelled as it stands in the table.
    return ALIASES.get(label) or ALIASES.get(label.strip().casefold()) or mistyped(label)


@lru_cache(maxsize=256)
def mistyped(label: str) -> str | None:
    """The role that a label misspells: in lower case, with the same first letters, at most two signs off."""
    word = label.strip()
    if not (4 <= len(word) <= 12 and word.isascii() and word.islower() and word.isalpha()) or word in ALIASES:
        return None
    for role in _MISTYPED:
        if (
            word[:2] == role[:2]
            and len(word) >= len(role)
            and _distance(word, role) <= (2 if len(role) > 4 else 1)
        ):
            return ALIASES[role]
    return None


def mends_in(labels: Iterable[str]) -> dict[str, int]:
    """How many labels misspell a role, and how many have spaces around them."""
    odd = [label for label in labels if label not in ALIASES or label in _MISTAKES]
    counts = {
        "roles": sum(label.strip().casefold() in _MISTAKES or mistyped(label) is not None for label in odd),
        "spaces": sum(label != label.strip() for label in odd),
    }
    return {kind: count for kind, count in counts.items() if count}


def _distance(a: str, b: str) -> int:
    """How many letters must be changed, added or taken away (Levenshtein's distance)."""
    row = list(range(len(b) + 1))
    for i, sign in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (sign != other))
    return row[-1]


def is_call(label: str) -> bool:
    """True for the labels under which ShareGPT writes a tool call as text."""
    return label not in ALIASES and label.strip().casefold() in CALLS


def label_of(item: Any, key: str, number: int) -> str:
    """The role label of one message.

    Raises:
        BadRecord: the item is not an object, or its label is missing, blank or not a string.
    """
    if not isinstance(item, dict):
        raise BadRecord(f"message {number} is not an object")
    label = item.get(key)
    if label is None:
        raise BadRecord(f"message {number} has no {key}")
    if not isinstance(label, str):
        raise BadRecord(f"message {number}: {key} is not text")
    if not label.strip():
        raise BadRecord(f"message {number}: {key} is blank; talekeep import --map '=narrator' or '=drop'")
    return label


# Labels that together are question and answer, and nobody's names.
_QUESTIONS = (
    {"q": "user", "a": "assistant"},
    {"question": "user", "answer": "assistant"},
    {"query": "user", "answer": "assistant"},
    {"问": "user", "答": "assistant"},
)
_OTHER = {"user": "assistant", "assistant": "user"}


def cast(labels: Sequence[str]) -> dict[str, Speaker]:
    """Who speaks under each label (trimmed) that is no role.

    Where the record names one side by its role (only users, or only assistants), everybody else is the
    other side. Two speakers who strictly take turns are user and assistant, in that order. Otherwise a
    speaker is the user where the first message of theirs stands at an odd place (from 1, after the leading
    system prompt) and the assistant at an even one, and stays so throughout the record.

    Raises:
        BadRecord: a label has no letter or digit to name anybody by.
    """
    if ALIASES.keys() >= set(labels):
        return {}
    unknown = {label: _named(label) for label in map(str.strip, labels) if not _known(label)}
    if not unknown:
        return {}
    sides = next((pair for pair in _QUESTIONS if pair.keys() == set(unknown.values())), None)
    if sides is not None:
        return {label: Speaker(sides[named], "") for label, named in unknown.items()}
    result = _other_side(labels) or _taking_turns(labels) or _by_place(labels)
    return {label: Speaker(result[named], named) for label, named in unknown.items()}


def _known(label: str) -> bool:
    return canonical_role(label) is not None or is_call(label)


def _named(label: str) -> str:
    named = slug(label)
    if not named:
        raise BadRecord(f"the role {label!r} is none, and names nobody")
    return named


def _other_side(labels: Sequence[str]) -> dict[str, str]:
    sides = {role for role in map(canonical_role, labels) if role in _OTHER}
    if len(sides) != 1:
        return {}
    other = _OTHER[next(iter(sides))]
    return {slug(label): other for label in labels if not _known(label)}


def _taking_turns(labels: Sequence[str]) -> dict[str, str]:
    spoken = [label for label in labels if not _is_prompt(label)]
    slugs = [slug(label) for label in spoken]
    first_two = list(dict.fromkeys(slugs))
    if any(map(_known, spoken)) or len(first_two) != 2 or any(a == b for a, b in pairwise(slugs)):
        return {}
    return dict(zip(first_two, ("user", "assistant"), strict=True))


def _by_place(labels: Sequence[str]) -> dict[str, str]:
    leading = next((i for i, label in enumerate(labels) if not _is_prompt(label)), 0)
    result: dict[str, str] = {}
    for place, label in enumerate(labels[leading:]):
        if not _known(label):
            result.setdefault(slug(label), ("user", "assistant")[place % 2])
    return result


def _is_prompt(label: str) -> bool:
    return canonical_role(label) in ("system", "developer")
