"""Open conflicts as people read them."""

from collections.abc import Iterable
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.core.text.columns import cut
from talekeep.core.text.graphemes import cut_before

if TYPE_CHECKING:
    from talekeep.ops.merge.open_conflict import Open
_SHOWN = 20

_WIDTH = 90

_BEFORE = 30


def conflict_lines(app: App, conflicts: "Iterable[Open]") -> Iterator[str]:
    rows = list(conflicts)
    for row in rows[:_SHOWN]:
        if row.entry is None:
            yield app.output.style(f"conflict in {row.file}: {row.reason}", "bad")
            continue
        yield app.output.style(f"conflict in {row.entry} {'.'.join(map(str, row.path)) or '(whole)'}", "bad")
        sides = {side: _flat(getattr(row, side)) for side in ("base", "ours", "theirs")}
        # Long texts mostly agree at first: shown from just before they part.
        start = max(0, _agreeing(*sides.values()) - _BEFORE)
        yield from (f"  {side:<7}{app.output.isolated(_window(text, start))}" for side, text in sides.items())
    if len(rows) > _SHOWN:
        yield f"… and {len(rows) - _SHOWN} more, see --json"


def _agreeing(*texts: str) -> int:
    """How many characters all texts begin with."""
    alike = (len(set(signs)) == 1 for signs in zip(*texts, strict=False))
    return sum(takewhile(bool, alike))


def _flat(value: object) -> str:
    text = value if isinstance(value, str) else "(absent)" if value is None else repr(value)
    return " ".join(text.split())


def _window(text: str, start: int) -> str:
    shown = f"…{text[cut_before(text, start) :]}" if start else text
    return cut(shown, _WIDTH)
