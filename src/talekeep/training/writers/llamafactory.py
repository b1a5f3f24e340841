"""`llamafactory`: ShareGPT turns in the strict order that LLaMA-Factory's converter asks for.

Source: `data/converter.py` and `data/formatter.py` at 0.9.5. A turn of human or observation and a turn of gpt
or function_call alternate; a text beside calls stands before `<tool_call>` in the value of one turn.
"""

from typing import Any

import talekeep.training.writers.sharegpt as sharegpt
from talekeep.core.content import as_json
from talekeep.core.entry import Message
from talekeep.training import tool_schema
from talekeep.training.base import Draft
from talekeep.training.base import Rows

NAME = "llamafactory"
TITLE = "ShareGPT turns in LLaMA-Factory's order"
_ONE_TURN = "a reply and its tool calls written as one turn"
_PROMPTS = ("human", "observation")
# How LLaMA-Factory joins results that follow each other when it reads messages with roles.
_BETWEEN = "\n</tool_response>\n<tool_response>\n"


def write(draft: Draft) -> Rows:
    written = sharegpt.write(draft)
    row = dict(written.rows[0])
    alterations = [each.replace(sharegpt.TWO_TURNS, _ONE_TURN) for each in written.alterations]
    turns = [turn for message in draft.messages for turn in _turns_of(message)]
    row["conversations"] = _in_order(turns)
    if row["conversations"] != turns:
        alterations.append("results of tools in a row written as one turn")
    tools = tool_schema.definitions(row.get("tools")) or []
    with_texts = [tool_schema.with_texts_to_choose(each) for each in tools]
    if with_texts != tools:
        row["tools"] = as_json(with_texts)
        alterations.append("values to choose from, in a tool's definition, written as texts")
    return Rows((row,), written.losses, tuple(alterations))


def _turns_of(message: Message) -> list[dict[str, str]]:
    """The turns of one message; a text and the calls beside it are one.

    gpt "Rolling.", function_call '{"name": "roll", …}'
    → function_call 'Rolling.<tool_call>{"name": "roll", …}</tool_call>'
    """
    turns = list(sharegpt.turns_of(message, [], []))
    if len(turns) != 2:
        return turns
    text, call = (turn["value"] for turn in turns)
    return [{"from": "function_call", "value": f"{text}<tool_call>{call}</tool_call>"}]


def _in_order(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Turns of observation joined with what the model reads before or after them."""
    result: list[dict[str, Any]] = []
    for turn in turns:
        last = result[-1] if result else {"from": "", "value": ""}
        labels = (last["from"], turn["from"])
        if "observation" in labels and {*labels} <= {*_PROMPTS}:
            between = _BETWEEN if labels == ("observation", "observation") else "\n\n"
            result[-1] = {"from": "observation", "value": f"{last['value']}{between}{turn['value']}"}
        else:
            result.append(turn)
    return result
