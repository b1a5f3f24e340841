"""Differences as one page of HTML: text in, text out. No scripts, no links, nothing loaded, and whatever an
entry holds is only ever shown."""

import json
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.merge.diff import Change
from talekeep.core.merge.diff import FieldChange
from talekeep.core.merge.diff import MessageChange
from talekeep.core.text import word_diff
from talekeep.core.text.word_diff import Op
from talekeep.ops import plural
from talekeep.ops.history.diff import Compared
from talekeep.ops.workspace.html import document
from talekeep.ops.workspace.html import isolated
from talekeep.ops.workspace.html import shown

_NOBODY: Mapping[str, str] = MappingProxyType({})
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #5b6570; --page: #ffffff; --box: #f5f6f8;
  --line: #d5d9de; --out: #ffe0dd; --in: #d6f5dc; --out-ink: #86181d; --in-ink: #0b5323; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7ea; --dim: #9aa4ae; --page: #14171a; --box: #1d2125; --line: #363c43;
    --out: #55201f; --in: #173f23; --out-ink: #ffc2bd; --in-ink: #b4efc2; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: .85rem; font-weight: 600; color: var(--dim); margin: 1rem 0 .3rem; }
h1, h2, h3 { break-after: avoid; }
ul { padding-inline-start: 1.2rem; margin: .3rem 0; }
section { border: 1px solid var(--line); border-radius: 6px; padding: 1rem; margin: 1rem 0; }
.kind { font-size: .8rem; font-weight: 600; border-radius: 4px; padding: .1rem .4rem;
  background: var(--box); }
.added .kind, ins { background: var(--in); color: var(--in-ink); }
.removed .kind, del { background: var(--out); color: var(--out-ink); }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
.text { background: var(--box); border-radius: 4px; padding: .6rem; min-height: 2.7rem; white-space: pre-wrap;
  overflow-wrap: anywhere; unicode-bidi: isolate; }
.none, .fold { color: var(--dim); }
.sign { font: .8em ui-monospace, monospace; color: var(--dim); border: 1px solid var(--line);
  border-radius: 3px; padding: 0 .2em; }
ins, del { text-decoration-thickness: 1px; }
ins { text-decoration-line: underline; }
@media (max-width: 40rem) { .sides { grid-template-columns: 1fr; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } section, .text { border-color: #999; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""


def page(
    compared: Compared, *, dataset: str, before: str, after: str, names: Mapping[str, str] = _NOBODY
) -> str:
    """The whole page.

    Args:
        dataset: its name; before, after: what was compared, as a reader would call it.
        names: how people read the characters that messages name by slug.
    """
    body = [
        f"<h1>{isolated(dataset)}: {isolated(before)} → {isolated(after)}</h1>",
        *_summary(compared),
        *(_entry(change, names) for change in compared.changes),
    ]
    return document(f"{dataset}: {before} → {after}", _STYLE, "\n".join(body))


def _summary(compared: Compared) -> Iterator[str]:
    kinds = Counter(change.kind for change in compared.changes)
    messages = Counter(m.kind for c in compared.changes for m in c.messages if m.kind != "unchanged")
    said = [f"{plural(count, 'entry')} {kind}" for kind, count in kinds.items()]
    said += [f"{plural(count, 'message')} {kind}" for kind, count in messages.items()]
    yield f"<p>{', '.join(said) or 'No entry differs.'}</p>"
    yield '<p class="fold">Left: before. Right: after. Messages that did not change are folded.</p>'
    others = [f"changed file {isolated(name)}" for name in compared.files]
    others += [f"unreadable line {isolated(place)}" for place in compared.unreadable]
    if others:
        yield f"<ul>{''.join(f'<li>{other}</li>' for other in others)}</ul>"


def _entry(change: Change, names: Mapping[str, str]) -> str:
    pieces = [f'<h2><span class="kind">{change.kind}</span> {isolated(change.id or "no id")}</h2>']
    if change.kind == "moved":
        pieces.append('<p class="fold">Stands elsewhere among the others; nothing in it differs.</p>')
    tags = [f"<ins>{isolated(tag)}</ins>" for tag in change.tags_added]
    tags += [f"<del>{isolated(tag)}</del>" for tag in change.tags_removed]
    if tags:
        pieces.append(f"<p>tags: {' '.join(tags)}</p>")
    pieces += _fields(change.fields)
    if change.kind in ("added", "removed"):
        whole = (change.after if change.kind == "added" else change.before) or {}
        pieces += _whole(whole, change.kind, names)
    pieces += _messages(change, names)
    return f'<section class="{change.kind}">\n' + "\n".join(pieces) + "\n</section>"


def _whole(entry: Entry, kind: str, names: Mapping[str, str]) -> Iterator[str]:
    """An entry that stands on one side only: all its text."""
    if tags_of(entry):
        yield f"<p>tags: {' '.join(isolated(tag) for tag in tags_of(entry))}</p>"
    others = [key for key in entry if key not in ("id", "messages", "tags")]
    mark = "added" if kind == "added" else "removed"
    yield from _fields([_field((key,), mark, entry[key]) for key in others])
    found = entry.get("messages")
    for number, message in enumerate(found if isinstance(found, list) else [], 1):
        known = message if isinstance(message, dict) else {"content": message}
        yield f"<h3>{number} · {_speaker(known, names)}</h3>"
        yield _box(shown(text_of(known)))
        extra = [key for key in known if key not in ("role", "name", "content")]
        extra += ["content"] if not isinstance(known.get("content", ""), str) else []
        yield from _fields([_field((key,), mark, known[key]) for key in extra])


def _field(path: tuple[str | int, ...], mark: str, value: Any) -> FieldChange:
    return FieldChange(path, "added", after=value) if mark == "added" else FieldChange(path, "removed", value)


def _messages(change: Change, names: Mapping[str, str]) -> Iterator[str]:
    """The messages of a changed entry that differ; how many do not, in between."""
    folded = 0
    for message in change.messages:
        if message.kind == "unchanged":
            folded += 1
            continue
        yield from _fold(folded)
        folded = 0
        yield from _message(change, message, names)
    yield from _fold(folded)


def _fold(count: int) -> Iterator[str]:
    if count:
        yield f'<p class="fold">… {plural(count, "message")} unchanged</p>'


def _message(change: Change, message: MessageChange, names: Mapping[str, str]) -> Iterator[str]:
    before = _at(change.before, message.before)
    after = _at(change.after, message.after)
    shown = before if after is None else after
    numbers = [str(n + 1) for n in (message.before, message.after) if n is not None]
    yield f"<h3>{message.kind} · {' → '.join(dict.fromkeys(numbers))} · {_speaker(shown or {}, names)}</h3>"
    runs = word_diff.compare(text_of(before or {}), text_of(after or {}))
    left = _box(_marked(runs, "-", "del")) if before is not None else _nothing()
    right = _box(_marked(runs, "+", "ins")) if after is not None else _nothing()
    yield f'<div class="sides">{left}{right}</div>'
    yield from _fields(f for f in message.fields if not _is_text(f))


def _at(entry: Entry | None, index: int | None) -> Entry | None:
    if entry is None or index is None:
        return None
    found = entry["messages"][index]
    return found if isinstance(found, dict) else {"content": json.dumps(found, ensure_ascii=False)}


def _is_text(field: FieldChange) -> bool:
    both = all(isinstance(value, str | None) for value in (field.before, field.after))
    return field.path == ("content",) and both


def _speaker(message: Entry, names: Mapping[str, str]) -> str:
    role, name = message.get("role"), message.get("name")
    said = isolated(str(role if role is not None else "?"))
    return f"{said} · {isolated(names.get(name, name))}" if isinstance(name, str) else said


def _fields(fields: Iterable[FieldChange]) -> Iterator[str]:
    rows = [f"<li>{isolated('.'.join(map(str, f.path)))}: {_values(f)}</li>" for f in fields]
    if rows:
        yield f"<ul>{''.join(rows)}</ul>"


def _values(field: FieldChange) -> str:
    before = f"<del>{isolated(_json(field.before))}</del>"
    after = f"<ins>{isolated(_json(field.after))}</ins>"
    return {"added": after, "removed": before}.get(field.kind, f"{before} {after}")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _box(text: str) -> str:
    return f'<div class="text" dir="auto">{text}</div>'


def _nothing() -> str:
    return '<div class="text none">—</div>'


def _marked(runs: Iterable[tuple[Op, str]], side: Op, element: str) -> str:
    """One side of a comparison, what is only there marked."""
    pieces = []
    for op, text in runs:
        if op == side:
            pieces.append(f"<{element}>{shown(text)}</{element}>")
        elif op == "=":
            pieces.append(shown(text))
    return "".join(pieces)
