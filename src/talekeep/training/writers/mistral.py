"""`mistral`: messages as mistral-common and mistral-finetune take them.

Source: mistral-common 1.13.1 (`protocol/instruct/validator.py`): ids of calls are nine letters or digits, a
message has a text or calls, each call its result. mistral-finetune (`finetune/data/tokenize.py`): where tools
are defined, only the last message of a row is trained.
"""

import hashlib
from typing import Any

import talekeep.training.writers.messages as plain
from talekeep.core.entry import Message
from talekeep.training import tool_turns
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.policies import calls
from talekeep.training.policies import system
from talekeep.training.policies import turns
from talekeep.training.policies.weights import weight_of

NAME = "mistral"
TITLE = "Messages as Mistral takes them"


def write(draft: Draft) -> Rows:
    if not _takes_calls(draft.messages):
        draft = _without_calls(draft)
    written = plain.write(draft)
    alterations = [*draft.alterations, *written.alterations]
    rows = written.rows
    if any(not tool_turns.is_short_id(each) for each in tool_turns.ids(draft.messages)):
        rows = tuple({**row, "messages": tool_turns.with_ids(row["messages"], _short)} for row in rows)
        alterations.append("ids of tool calls written with nine letters")
    losses = [*draft.losses, *written.losses]
    if rows and draft.entry.get("tools"):
        rows = tuple(_cut(rows[0]))
        if len(rows[-1]["messages"]) < len(draft.messages):
            losses.append("messages after the last trained reply")
        if len(rows) > 1:
            alterations.append("a row for each reply, because only the last one is trained beside tools")
    return Rows(rows, tuple(losses), tuple(alterations))


def _takes_calls(messages: list[Message]) -> bool:
    broken = tool_turns.unanswered(messages) or tool_turns.unasked(messages)
    return not broken and not any(map(tool_turns.has_text_and_calls, messages))


def _without_calls(draft: Draft) -> Draft:
    [draft] = calls.apply(draft, "text", Context())
    [draft] = system.apply(draft, "first", Context())
    [draft] = turns.apply(draft, "join", Context())
    return draft


def _short(own: str, place: str) -> str:
    """The id itself where it is short, else nine letters of its SHA-256."""
    text = own or place
    return text if tool_turns.is_short_id(text) else hashlib.sha256(text.encode()).hexdigest()[:9]


def _cut(row: dict[str, Any]) -> list[dict[str, Any]]:
    """A row up to each reply that is trained; the whole row where none is."""
    messages = row["messages"]
    ends = [n for n, m in enumerate(messages, 1) if m.get("role") == "assistant" and weight_of(m) != 0]
    return [{**row, "messages": messages[:end]} for end in ends] or [row]
