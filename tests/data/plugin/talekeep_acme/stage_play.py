"""A format: `{"play": [["user", "Who goes there?"], ["assistant", "A friend."]]}`."""

from talekeep.plugin import ROLES
from talekeep.plugin import BadRecord
from talekeep.plugin import Reading
from talekeep.plugin import Written

NAME = "stage-play"
TITLE = "Stage plays by Acme"
SAMPLE = '{"play":[["user","Who goes there?"],["assistant","A friend."]]}'
KEYS = frozenset({"play"})


def claims(record):
    return isinstance(record.get("play"), list)


def read(record):
    lines = record["play"] if claims(record) else []
    if not lines or any(not _is_line(line) for line in lines):
        raise BadRecord("play is not a list of [role, text]")
    entry = {"messages": [{"role": role, "content": text} for role, text in lines]}
    for key in ("id", "tags"):
        if isinstance(record.get(key), str if key == "id" else list):
            entry[key] = record[key]
    return Reading(entry)


def _is_line(line):
    return isinstance(line, list) and len(line) == 2 and line[0] in ROLES and isinstance(line[1], str)


def write(entry, *, shape=None, foreign_id=None, clean=False, alternatives=()):
    messages = entry["messages"]
    record = {"play": [[message["role"], _text(message)] for message in messages]}
    if not clean:
        record |= {key: entry[key] for key in ("id", "tags") if key in entry}
    lost = {key for message in messages for key in message if key not in ("role", "content")}
    lost |= {key for key in entry if key not in ("id", "messages", "tags")}
    if any(not isinstance(message.get("content"), str) for message in messages):
        lost.add("content that is no text")
    if alternatives:
        lost.add("alternatives")
    return Written(record, tuple(sorted(lost)))


def _text(message):
    content = message.get("content")
    return content if isinstance(content, str) else ""
