"""Random values for the suites: entries, records that look like conversations, and junk."""

from hypothesis import strategies as st

from talekeep.core.entry import ROLES

_RECORD_KEYS = (
    "messages",
    "conversations",
    "items",
    "id",
    "tags",
    "system",
    "tools",
    "_rolethread",
    "entry_uuid",
    *("prompt", "instruction", "output", "chosen", "rejected", "response", "history"),
)
_TURN_KEYS = (
    *("from", "value", "role", "content", "name", "human", "assistant", "weight", "tool_calls"),
    "talekeep_conflict",
)
KEYS = st.sampled_from([*_RECORD_KEYS, *_TURN_KEYS])
_WORDS = ("user", "gpt", "Mira", "function_call", '{"name":"a","arguments":{}}', "[]", '[{"from":"a"}]')
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(_WORDS)
)
# Any JSON value, with keys that mean something here and there.
JUNK = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
_LABELS = st.sampled_from(
    ["user", "gpt", "system", "Mira", "Kai", "function_call", "observation", " Human", "…"]
)
_TURN = st.builds(
    lambda label, text, keys, extra: {**extra, keys[0]: label, keys[1]: text},
    _LABELS,
    JUNK | st.just('{"name":"a","arguments":{"b": 1}}'),
    st.sampled_from([("from", "value"), ("role", "content"), ("human", "assistant")]),
    st.dictionaries(KEYS, LEAVES, max_size=2),
)
_TURNS = st.lists(_TURN, min_size=1, max_size=4) | st.lists(_TURN | JUNK, max_size=4)
# Objects that look like a conversation of some format, right or wrong.
RECORDS = st.builds(
    lambda rest, key, turns: {**rest, key: turns},
    st.dictionaries(KEYS, _TURNS | JUNK, max_size=4),
    st.sampled_from(["messages", "conversations", "items"]),
    _TURNS,
)
_MESSAGES = st.fixed_dictionaries(
    {
        "role": st.sampled_from(ROLES),
        "content": st.text(max_size=8) | st.none() | st.just([{"type": "text", "text": "a"}]),
    },
    optional={"name": st.just("mara"), "weight": st.integers(0, 1), "note": st.text(max_size=3)},
)
# Entries as a dataset may hold them.
ENTRIES = st.fixed_dictionaries(
    {"id": st.uuids().map(str), "messages": st.lists(_MESSAGES, min_size=1, max_size=4)},
    optional={
        "tags": st.lists(st.sampled_from(["a", "b_c", "恋愛"]), unique=True, min_size=1),
        "source": JUNK,
    },
)
_ODD_ROLES = st.sampled_from(
    ("system", "user", "assistant", "tool", "developer", " GPT ", "Mara", "", "uesr")
)
_ODD_CONTENTS = (
    st.sampled_from(("", " ", "Who? ", '"** {"a":', "**ab** I’m not able to", "You are Al.")) | JUNK
)
_ODD_MESSAGES = st.fixed_dictionaries(
    {}, optional={"role": _ODD_ROLES | LEAVES, "content": _ODD_CONTENTS, "name": LEAVES, "tool_calls": JUNK}
)
# Objects that are nearly entries.
NEARLY_ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "id": LEAVES,
        "messages": st.lists(_ODD_MESSAGES | JUNK, max_size=6) | JUNK,
        "tags": st.lists(st.sampled_from(("a", "A b", "!", " ")) | JUNK, max_size=4) | JUNK,
        "talekeep_conflict": JUNK,
        "x": JUNK,
    },
)
