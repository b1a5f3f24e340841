"""Three-way merge of any file of a dataset, by what kind of file it is."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.merge.parts import MergedFile
from talekeep.core.merge.parts import merge_part
from talekeep.core.merge.records import merge_keyed
from talekeep.core.merge.text_lines import merge_text
from talekeep.core.merge.virtual_base import unsettled
from talekeep.store import parts

_MARK = CONFLICT_KEY.encode()

Labels: TypeAlias = tuple[str, str]
Sides: TypeAlias = tuple[bytes | None, bytes | None, bytes | None]
# The `path` of each kind that is `whole`, which are not imported here: git starts the driver for every file.
_SECTIONED = ("library/generation.toml", "library/tags.toml")
_Strategy: TypeAlias = Callable[[bytes, bytes, bytes, Labels], MergedFile]


def merge_file(path: str, sides: Sides, labels: Labels = ("ours", "theirs")) -> MergedFile:
    """Merge one file that both sides changed: base, ours, theirs; None is a side where it does not exist."""
    base, ours, theirs = sides
    if ours is None or theirs is None:
        return MergedFile(
            theirs if ours is None else ours, refused="changed on one side, deleted on the other"
        )
    return _strategy(path)(base or b"", ours, theirs, labels)


def merge_bases(path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge one file of two bases into what a later merge takes for the base; see `core.unsettled`. None
    where it can only be merged as text."""
    merged = merge_file(path, (base, ours, theirs))
    if merged.refused is not None or merged.data is None:
        return None
    if not merged.conflicts:
        return merged.data
    if path.endswith(".toml"):
        from talekeep.store import toml

        tables = tomllib.loads(merged.data.decode())
        return toml.dump({slug: unsettled(table) for slug, table in tables.items()})
    lines = [line + b"\n" for line in merged.data.split(b"\n")[:-1]]
    return b"".join(codec.encode(unsettled(codec.decode(line))) if _MARK in line else line for line in lines)


def by_record(path: str) -> bool:
    """True for the files that are merged by entry or table: parts and libraries."""
    return _strategy(path) is not _merge_lines


def _strategy(path: str) -> _Strategy:
    if parts.is_entries(path) or parts.is_sidecars(path):
        return _merge_part
    if path in _SECTIONED:
        return _merge_sections
    if path.startswith("library/") and path.endswith(".toml"):
        return _merge_library
    return _merge_lines


def _merge_part(base: bytes, ours: bytes, theirs: bytes, labels: Labels) -> MergedFile:
    return merge_part(base, ours, theirs)


def _merge_library(base: bytes, ours: bytes, theirs: bytes, labels: Labels) -> MergedFile:
    """By slug, then by key; an open conflict stands inside its table."""
    # Loaded here: git starts the driver for every file, and most are parts.
    from talekeep.store import toml

    try:
        sides = [tomllib.loads(side.decode()) for side in (base, ours, theirs)]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as reason:
        return MergedFile(ours, refused=f"not TOML: {reason}")
    merged = merge_keyed(*sides)
    conflicts = tuple((slug, conflict) for slug, one in merged.items() for conflict in one.conflicts)
    values = {slug: one.value for slug, one in merged.items()}
    if any(not isinstance(values[slug], dict) or CONFLICT_KEY not in values[slug] for slug, _ in conflicts):
        return MergedFile(ours, conflicts, refused="a conflict that no table can hold")
    return MergedFile(toml.dump({slug: values[slug] for slug in sorted(values)}), conflicts)


def _merge_sections(base: bytes, ours: bytes, theirs: bytes, labels: Labels) -> MergedFile:
    """Tables of tables, such as tags, categories and aliases; each is sorted by slug."""
    from talekeep.store import toml

    merged = _merge_library(base, ours, theirs, labels)
    if merged.data is None or merged.refused:
        return merged
    tables = tomllib.loads(merged.data.decode()).items()
    ordered = {name: dict(sorted(t.items())) if isinstance(t, dict) else t for name, t in tables}
    return replace(merged, data=toml.dump(ordered))


def _merge_lines(base: bytes, ours: bytes, theirs: bytes, labels: Labels) -> MergedFile:
    if any(b"\0" in side for side in (base, ours, theirs)):
        return MergedFile(ours, refused="a binary file that both sides changed")
    data, markers = merge_text(base, ours, theirs, labels)
    return MergedFile(data, markers=markers)
