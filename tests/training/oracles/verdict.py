"""What became of an entry: the turns that a trainer made of it beside what is in the entry."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

Turn = dict[str, Any]
# Under which roles results of tools stand.
BEHIND_TOOLS = ("tool", "user", "observation", "function")


def observed(entry: dict[str, Any], answer: dict[str, Any]) -> str:
    """The fate of an entry alone in its file: kept, altered, dropped or stops."""
    if answer["error"]:
        return "stops"
    if not answer["rows"]:
        return "dropped"
    [turns] = answer["rows"]
    has_reply = any(message["role"] == "assistant" for message in entry["messages"])
    return "kept" if has_reply and is_whole(entry, turns) else "altered"


def is_whole(entry: dict[str, Any], turns: list[Turn]) -> bool:
    """Whether every message is there, under its role, in its place, trained if it is a reply with a weight.
    Nothing else may be there."""
    messages = [m for m in entry["messages"] if m["role"] != "system" or m["content"]]
    turns = [turn for turn in turns if turn["role"] != "system" or turn["text"].strip()]
    if any(key in entry for key in ("images", "videos", "audios")):
        return False
    starts = [0]
    tools = entry.get("tools")
    if tools:
        if not all(name in json.dumps(turns) for name in _named_in(tools)):
            return False
        # Definitions stand in a system turn of their own, before or behind the entry's, or in front of it.
        starts = [0, 1] if turns and turns[0]["role"] == "system" else [0]
        # … which may be one text with it.
        messages = [{**m, "beside": "tools"} if m["role"] == "system" else m for m in messages]
    versions = [messages, list(_with_results_joined(messages))]
    shown = [turns[start:] for start in starts]
    if tools and [turn["role"] for turn in turns[:2]] == ["system", "system"]:
        shown.append([turns[0], *turns[2:]])
    return any(_is_all(version, each) for version in versions for each in shown)


def _named_in(tools: Any) -> list[str]:
    """The names of tools; their text where it is no JSON."""
    if isinstance(tools, str):
        try:
            tools = json.loads(tools)
        except ValueError:
            return [tools]
    functions = [tool.get("function", tool) for tool in (tools if isinstance(tools, list) else [tools])]
    return [function.get("name", function.get("type", "")) for function in functions]


def _is_all(messages: list[dict[str, Any]], turns: list[Turn]) -> bool:
    return len(messages) == len(turns) and all(map(_is_turn, messages, turns))


def _with_results_joined(messages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Results in a row as one message: templates put them into one turn."""
    for is_result, group in groupby(messages, lambda message: message["role"] == "tool"):
        if is_result:
            yield {"role": "tool", "content": [{"text": message["content"]} for message in group]}
        else:
            yield from group


def _is_turn(message: dict[str, Any], turn: Turn) -> bool:
    role = message["role"]
    if turn["role"] != role and not (role == "tool" and turn["role"] in BEHIND_TOOLS):
        return False
    weight = message.get("weight", message.get("train", message.get("loss_weight")))
    if weight not in (None, 0, 1) and turn.get("weight") != weight:
        return False
    pieces = list(_pieces(message))
    if not all(piece in turn["text"] or _is_same_json(message, turn, piece) for piece in pieces):
        return False
    is_alone = len(pieces) == 1 and role != "tool" and "beside" not in message
    if is_alone and turn["text"].strip() != pieces[0].strip():
        return False
    is_trained = role == "assistant" and weight != 0
    if is_trained and "ended" in turn and not turn["ended"]:
        return False
    return turn["trained"].strip() == (turn["text"].strip() if is_trained else "")


def _is_same_json(message: dict[str, Any], turn: Turn, piece: str) -> bool:
    """Whether a result of a tool is the same value of JSON in other letters, 420.50 and 420.5."""
    try:
        return message["role"] == "tool" and json.loads(piece) == json.loads(turn["text"])
    except ValueError:
        return False


def _pieces(message: dict[str, Any]) -> list[str]:
    """The texts of a message that a model has to read."""
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    texts = (
        [content]
        if isinstance(content, str)
        else [part.get("text", part.get("thinking", json.dumps(part))) for part in parts]
    )
    texts += [message[key] for key in ("reasoning_content",) if key in message]
    texts += [message["name"]] if "name" in message and message["role"] != "tool" else []
    for call in message.get("tool_calls") or []:
        arguments = call["function"]["arguments"]
        texts += [call["function"]["name"]]
        try:
            given = json.loads(arguments)
        except ValueError:
            given = arguments
        texts += _leaves(given)
    return texts


def _leaves(value: Any) -> list[str]:
    """The single values in the arguments of a call, as JSON writes them."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [leaf for each in inner for leaf in _leaves(each)]
    return [json.dumps(value, ensure_ascii=False)[1:-1] if isinstance(value, str) else json.dumps(value)]


def trained_words(entry: dict[str, Any]) -> list[str]:
    """The words of replies that are to be trained, reasoning and calls included."""
    replies = [m for m in entry["messages"] if m["role"] == "assistant"]
    trained = [m for m in replies if m.get("weight", m.get("train", m.get("loss_weight"))) != 0]
    texts = [piece for reply in trained for piece in _pieces({k: v for k, v in reply.items() if k != "name"})]
    return re.findall(r"[^\W_]{4,}", " ".join(texts))


def expected_of(row: dict[str, Any], *, only_last: bool) -> dict[str, Any]:
    """A row of any shape as an entry of messages.

    Args:
        only_last: beside tools only the last reply of a row is trained.
    """
    if only_last and row.get("tools"):
        *before, last = row["messages"]
        return {**row, "messages": [*map(_untrained, before), last]}
    if "conversations" in row:
        return {**row, "messages": [_of_sharegpt(turn) for turn in row["conversations"]]} | _tools_of(row)
    if "prompt" in row:
        return {**row, "messages": [*map(_untrained, row["prompt"]), *row["completion"]]} | _tools_of(row)
    return {**row, "messages": [_of_parts(message) for message in row["messages"]]} | _tools_of(row)


def _untrained(message: dict[str, Any]) -> dict[str, Any]:
    return {**message, "weight": 0} if message["role"] == "assistant" else message


def _tools_of(row: dict[str, Any]) -> dict[str, Any]:
    # They may be JSON text, which the trainer parses.
    return {"tools": json.loads(row["tools"])} if isinstance(row.get("tools"), str) else {}


_ROLES = {"human": "user", "gpt": "assistant", "observation": "tool", "function_call": "assistant"}


def _of_sharegpt(turn: dict[str, str]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": _ROLES.get(turn["from"], turn["from"]), "content": turn["value"]}
    if turn["from"] != "function_call":
        return message
    text, _, rest = turn["value"].rpartition("<tool_call>")
    calls = json.loads(rest.removesuffix("</tool_call>"))
    calls = calls if isinstance(calls, list) else [calls]
    given = [{"name": call["name"], "arguments": json.dumps(call["arguments"])} for call in calls]
    return message | {"content": text or None, "tool_calls": [{"function": each} for each in given]}


def _of_parts(message: dict[str, Any]) -> dict[str, Any]:
    """A message of LLaMA-Factory's v1, whose parts have a type and a value."""
    if "loss_weight" not in message or not isinstance(message["content"], list):
        return message
    texts = {"content": "", "reasoning_content": ""}
    calls = []
    for part in message["content"]:
        if part["type"] == "tool_call":
            call = json.loads(part["value"])
            arguments = call["arguments"]
            arguments = arguments if isinstance(arguments, str) else json.dumps(arguments)
            calls.append({"function": {"name": call["name"], "arguments": arguments}})
        else:
            texts["content" if part["type"] == "text" else "reasoning_content"] += part["value"]
    given = {key: text for key, text in texts.items() if text or (key == "content" and not calls)}
    weight = message["loss_weight"] if message["role"] == "assistant" else 0
    return {"role": message["role"], **given, "loss_weight": weight} | (
        {"tool_calls": calls} if calls else {}
    )
