"""Merging plain text by lines: what git makes of it where both agree, markers where they do not."""

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.merge.text_lines import merge_text

LABELS = ("ours", "theirs")
WORDS = [b"alpha", b"beta", b"gamma", b"delta", b"rope", b"lamp", b""]

line = st.sampled_from(WORDS)
text = st.lists(line, max_size=12)


@st.composite
def edited(draw, lines: list[bytes]) -> list[bytes]:
    """A few insertions, deletions and changes, as a person makes them."""
    now = [*lines]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(now)))
        kind = draw(st.sampled_from(["insert", "delete", "change"]))
        if kind == "insert":
            now[at:at] = [draw(line)]
        elif at < len(now):
            now[at : at + 1] = [] if kind == "delete" else [draw(line)]
    return now


@st.composite
def three(draw) -> tuple[bytes, bytes, bytes]:
    base = draw(text)
    ends = draw(st.tuples(*[st.sampled_from([b"\n", b""])] * 3))
    sides = (base, draw(edited(base)), draw(edited(base)))
    return tuple(b"\n".join(s) + (e if s else b"") for s, e in zip(sides, ends, strict=True))


def by_git(folder: Path, base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, int]:
    for name, data in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_bytes(data)
    completed = subprocess.run(
        ["git", "merge-file", "-p", "-L", "ours", "-L", "base", "-L", "theirs", "ours", "base", "theirs"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return completed.stdout, completed.returncode


@settings(max_examples=100)
@given(sides=three())
def test_a_clean_merge_keeps_what_either_side_added_and_makes_nothing_up(sides) -> None:
    # Repeated lines can be lined up in more than one way, so git may see a clash or a common change where
    # we do not; for lines that occur once the two agree to the byte (below).
    merged, markers = merge_text(*sides, LABELS)
    base, ours, theirs, result = (set(text.split(b"\n")) for text in (*sides, merged))
    if not markers:
        assert (ours | theirs) - base <= result
        assert result <= ours | theirs


@st.composite
def distinct(draw) -> tuple[bytes, bytes, bytes]:
    """Lines that occur once, so that there is one way to line them up."""
    base = [b"line %d" % n for n in range(draw(st.integers(0, 12)))]
    sides = []
    for name in (b"o", b"t"):
        now: list[bytes] = []
        for number, row in enumerate(base):
            kind = draw(st.sampled_from(["keep"] * 6 + ["drop", "change", "before"]))
            now += [b"%s new %d" % (name, number)] if kind == "before" else []
            now += [] if kind == "drop" else [name + b" " + row] if kind == "change" else [row]
        sides.append(now)
    return tuple(b"".join(row + b"\n" for row in side) for side in (base, *sides))


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")
@settings(max_examples=100)
@given(sides=distinct())
def test_git_and_we_agree_on_what_is_a_conflict_and_on_every_byte_without_one(
    tmp_path_factory, sides
) -> None:
    output, conflicts = by_git(tmp_path_factory.getbasetemp(), *sides)
    merged, markers = merge_text(*sides, LABELS)

    assert bool(conflicts) == bool(markers)
    if not markers:
        assert merged == output


@settings(max_examples=100)
@given(sides=three())
def test_every_line_either_side_brought_is_in_the_result(sides) -> None:
    base, ours, theirs = (Counter(side.splitlines()) for side in sides)
    merged, _ = merge_text(*sides, LABELS)

    by_name = Counter(merged.splitlines())
    for side in (ours, theirs):
        for row, count in (side - base).items():
            assert by_name[row] >= count


@settings(max_examples=100)
@given(sides=three())
def test_the_laws_of_a_merge_hold(sides) -> None:
    base, ours, theirs = sides
    assert merge_text(base, ours, ours, LABELS) == (ours, 0)
    assert merge_text(base, base, theirs, LABELS) == (theirs, 0)
    assert merge_text(base, ours, base, LABELS) == (ours, 0)


@settings(max_examples=100)
@given(sides=three())
def test_swapping_the_sides_swaps_the_labels(sides) -> None:
    base, ours, theirs = sides
    merged, markers = merge_text(base, ours, theirs, LABELS)
    swapped, again = merge_text(base, theirs, ours, LABELS)

    assert markers == again
    if not markers:
        assert merged == swapped


def test_a_conflict_shows_both_sides_between_gits_markers() -> None:
    merged, markers = merge_text(b"a\nb\nc\n", b"a\nour b\nc\n", b"a\ntheir b\nc\n", ("HEAD", "side"))

    assert markers == 1
    assert merged == b"a\n<<<<<<< HEAD\nour b\n=======\ntheir b\n>>>>>>> side\nc\n"


def test_a_last_line_without_an_end_gets_one_only_inside_markers() -> None:
    merged, _ = merge_text(b"a", b"b", b"c", LABELS)
    assert merged == b"<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n"
    assert merge_text(b"a\nb", b"A\nb", b"a\nb", LABELS) == (b"A\nb", 0)


def test_texts_too_different_to_line_up_are_one_place() -> None:
    base = b"".join(b"%d\n" % n for n in range(2000))
    ours, theirs = base.replace(b"\n", b"x\n"), base.replace(b"\n", b"y\n")
    merged, markers = merge_text(base, ours, theirs, LABELS)

    assert markers == 1
    assert ours in merged
    assert theirs in merged


def test_a_file_one_side_left_alone_is_the_other_side_however_different() -> None:
    base = b"".join(b"%d\n" % n for n in range(2000))
    theirs = base.replace(b"\n", b"y\n")

    assert merge_text(base, base, theirs, LABELS) == (theirs, 0)
    assert merge_text(base, theirs, base, LABELS) == (theirs, 0)
    assert merge_text(base, theirs, theirs, LABELS) == (theirs, 0)


@pytest.mark.parametrize("odd", [b"a\rb\n", b"a\x0bb\n", "a\u2028b\n".encode(), b"a\r\n"])
def test_only_a_line_feed_ends_a_line(odd: bytes) -> None:
    merged, markers = merge_text(
        odd + b"x\ny\nz\n", odd + b"x\ny\nZ\n", b"new\n" + odd + b"x\ny\nz\n", LABELS
    )
    assert (merged, markers) == (b"new\n" + odd + b"x\ny\nZ\n", 0)
    clash, _ = merge_text(odd, b"1" + odd, b"2" + odd, LABELS)
    assert clash == b"<<<<<<< ours\n1" + odd + b"=======\n2" + odd + b">>>>>>> theirs\n"
