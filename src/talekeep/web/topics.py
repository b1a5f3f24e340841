"""Pages of help. Whoever starts the server gives them, since they are the command line's."""

import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Topic:
    """A page of help: one sentence on it, and its text as Markdown."""

    sentence: str
    text: str


Topics: TypeAlias = Callable[[], Mapping[str, Topic]]
Kind: TypeAlias = Literal["heading", "code", "item", "row", "text"]
_HEADING, _ITEM = re.compile(r"#+ +(.*)"), re.compile(r"[*-] +(.*)")


def no_topics() -> Mapping[str, Topic]:
    """For a server that was given none."""
    return {}


def blocks(text: str) -> list[tuple[Kind, str]]:
    """The blocks of a page: headings, code, items of lists and paragraphs, each without its signs."""
    result: list[tuple[Kind, list[str]]] = []
    kind: Kind | None = None
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced, kind = not fenced, None
            if fenced:
                result.append(("code", []))
            continue
        if fenced:
            result[-1][1].append(line)
            continue
        kind, part = _line(line, kind)
        if kind is None:
            continue
        if part is not None:
            result.append((kind, []))
        result[-1][1].append(part if part is not None else line.strip())
    return [(kind, "\n".join(lines) if kind == "code" else " ".join(lines)) for kind, lines in result]


def _line(line: str, before: Kind | None) -> tuple[Kind | None, str | None]:
    """What kind of block a line belongs to, and the text with which it begins one."""
    if not line.strip():
        return None, None
    if match := _HEADING.fullmatch(line):
        return "heading", match[1]
    if match := _ITEM.match(line):
        return "item", line[match.start(1) :]
    if line.startswith("|"):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        is_rule = all(set(cell) <= {"-", ":"} for cell in cells)
        return (None, None) if is_rule else ("row", "\t".join(cells))
    if line.startswith("    "):
        return "code", line if before != "code" else None
    if before in ("text", "item"):
        return before, None
    return "text", line


def sections(text: str, words: str) -> list[str]:
    """The lines of a page that hold every one of these words."""
    wanted = words.casefold().split()
    return (
        [line for line in text.splitlines() if all(word in line.casefold() for word in wanted)]
        if wanted
        else []
    )
