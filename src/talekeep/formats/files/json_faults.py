"""Name the fault of a record that is almost JSON, with its place: a comment, a trailing comma, Python instead
of JSON, a line break inside a text."""

import re

import orjson

# Longer texts are not looked into.
_LONGEST = 2**20
# A text, or a comment; what is not closed goes to the end, so that nothing is looked at twice.
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|(?P<comment>//[^\n]*|\#[^\n]*|/\*.*?(?:\*/|\Z))', re.DOTALL
)
_TEXT_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|(?P<comma>,)(?=\s*[}\]])', re.DOTALL)
_COMMENT = re.compile(r"\s*(?://|#|/\*|\*/|--|;)")
_PYTHON = re.compile(r"[{\[]\s*'|[:,\[]\s*(?:None|True|False)\s*[,}\]]")
_CONTROL = re.compile(r"Invalid control character at at character (\d+)")


def named(data: bytes, reason: str) -> str:
    """The reason why a record cannot be read, in the words of the fault where that is a common one.

    Args:
        data: the bytes of the record.
        reason: what the decoder says.
    """
    if reason.startswith("not UTF-8"):
        return f"{reason}; --encoding NAME reads files in another encoding"
    if not reason.startswith("not JSON") or len(data) > _LONGEST:
        return reason
    text = data.decode("utf-8", "replace")
    if _COMMENT.match(text):
        return "not JSON but a comment"
    if match := _CONTROL.search(reason):
        return f"not JSON: a line break or another control character inside a text at character {match[1]}"
    return _of_nearly(text) or reason


def _of_nearly(text: str) -> str | None:
    """The fault of a text that is JSON without it."""
    plain, comment = _without(_TOKEN, text)
    plain, comma = _without(_TEXT_OR_COMMA, plain)
    places = {"a comma before a closing bracket": comma, "a comment": comment}
    faults = [f"{what} at character {place}" for what, place in places.items() if place]
    if faults and _is_json(plain):
        return f"not JSON: {', '.join(faults)}"
    if match := _PYTHON.search(text):
        return f"not JSON but Python at character {match.start() + 1}: json.dumps writes JSON"
    return None


def _without(token: re.Pattern[str], text: str) -> tuple[str, int]:
    """The text with spaces for what a pattern names by a group, and the first place of that (0: none)."""
    first = 0

    def blank(match: re.Match[str]) -> str:
        nonlocal first
        if match.lastgroup is None:
            return match[0]
        first = first or match.start() + 1
        return " " * len(match[0])

    return token.sub(blank, text), first


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
