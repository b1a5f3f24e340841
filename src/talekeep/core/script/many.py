"""Several entries in one text, as `git diff` and `show` of a part print them: scripts under dividers."""

from itertools import pairwise

from talekeep.core.entry import Entry
from talekeep.core.script.script import DIVIDER
from talekeep.core.script.script import ScriptError
from talekeep.core.script.script import parse


def parse_all(text: str) -> list[Entry]:
    """The entries of a text: one script, or several where it begins with a divider.

    A divider counts only above an `id:` or `tags:` line, so one that is part of a message stays there.

    Raises:
        ScriptError: a script cannot be read; the line counts from the beginning of the text.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    starts = [n for n, line in enumerate(lines[:-1]) if line == DIVIDER and _is_head(lines[n + 1])]
    if starts[:1] != [0]:
        return [parse(text)]
    return [_parse_at(lines, start + 1, end) for start, end in pairwise([*starts, len(lines)])]


def _is_head(line: str) -> bool:
    return line.startswith(("id:", "tags:"))


def _parse_at(lines: list[str], start: int, end: int) -> Entry:
    try:
        return parse("\n".join(lines[start:end]))
    except ScriptError as error:
        raise ScriptError(start + error.line, error.reason) from None
