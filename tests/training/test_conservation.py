"""For every writer: what its rows hold, and what it counts as lost or altered, is the entry, and no more."""

import json
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.policies.weights import KEYS
from talekeep.training.policies.weights import weight_of
from talekeep.training.writers import WRITERS

WORDS = st.text("abc é", min_size=1, max_size=8).map(str.strip).filter(bool)
ARGUMENTS = st.dictionaries(WORDS, WORDS | st.integers(0, 9), max_size=2)
FUNCTION = st.fixed_dictionaries({"name": WORDS, "arguments": ARGUMENTS | ARGUMENTS.map(json.dumps)})
CALL = st.fixed_dictionaries({"id": WORDS, "type": st.just("function"), "function": FUNCTION})
PART = st.one_of(
    WORDS.map(lambda text: {"type": "text", "text": text}),
    WORDS.map(lambda text: {"type": "text", "value": text}),
    WORDS.map(lambda text: {"type": "reasoning", "value": text}),
    WORDS.map(lambda text: {"type": "thinking", "thinking": text}),
    st.builds(lambda n, a: {"type": "tool_call", "value": {"name": n, "arguments": a}}, WORDS, ARGUMENTS),
    WORDS.map(lambda url: {"type": "image_url", "image_url": {"url": url}}),
    WORDS.map(lambda data: {"type": "input_file", "file": data}),
)
CONTENT = WORDS | st.just("") | st.none() | st.lists(PART, min_size=1, max_size=3)
ROLES = st.sampled_from(["system", "user", "assistant", "user", "assistant", "tool", "developer"])
MESSAGE = st.fixed_dictionaries(
    {"role": ROLES, "content": CONTENT},
    optional={
        "name": WORDS,
        "weight": st.sampled_from([0, 1]),
        "train": st.booleans(),
        "loss_weight": st.sampled_from([0.0, 0.5]),
        "reasoning_content": WORDS,
        "tool_calls": st.lists(CALL, min_size=1, max_size=2),
        "tool_call_id": WORDS,
        "prefix": st.just(True),
        "avatar": WORDS,
    },
)
TEXT_TURN = st.builds(
    lambda ask, answer: [{"role": "user", "content": ask}, {"role": "assistant", "content": answer}],
    WORDS,
    WORDS,
)
TALK = st.lists(MESSAGE, max_size=5) | st.lists(TEXT_TURN, min_size=1, max_size=3).map(
    lambda turns: list(chain.from_iterable(turns))
)
REPLY = WORDS | WORDS.map(lambda text: {"role": "assistant", "content": text}) | MESSAGE.map(lambda m: [m])
ENTRY = st.builds(
    lambda messages, keys: {"id": "x", "tags": [], "messages": messages, **keys},
    TALK,
    st.fixed_dictionaries(
        {},
        optional={
            "tools": st.sampled_from([[{"type": "function", "function": {"name": "look"}}], []]),
            "functions": st.just([{"name": "look"}]),
            "images": st.just(["a.png"]),
            "label": st.booleans(),
            "chosen": REPLY,
            "rejected": REPLY,
            "score": st.integers(0, 9),
        },
    ),
)  # fmt: skip


def facts(entry: dict[str, Any]) -> Counter[str]:
    """Everything an entry says, each under its kind: `kind: value`."""
    by_name: Counter[str] = Counter()
    for message in entry.get("messages", []):
        by_name.update(_facts_of(message))
    for key in ("chosen", "rejected"):
        if key in entry:
            for message in _reply(entry[key]):
                by_name.update(f"{key} {fact}" for fact in _facts_of(message))
    beside = entry.keys() - {"id", "tags", "messages", "chosen", "rejected"}
    by_name.update(f"key {key}: {json.dumps(entry[key], sort_keys=True)}" for key in beside)
    return by_name


def _reply(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, str):
        return [{"role": "assistant", "content": value}]
    return [value] if isinstance(value, dict) else value


def _facts_of(message: dict[str, Any]) -> list[str]:
    role, content = message["role"], message.get("content")
    spoken = [{"type": "text", "text": content}] if isinstance(content, str) else []
    parts = content if isinstance(content, list) else spoken
    made = []
    for part in parts:
        kind = part["type"]
        text = part.get("text", part.get("value"))
        if kind == "text" and (text or not message.get("tool_calls")):
            made.append(f"text {role}: {text}")
        elif kind == "text":
            continue
        elif kind in ("reasoning", "thinking"):
            made.append(f"reasoning: {part.get('value', part.get('thinking'))}")
        elif kind == "tool_call":
            value = part["value"] if isinstance(part["value"], dict) else json.loads(part["value"])
            made.append(_call(value["name"], value["arguments"]))
        else:
            value = part.get("value", part.get(kind, part.get("file")))
            made.append(f"part {kind}: {value['url'] if isinstance(value, dict) else value}")
    if "reasoning_content" in message:
        made.append(f"reasoning: {message['reasoning_content']}")
    for call in message.get("tool_calls", []):
        made.append(_call(call["function"]["name"], call["function"]["arguments"]))
        made += [f"call id: {call['id']}"] if "id" in call else []
    rest = message.keys() - {"role", "content", "reasoning_content", "tool_calls", *KEYS}
    weighed = weight_of(message)
    made += [] if weighed is None else [f"weight: {weighed}"]
    return made + [f"{key}: {json.dumps(message[key])}" for key in rest]


def _call(name: str, arguments: Any) -> str:
    value = json.loads(arguments) if isinstance(arguments, str) else arguments
    return f"call: {name} {json.dumps(value, sort_keys=True)}"


# How the rows of each shape are read, by what the shape's own definition says.


def _as_it_is(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return rows[0]


def _turn(turn: dict[str, str]) -> dict[str, Any]:
    if turn["from"] == "function_call":
        # LLaMA-Factory's writer puts a text before the calls.
        output, _, calls = turn["value"].removesuffix("</tool_call>").rpartition("<tool_call>")
        calls = json.loads(calls)
        calls = calls if isinstance(calls, list) else [calls]
        text = _turn({"from": "gpt", "value": output}) if output else {}
        return {"role": "assistant", **text, "tool_calls": [{"function": call} for call in calls]}
    role = {"human": "user", "gpt": "assistant", "observation": "tool"}.get(turn["from"], turn["from"])
    thought, text = "", turn["value"]
    if text.startswith("<think>\n"):
        thought, _, text = text.removeprefix("<think>\n").partition("\n</think>\n\n")
    return {"role": role, "content": text} | ({"reasoning_content": thought} if thought else {})


def _sharegpt(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    row = dict(rows[0])
    entry = {"messages": [_turn(turn) for turn in row.pop("conversations")], **row}
    for key in ("chosen", "rejected"):
        if isinstance(row.get(key), dict):
            entry[key] = [_turn(row[key])]
    if isinstance(row.get("tools"), str):
        entry["tools"] = json.loads(row["tools"])
    return entry


def _alpaca(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    (row,) = rows
    system = [{"role": "system", "content": row["system"]}] if "system" in row else []
    messages = [
        {"role": role, "content": text}
        for pair in [*row.get("history", []), [row["instruction"], row["output"]]]
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]
    return {"messages": system + messages}


def _prompt_completion(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    last = rows[-1]
    tools = {"tools": last["tools"]} if "tools" in last else {}
    return {"messages": [*last["prompt"], *last["completion"]], **tools}


def _kto(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    rest = {key: value for key, value in rows[0].items() if key in ("label", "tools")}
    return {"messages": [*rows[0]["prompt"], *rows[0]["completion"]], **rest}


def _preference(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    (row,) = rows
    return {"messages": row["prompt"], **{key: value for key, value in row.items() if key != "prompt"}}


def _openai_preference(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    (row,) = rows
    return {**row["input"], "chosen": row["preferred_output"], "rejected": row["non_preferred_output"]}


def _v1(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    row = dict(rows[0])
    if "tools" in row:
        row["tools"] = json.loads(row["tools"])
    return row


def _sillytavern(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    messages = []
    for line in rows[1:]:
        role = "user" if line["is_user"] else "system" if line["is_system"] else "assistant"
        thought = line.get("extra", {}).get("reasoning")
        usual = {"user": "User", "system": "System", "assistant": "Assistant"}[role]
        messages.append(
            {"role": role, "content": line["mes"]}
            | ({"name": line["name"]} if line["name"] != usual else {})
            | ({"reasoning_content": thought} if thought else {})
        )
    return {"messages": messages}


def _mistral(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Beside tools there is a row for each reply, and the last one has all of them."""
    return rows[-1]


def _text(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """ChatML, which is written without a template."""
    turns = [turn.removesuffix("<|im_end|>\n") for turn in rows[0]["text"].split("<|im_start|>")[1:]]
    return {"messages": [dict(zip(("role", "content"), turn.split("\n", 1), strict=True)) for turn in turns]}


READERS: dict[str, Callable[[tuple[dict[str, Any], ...]], dict[str, Any]]] = {
    "messages": _as_it_is,
    "sharegpt": _sharegpt,
    "alpaca": _alpaca,
    "prompt-completion": _prompt_completion,
    "kto": _kto,
    "preference": _preference,
    "openai-preference": _openai_preference,
    "llamafactory": _sharegpt,
    "llamafactory-preference": _sharegpt,
    "llamafactory-v1": _v1,
    "mistral": _mistral,
    "sillytavern": _sillytavern,
    "text": _text,
}


def missing(entry: dict[str, Any], written: Rows, name: str) -> Counter[str]:
    """The facts of an entry that its rows do not hold."""
    made = READERS[name](deepcopy(written.rows))
    if "messages after the last trained reply" in written.losses:
        entry = {**entry, "messages": entry["messages"][: len(made["messages"])]}
    held = facts(made)
    if any("moved to the front" in each or "joined" in each for each in written.alterations):
        # Messages that became one share what they have in common.
        return Counter({fact: n for fact, n in facts(entry).items() if fact not in held})
    return facts(entry) - held


def is_counted(fact: str, written: Rows) -> bool:
    """Whether what a writer says it lost or changed covers a fact that its rows do not hold."""
    counted = " | ".join((*written.losses, *written.alterations))
    kind = fact.partition(": ")[0]
    if kind.startswith(("chosen ", "rejected ")) and f"the key {kind.split(' ')[0]!r}" in counted:
        return True
    kind = kind.removeprefix("chosen ").removeprefix("rejected ")
    words = WORDS_FOR.get(kind.split(" ")[0], ())
    exact = (
        f"the key {kind.removeprefix('key ')!r}",
        f"the message key {kind!r}",
        f"parts of the type {kind.removeprefix('part ')!r}",
    )
    return any(text in counted for text in (*exact, *words))


WORDS_FOR = {
    "name": ("speaker names", "names of tools", "written as text"),
    "key": ("results written as text", "an empty list of tools left out"),
    "weight": ("weights of replies", "weights of prompts", "'weight'", "'train'", "'loss_weight'"),
    "call": ("ids of tool calls", "tool calls", "JSON text", "'tool_calls'"),
    "reasoning": ("reasoning", "typed parts"),
    "text": (
        *("typed parts", "system turns", "empty turn", "system lines", "results written as text"),
        *("as one turn", "moved to the front", "joined by a blank line"),
    ),
    "tool_call_id": ("ids of tool calls", "results written as text"),
}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150)
@given(entry=ENTRY)
def test_rows_and_losses_are_the_entry(name: str, entry: dict[str, Any]) -> None:
    written = WRITERS[name].write(Draft(entry))
    if not written.rows:
        assert written.losses[0].startswith("whole entries: ")
        return
    uncounted = [fact for fact in missing(entry, written, name) if not is_counted(fact, written)]
    assert not uncounted, (uncounted, written)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=100)
@given(entry=ENTRY)
def test_nothing_is_counted_that_is_there(name: str, entry: dict[str, Any]) -> None:
    written = WRITERS[name].write(Draft(entry))
    if written.rows and (written.losses or written.alterations):
        bare = Counter(json.dumps(READERS[name](deepcopy(written.rows)), sort_keys=True))
        assert missing(entry, written, name) or bare != Counter(json.dumps(entry, sort_keys=True))


def test_every_writer_is_read_back_here() -> None:
    assert {*READERS} == {*WRITERS}
