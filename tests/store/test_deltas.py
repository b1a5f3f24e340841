"""A delta gives its target back, whatever both are, and takes little where versions differ by a line."""

import random

from dulwich.pack import apply_delta
from hypothesis import given
from hypothesis import strategies as st

from talekeep.store.git.pack.deltas import delta

LINES = st.lists(st.binary(max_size=40), max_size=30).map(b"\n".join)


def applied(base, made):
    return b"".join(apply_delta([base], [made]))


@given(LINES, LINES)
def test_a_delta_gives_its_target_back(base, target):
    made = delta(base, target)
    assert made is None or applied(base, made) == target


@given(st.integers(0, 2**32))
def test_lines_put_in_taken_out_changed_and_moved_come_back(seed):
    dice = random.Random(seed)
    lines = [dice.randbytes(dice.randint(0, 300)) + b"\n" for _ in range(40)]
    changed = [*lines]
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(changed))
        kind = dice.randrange(4)
        if kind == 0:
            changed.insert(at, dice.randbytes(50) + b"\n")
        elif kind == 1:
            del changed[at]
        elif kind == 2:
            changed[at] = changed[at][:20] + b"x" + changed[at][25:]
        else:
            changed.insert(dice.randrange(len(changed)), changed.pop(at))
    base, target = b"".join(lines), b"".join(changed)
    made = delta(base, target)
    assert made is None or applied(base, made) == target


def test_edits_of_two_lines_of_a_part_take_a_hundred_bytes():
    dice = random.Random(1)
    lines = [dice.randbytes(2000).hex().encode() + b"\n" for _ in range(60)]
    base = b"".join(lines)
    lines[10] = lines[10].replace(lines[10][500:510], b"changed it", 1)
    lines[50] = lines[50].replace(lines[50][900:903], b"and this", 1)
    made = delta(base, b"".join(lines))
    assert made is not None
    assert len(made) < 100


def test_texts_that_share_nothing_have_no_delta():
    assert delta(b"a" * 1000, b"b" * 1000) is None
