"""Script: the one readable form of an entry, for `show`, `edit`, `add`, `diff` and git's textconv.

    id: 0193c7…                     the head: `id` and `tags` plain, every other key `key: <json>`
    tags: slow_burn, dialogue

    ## user · wren                  a message: its role, its speaker,
    weight: 0                       its other keys as `key: <json>`, a blank line,

    Who goes there?                 and its content as it is

`parse(render(entry)) == entry` for every entry that can be stored. What has no plain spelling takes a
JSON one: `content: <json>` (null, a list; `content:` alone says there is none), `## = <json>` for a
message that is not an object with a known role, `"key": <json>` for an odd key or an odd `id` or `tags`.
In content a backslash keeps text apart from markup: `\\## not a header`, `\\` alone for a blank line at
the edge, `\\u001b` for a control character.
"""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from talekeep.core.codec import decode
from talekeep.core.codec import encode
from talekeep.core.entry import ROLES
from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord

DIVIDER = "=" * 72

_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
_CONTROL = re.compile(f"[{_CONTROLS}]")
_CONTROL_RUN = re.compile(rf"(\\*)([{_CONTROLS}])")
_LITERAL_CODE = re.compile(r"(\\+)(?=u[0-9a-f]{4})")
_CODE = re.compile(r"(\\+)u([0-9a-f]{4})")
_HEADER = re.compile(r"##(?!#)")
_HEADER_PARTS = re.compile(r"##\s+(\w+)(?:\s+[·|–—-]\s+(.+))?")
_MARKUP = re.compile(r"^(?=\\*##(?!#)|\\+[ \t]*$)", re.MULTILINE)
_ESCAPED_MARKUP = re.compile(r"\\+(?:##(?!#)|[ \t]*$)")
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w.-]*")
_KEY_LINE = re.compile(r'([A-Za-z_][\w.-]*|"(?:[^"\\]|\\.)*")[ \t]*:(.*)')


class ScriptError(BadRecord):
    """A script that cannot be read: `line` counts from 1, `reason` says what is wrong there."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def render(entry: Entry) -> str:
    """The script of an entry, ending with a newline ("" for an entry without any key).

    Raises:
        BadRecord: the entry holds what cannot be stored (see `codec.encode`).
    """
    lines = list(_head_lines(entry))
    messages = entry.get("messages")
    if isinstance(messages, list):
        for message in messages:
            lines += ["", *_message_lines(message)]
    return "\n".join([*lines, ""])


def render_part(lines: Iterable[bytes]) -> Iterator[str]:
    """The entries of a part as scripts, in order, each under a divider.

    A line that is not a valid entry is shown as it stands, under a note that says why, so a diff of a
    damaged part still shows everything.
    """
    for line in lines:
        if line.strip():
            yield f"{DIVIDER}\n{_render_line(line)}"


def _render_line(line: bytes) -> str:
    try:
        record = decode(line)
        if isinstance(record, dict):
            return render(record)
        reason = "not an entry: a JSON value that is no object"
    except BadRecord as error:
        reason = str(error)
    raw = line.decode("utf-8", "replace").rstrip("\r\n")
    return f"note: shown as it stands, {reason}\n\n{_visible(raw)}\n"


def _visible(text: str) -> str:
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _json(value: Any) -> str:
    # Control characters in a JSON text can only stand inside strings, where \u spells them.
    return _visible(encode({"v": value})[len('{"v":') : -len("}\n")].decode())


def _is_plain(value: Any) -> bool:
    """True for a string that survives on a line of its own, trimmed at both ends."""
    return (
        isinstance(value, str)
        and value == value.strip() != ""
        and not value.startswith('"')
        and not any(c in "\t\n" or _CONTROL.match(c) for c in value)
    )


def _head_lines(entry: Entry) -> Iterator[str]:
    if "id" in entry:
        yield _id_line(entry["id"])
    if "tags" in entry:
        yield _tags_line(entry["tags"])
    for key in sorted(entry):
        if key not in ("id", "tags") and not (key == "messages" and _has_sections(entry[key])):
            yield _key_line(key, entry[key])


def _has_sections(messages: Any) -> bool:
    return isinstance(messages, list) and messages != []


def _id_line(value: Any) -> str:
    if _is_plain(value):
        return f"id: {value}"
    return f"id: {_json(value)}" if isinstance(value, str) else f'"id": {_json(value)}'


def _tags_line(value: Any) -> str:
    if not isinstance(value, list):
        return f'"tags": {_json(value)}'
    if all(_is_plain(tag) and "," not in tag and not tag.startswith("[") for tag in value):
        return f"tags: {', '.join(value)}".rstrip()
    return f"tags: {_json(value)}"


def _key_line(key: str, value: Any) -> str:
    return f"{key if _PLAIN_KEY.fullmatch(key) else _json(key)}: {_json(value)}"


def _message_lines(message: Any) -> Iterator[str]:
    if not isinstance(message, dict) or message.get("role") not in ROLES:
        yield f"## = {_json(message)}"
        return
    named = _is_plain(message.get("name"))
    yield f"## {message['role']} · {message['name']}" if named else f"## {message['role']}"
    for key in sorted(message):
        if key not in ("role", "content") and not (key == "name" and named):
            yield _key_line(key, message[key])
    content = message.get("content")
    if not isinstance(content, str):
        yield _key_line("content", content) if "content" in message else "content:"
    elif content:
        yield ""
        yield from _body_lines(content)


def _body_lines(text: str) -> list[str]:
    if _CONTROL.search(text) is not None or "\\" in text:
        text = _LITERAL_CODE.sub(r"\1\1", text)
        text = _CONTROL_RUN.sub(lambda match: f"{match[1] * 2}\\u{ord(match[2]):04x}", text)
    lines = _MARKUP.sub(r"\\", text).split("\n")
    first, last = _filled(lines)
    return ["\\" + line if n < first or n >= last else line for n, line in enumerate(lines)]


def _filled(lines: list[str]) -> tuple[int, int]:
    """Where the first line that is not blank stands, and where the last one ends."""
    filled = [n for n, line in enumerate(lines) if line.strip(" \t")]
    return (filled[0], filled[-1] + 1) if filled else (len(lines), len(lines))


def parse(text: str) -> Entry:
    """The entry a script spells, `id` and `tags` only where they are written.

    Raises:
        ScriptError: something in it is neither a key, a header nor the content of a message.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    headers = [n for n, line in enumerate(lines) if _HEADER.match(line)]
    entry = _read_head(lines[: headers[0]] if headers else lines)
    if headers:
        if "messages" in entry:
            raise ScriptError(headers[0] + 1, "the messages stand in the head already")
        entry["messages"] = [_read_message(lines, *span) for span in pairwise([*headers, len(lines)])]
    return entry


def _read_head(lines: list[str]) -> Entry:
    entry: Entry = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            key, text, quoted = _read_key(number, line, entry)
            reader = _json_value if quoted else _HEAD_READERS.get(key, _json_value)
            entry[key] = reader(number, text)
    return entry


def _read_key(number: int, line: str, keys: dict[str, Any]) -> tuple[str, str, bool]:
    """The key of a `key: value` line, the text of its value, and whether the key is in quotes."""
    match = _KEY_LINE.fullmatch(line)
    if match is None:
        raise ScriptError(
            number, f"expected `key: value`, `## role` or a blank line, found {line.strip()!r:.60}"
        )
    quoted = line.startswith('"')
    key = _json_value(number, match[1]) if quoted else match[1]
    if key in keys:
        raise ScriptError(number, f"`{key}` stands twice")
    return key, match[2].strip(), quoted


def _json_value(number: int, text: str) -> Any:
    try:
        return decode(text.encode())
    except UnicodeEncodeError:
        raise ScriptError(number, "a lone surrogate (half of a character) cannot be stored") from None
    except BadRecord as error:
        raise ScriptError(number, f"the value must be JSON, a text in double quotes ({error})") from None


def _id_value(number: int, text: str) -> str:
    value = _json_value(number, text) if text.startswith('"') else text
    if not isinstance(value, str) or not text:
        raise ScriptError(number, "`id:` needs a value; leave the line out for a new entry")
    return value


def _tags_value(number: int, text: str) -> list[Any]:
    if text.startswith("["):
        value = _json_value(number, text)
        return value if isinstance(value, list) else [value]
    tags = [tag.strip() for tag in text.split(",")] if text else []
    for tag in tags:
        if not tag or tag.startswith('"'):
            raise ScriptError(number, f"tags are plain words between commas, found {tag!r}")
    return tags


_NO_CONTENT = object()
_HEAD_READERS = {"id": _id_value, "tags": _tags_value}


def _read_message(lines: list[str], start: int, end: int) -> Any:
    header = lines[start].strip()
    if header.startswith("## = "):
        _refuse_body(lines, start + 1, end, "the message is written in its header")
        return _json_value(start + 1, header[len("## = ") :])
    message = _read_header(start + 1, header)
    at = start + 1
    while at < end and lines[at].strip():
        key, text, _ = _read_key(at + 1, lines[at], message)
        message[key] = _NO_CONTENT if key == "content" and not text else _json_value(at + 1, text)
        at += 1
    if "content" not in message:
        return message | {"content": _read_body(lines, at, end)}
    _refuse_body(lines, at, end, "the line `content:` already says what the content is")
    return {key: value for key, value in message.items() if value is not _NO_CONTENT}


def _read_header(number: int, header: str) -> dict[str, Any]:
    match = _HEADER_PARTS.fullmatch(header)
    if match is None or match[1] not in ROLES:
        roles = ", ".join(ROLES)
        reason = f"no role in {header!r:.60}: write `## role · name` with one of {roles}"
        raise ScriptError(number, f"{reason}; if the line is text, put a backslash before it")
    name = match[2]
    return {"role": match[1]} if name is None else {"role": match[1], "name": name}


def _refuse_body(lines: list[str], start: int, end: int, reason: str) -> None:
    for n in range(start, end):
        if lines[n].strip():
            raise ScriptError(n + 1, f"text where none can be: {reason}")


def _read_body(lines: list[str], start: int, end: int) -> str:
    first, last = _filled(lines[start:end])
    return "\n".join(_read_line(n + 1, lines[n]) for n in range(start + first, start + last))


def _read_line(number: int, line: str) -> str:
    if "\\" not in line:
        return line
    if _ESCAPED_MARKUP.match(line):
        line = line[1:]
    return _CODE.sub(lambda match: _character(number, match), line)


def _character(number: int, match: re.Match[str]) -> str:
    slashes, code = match[1], int(match[2], 16)
    if len(slashes) % 2 == 0:
        return slashes[: len(slashes) // 2] + match[0][len(slashes) :]
    if 0xD800 <= code <= 0xDFFF:
        raise ScriptError(
            number, f"\\u{match[2]} is half of a character; for the text itself write \\\\u{match[2]}"
        )
    return slashes[: len(slashes) // 2] + chr(code)
