"""Bytes ↔ values: the canonical bytes of a record, and the strict reading of untrusted ones.

`encode` is the only writer of lines in `entries/` and `sidecars/`: the same value always gives the same
bytes (design: keys `id`, `messages`, `tags`, then the rest sorted; in a message `role`, `name`,
`content`, then the rest sorted; nested objects sorted). `decode` is the only reader.
"""

import hashlib
import json
import math
import re
from typing import Any
from typing import NoReturn

import orjson

from talekeep.core.errors import BadRecord

# Of a line, unless a dataset lets longer ones in; and how far it can go.
MAX_LINE = 16 * 1024 * 1024
MOST_LINE = 96 * 1024 * 1024
_longest_line = MAX_LINE
MAX_DEPTH = 64

_ENTRY_HEAD = ("id", "messages", "tags")
_MESSAGE_HEAD = ("role", "name", "content")
# orjson reads integers beyond 64 bits as floats, which loses digits.
_LONG_NUMBER = re.compile(rb"\d{19}")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Valid JSON, but many readers (and str.splitlines) take these for line ends.
_LINE_ENDS = tuple((chr(c).encode(), b"\\u%04x" % c) for c in (0x85, 0x2028, 0x2029))

# U+0085 has two bytes and is written as six, the widest of those.
MOST_ESCAPED = 3


def longest_line() -> int:
    """How many bytes a line may have, so that reading an untrusted one takes bounded memory."""
    return _longest_line


def allow_lines(size: int) -> None:
    """Let lines of up to so many bytes in, in this process: a dataset's owner asked for it."""
    global _longest_line
    _longest_line = min(max(_longest_line, size), MOST_LINE)


def encode(record: dict[str, Any]) -> bytes:
    """The canonical line of an entry or sidecar, with its `\\n`.

    Raises:
        BadRecord: NaN, Infinity, a lone surrogate, a key that is no string, or nesting over 64 levels.
    """
    ordered = {key: record[key] for key in _ENTRY_HEAD if key in record}
    messages = ordered.get("messages")
    if isinstance(messages, list):
        ordered["messages"] = [_message(m) for m in messages]
    elif messages is not None:
        ordered["messages"] = _plain(messages)
    for key in ("id", "tags"):
        if key in ordered:
            ordered[key] = _plain(ordered[key])
    for key in sorted(_keys(record)):
        if key not in _ENTRY_HEAD:
            ordered[key] = _plain(record[key])
    return dump(ordered) + b"\n"


def _message(message: Any) -> Any:
    if not isinstance(message, dict):
        return _plain(message, 2)
    ordered = {}
    for key in _MESSAGE_HEAD:
        if key in message:
            value = message[key]
            ordered[key] = value if type(value) is str else _plain(value, 3)
    if len(ordered) < len(message):
        for key in sorted(_keys(message)):
            if key not in _MESSAGE_HEAD:
                ordered[key] = _plain(message[key], 3)
    return ordered


def _plain(value: Any, depth: int = 1) -> Any:
    """The value with the keys of every object sorted."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, float) and not math.isfinite(value):
        raise BadRecord("NaN or Infinity is not JSON")
    if isinstance(value, bool | int | float):
        return value
    if not isinstance(value, dict | list):
        raise BadRecord(f"a {type(value).__name__} is not JSON")
    if depth >= MAX_DEPTH:
        raise BadRecord(f"nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    return {key: _plain(value[key], depth + 1) for key in sorted(_keys(value))}


def _keys(record: dict[Any, Any]) -> dict[str, Any]:
    for key in record:
        if not isinstance(key, str):
            raise BadRecord(f"the key {key!r} is not a string")
    return record


def dump(record: dict[str, Any]) -> bytes:
    """A JSON object on one line, keys in the order they stand, without a line end; nothing canonical.

    Raises:
        BadRecord: it holds what JSON or UTF-8 cannot.
    """
    try:
        line = orjson.dumps(record)
    except TypeError as error:
        if "surrogates" in str(error):
            raise BadRecord("a lone surrogate cannot be stored as UTF-8") from None
        line = _dump_any(record)
    for raw, escaped in _LINE_ENDS:
        # One byte is found several times faster than three, and these last bytes are rare.
        if raw[-1] in line and raw in line:
            line = line.replace(raw, escaped)
    return line


def quick_json(value: Any) -> bytes | None:
    """A value as JSON, for a look at its signs or its size; None where orjson cannot write it. The canonical
    line has at most `MOST_ESCAPED` times as many bytes, and its `\\n`."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return None


def _dump_any(record: dict[str, Any]) -> bytes:
    """For what orjson refuses and JSON allows: integers of any length."""
    try:
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode()
    except (TypeError, ValueError) as error:
        raise BadRecord(f"not JSON: {error}") from None


def digest(record: dict[str, Any]) -> str:
    """A short name for the value of a record: 80 bits, as hex, of the BLAKE2b (RFC 7693) of its JSON
    with sorted keys.

    Raises:
        BadRecord: see `encode`.
    """
    try:
        data = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        data = encode(record)
    return hashlib.blake2b(data, digest_size=10).hexdigest()


def decode(line: bytes) -> Any:
    """The value of one line of JSON, whole or not at all.

    Raises:
        BadRecord: the line is longer than `longest_line`, not UTF-8, not JSON (NaN and Infinity are not),
            holds a lone surrogate or the same key twice in one object, or nests more than 64 levels.
    """
    if len(line) > longest_line():
        raise BadRecord(f"{len(line) / 2**20:.0f} MiB long; the limit is {longest_line() // 2**20} MiB")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _decode_slowly(line)
    # What gives the very same bytes again has lost nothing; nearly every line written here does.
    if line.count(b"{") + line.count(b"[") <= MAX_DEPTH and orjson.dumps(value) == line:
        return value
    return value if _is_whole(line, value) else _decode_slowly(line)


def _is_whole(line: bytes, value: Any) -> bool:
    """Whether orjson's value holds all of a line: no repeated key, no digit lost.

    Raises:
        BadRecord: it nests too deep.
    """
    # What stands outside of strings is small and quick to search.
    plain = line.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in line else line
    outside = b" ".join(plain.split(b'"')[::2])
    if _LONG_NUMBER.search(outside) is not None:
        return False
    if (outside.count(b"{") + outside.count(b"[")) > MAX_DEPTH:
        _check_depth(value, 1)
    return outside.count(b":") == _count_keys(value)


def _count_keys(value: Any) -> int:
    """The keys of all objects in a value as orjson makes it, which has no subclasses of dict and list."""
    count, holders = 0, [value] if type(value) in (dict, list) else []
    # Grows while it is walked.
    for holder in holders:
        if type(holder) is dict:
            count += len(holder)
            holder = holder.values()
        for item in holder:
            if type(item) in (dict, list):
                holders.append(item)
    return count


def _check_depth(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadRecord(f"nested more than {MAX_DEPTH} levels deep")
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            _check_depth(item, depth + 1)


def _decode_slowly(line: bytes) -> Any:
    """The same answer by the standard library, which can say what is wrong."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRecord(f"not UTF-8 at byte {error.start + 1}") from None
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        if isinstance(value, dict | list):
            _check_depth(value, 1)
    except json.JSONDecodeError as error:
        raise BadRecord(_json_reason(text, error)) from None
    except RecursionError:
        raise BadRecord(f"nested more than {MAX_DEPTH} levels deep") from None
    except ValueError as error:
        # BadRecord from a hook, or an integer past the interpreter's digit limit.
        raise error if isinstance(error, BadRecord) else BadRecord(str(error)) from None
    if _LONE_SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise BadRecord("a lone surrogate (half of a character) cannot be stored as UTF-8")
    _no_overflow(value)
    return value


def _no_overflow(value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise BadRecord("a number too large to keep (it reads as Infinity)")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _no_overflow(item)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise BadRecord(f"the key {json.dumps(key)} stands twice in one object")
        result[key] = value
    return result


def _no_constant(name: str) -> NoReturn:
    raise BadRecord(f"{name} is not JSON")


def _json_reason(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return f"not JSON: the record ends too early (at character {len(text)})"
    return f"not JSON: {error.msg} at character {error.pos + 1}"


def decode_mended(line: bytes) -> Any:
    """`decode`, with what cannot be stored put right: a lone surrogate becomes U+FFFD, NaN and Infinity null.

    Raises:
        BadRecord: anything else `decode` refuses.
    """
    try:
        return decode(line)
    except BadRecord as refused:
        if len(line) > longest_line():
            raise
        try:
            value = json.loads(line.decode("utf-8"), object_pairs_hook=_unique, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            # More is wrong than can be mended; the first answer says what.
            raise refused from None
        return decode(json.dumps(_storable(value, 1), ensure_ascii=False).encode())


def _storable(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise BadRecord(f"nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return _unique([(_storable(key, depth), _storable(v, depth + 1)) for key, v in value.items()])
    return value
