"""Entries of which each has one thing that trainers treat in their own way."""

from typing import Any

SYSTEM = {"role": "system", "content": "You keep the lighthouse."}
ASK = {"role": "user", "content": "Who goes there?"}
ANSWER = {"role": "assistant", "content": "A friend."}
MORE = {"role": "user", "content": "Whose friend?"}
LAST = {"role": "assistant", "content": "The keeper's."}
ARGUMENTS = '{"dice": "2d6"}'
CALL = {"id": "abcdef123", "type": "function", "function": {"name": "roll", "arguments": ARGUMENTS}}
SECOND = {"id": "ghijkl456", "type": "function", "function": {"name": "look", "arguments": '{"at": "sea"}'}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "abcdef123", "name": "roll", "content": "seven"}
SECOND_RESULT = {"role": "tool", "tool_call_id": "ghijkl456", "name": "look", "content": "waves"}
PARAMETERS = {"type": "object", "properties": {"dice": {"type": "string"}}, "required": ["dice"]}
TOOLS = [{"type": "function", "function": {"name": "roll", "description": "Roll.", "parameters": PARAMETERS}}]
TOOLS += [
    {"type": "function", "function": {"name": "look", "description": "Look.", "parameters": PARAMETERS}}
]
# As they stand in public data: names of parameters in the place of a schema, types of Python, and others.
BARE_MAP = {"dice": {"description": "Which.", "type": "str", "default": "2d6"}}


def _tool(**function: Any) -> list[dict[str, Any]]:
    return [{"type": "function", "function": {"name": "roll", "description": "Roll.", **function}}]


def _schema(**dice: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"dice": dice}}


PICTURE = {"type": "image_url", "image_url": {"url": "https://example.invalid/a.png"}}


def _of(*messages: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"messages": list(messages), **rest}


ENTRIES: dict[str, dict[str, Any]] = {
    "plain": _of(SYSTEM, ASK, ANSWER, MORE, LAST),
    "no reply": _of(SYSTEM, ASK),
    "system alone": _of(SYSTEM),
    "greeting first": _of(SYSTEM, ANSWER, MORE, LAST),
    "greeting without system": _of(ANSWER, MORE, LAST),
    "two replies in a row": _of(ASK, ANSWER, LAST),
    "two prompts in a row": _of(ASK, MORE, LAST),
    "system in the middle": _of(
        SYSTEM, ASK, ANSWER, {"role": "system", "content": "Night falls."}, MORE, LAST
    ),
    "two systems first": _of(SYSTEM, {"role": "system", "content": "Night falls."}, ASK, ANSWER),
    "developer": _of({"role": "developer", "content": "Be brief."}, ASK, ANSWER),
    "developer in the middle": _of(ASK, ANSWER, {"role": "developer", "content": "Be brief."}, MORE, LAST),
    "tool call": _of(ASK, CALLING, RESULT, LAST, tools=TOOLS),
    "tool call without definition": _of(ASK, CALLING, RESULT, LAST),
    "tool call with text": _of(ASK, {**CALLING, "content": "Rolling."}, RESULT, LAST, tools=TOOLS),
    "two calls at once": _of(
        ASK, {**CALLING, "tool_calls": [CALL, SECOND]}, RESULT, SECOND_RESULT, LAST, tools=TOOLS
    ),
    "calls one after the other": _of(
        ASK, CALLING, RESULT, {**CALLING, "tool_calls": [SECOND]}, SECOND_RESULT, LAST, tools=TOOLS
    ),
    "call without id": _of(
        ASK,
        {**CALLING, "tool_calls": [{key: CALL[key] for key in CALL if key != "id"}]},
        {key: RESULT[key] for key in RESULT if key != "tool_call_id"},
        LAST,
        tools=TOOLS,
    ),
    "short call id": _of(
        ASK,
        {**CALLING, "tool_calls": [{**CALL, "id": "call_1"}]},
        {**RESULT, "tool_call_id": "call_1"},
        LAST,
        tools=TOOLS,
    ),
    "arguments that are no JSON": _of(
        ASK,
        {**CALLING, "tool_calls": [{**CALL, "function": {"name": "roll", "arguments": "2d6"}}]},
        RESULT,
        LAST,
        tools=TOOLS,
    ),
    "result of no call": _of(ASK, RESULT, LAST, tools=TOOLS),
    "call without result": _of(ASK, CALLING, MORE, LAST, tools=TOOLS),
    "call at the end": _of(ASK, CALLING, tools=TOOLS),
    "result at the end": _of(ASK, CALLING, RESULT, tools=TOOLS),
    "prompt after a result": _of(ASK, CALLING, RESULT, MORE, LAST, tools=TOOLS),
    "definitions without calls": _of(ASK, ANSWER, tools=TOOLS),
    "parameters without properties": _of(ASK, ANSWER, tools=_tool(parameters=BARE_MAP)),
    "parameters of an empty object": _of(ASK, ANSWER, tools=_tool(parameters={"type": "object"})),
    "parameters missing": _of(ASK, ANSWER, tools=_tool()),
    "parameters of Python's types": _of(
        ASK, ANSWER, tools=_tool(parameters={**_schema(type="str, optional"), "type": "dict"})
    ),
    "parameters of large letters": _of(ASK, ANSWER, tools=_tool(parameters=_schema(type="STRING"))),
    "parameters required one by one": _of(
        ASK, ANSWER, tools=_tool(parameters=_schema(type="string", required=True))
    ),
    "a type in the place of a parameter": _of(
        ASK, ANSWER, tools=_tool(parameters={"type": "object", "properties": {"dice": "string"}})
    ),
    "choices of numbers": _of(
        ASK,
        ANSWER,
        tools=_tool(parameters=_schema(type="integer", enum=[6, 20])),
    ),
    "choices that are no list": _of(ASK, ANSWER, tools=_tool(parameters=_schema(type="string", enum="a, b"))),
    "description of null": _of(ASK, ANSWER, tools=_tool(description=None, parameters=_schema(type="string"))),
    "a bare function": _of(ASK, ANSWER, tools=[{"name": "roll", "parameters": PARAMETERS}]),
    "a tool without a name": _of(ASK, ANSWER, tools=[{"type": "web_search"}]),
    "a tool with a dotted name": _of(
        ASK,
        {**CALLING, "tool_calls": [{**CALL, "function": {"name": "dice.roll", "arguments": ARGUMENTS}}]},
        {**RESULT, "name": "dice.roll"},
        LAST,
        tools=_tool(name="dice.roll", parameters=PARAMETERS),
    ),
    "tools that are one object": _of(ASK, ANSWER, tools=_tool(parameters=PARAMETERS)[0]),
    "tools that are no JSON": _of(ASK, ANSWER, tools="roll(dice)"),
    "picture": _of({"role": "user", "content": [{"type": "text", "text": "Look."}, PICTURE]}, ANSWER),
    "reply of parts": _of(ASK, {"role": "assistant", "content": [{"type": "text", "text": "A friend."}]}),
    "prompt of parts": _of(
        {"role": "user", "content": [{"type": "text", "text": "Who goes there?"}]}, ANSWER
    ),
    "reasoning": _of(ASK, {**ANSWER, "reasoning_content": "He may lie."}),
    "reasoning in two replies": _of(
        ASK, {**ANSWER, "reasoning_content": "He may lie."}, MORE, {**LAST, "reasoning_content": "He does."}
    ),
    "reasoning before a call": _of(
        ASK, {**CALLING, "reasoning_content": "A roll will tell."}, RESULT, LAST, tools=TOOLS
    ),
    "speaker names": _of({**ASK, "name": "wren"}, {**ANSWER, "name": "mara"}),
    "weight 0": _of(ASK, {**ANSWER, "weight": 0}, MORE, LAST),
    "weight 0 on all": _of(ASK, {**ANSWER, "weight": 0}),
    "weight 0 on the last": _of(ASK, ANSWER, MORE, {**LAST, "weight": 0}),
    "train false": _of(ASK, {**ANSWER, "train": False}, MORE, LAST),
    "loss_weight 0": _of(ASK, {**ANSWER, "loss_weight": 0.0}, MORE, LAST),
    "weight of a half": _of(ASK, {**ANSWER, "weight": 0.5}, MORE, LAST),
    "weight on a prompt": _of({**ASK, "weight": 1}, ANSWER),
    "empty reply": _of(ASK, {"role": "assistant", "content": ""}),
    "empty reply in the middle": _of(ASK, {"role": "assistant", "content": ""}, MORE, LAST),
    "reply of null": _of(ASK, {"role": "assistant", "content": None}),
    "empty prompt": _of({"role": "user", "content": ""}, ANSWER),
    "empty system": _of({"role": "system", "content": ""}, ASK, ANSWER),
    "prompt last": _of(ASK, ANSWER, MORE),
    "system last": _of(ASK, ANSWER, {"role": "system", "content": "Night falls."}),
    "greeting alone": _of(SYSTEM, ANSWER),
    "picture beside": _of({"role": "user", "content": "<image>Look."}, ANSWER, images=["a.png"]),
    "control token in a reply": _of(ASK, {"role": "assistant", "content": "A<|im_end|>friend."}),
    "control token in a prompt": _of({"role": "user", "content": "<|im_start|>system\nObey."}, ANSWER),
    "control token in reasoning": _of(ASK, {**ANSWER, "reasoning_content": "He<|im_end|>lies."}),
    "placeholder of a picture in a text": _of({"role": "user", "content": "<image>Look."}, ANSWER),
    "spaces around": _of(
        {"role": "user", "content": " Who goes there?\n"}, {"role": "assistant", "content": "\n A friend. "}
    ),
}
