"""Sketches: what counts as equal, and how alike two entries are."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.metrics.duplicates.minhash import BIN
from talekeep.metrics.duplicates.minhash import BINS
from talekeep.metrics.duplicates.minhash import jaccard
from talekeep.metrics.duplicates.minhash import shingles
from talekeep.metrics.duplicates.minhash import sketch

PROMPT = {"role": "system", "content": "You keep the lighthouse."}
ASKED = {"role": "user", "content": "Who goes there?"}
SAID = {"role": "assistant", "content": "Only the keeper, and the gulls that never sleep."}
MORE = {"role": "user", "content": "Then open the door, it is raining hard."}


def entry(*messages):
    return {"messages": list(messages)}


def test_case_form_and_white_space_do_not_count():
    loud = {**SAID, "content": "ONLY  the ｋeeper,\nand the gulls that never sleep. "}
    assert sketch(entry(ASKED, loud)).digests == sketch(entry(ASKED, SAID)).digests


def test_a_system_prompt_counts_at_the_first_level_alone():
    bare, framed = sketch(entry(ASKED, SAID)), sketch(entry(PROMPT, ASKED, SAID))
    assert [a == b for a, b in zip(bare.digests, framed.digests, strict=True)] == [False, True, True]


def test_the_opening_is_the_first_question_and_the_first_reply():
    short, long = sketch(entry(ASKED, SAID)), sketch(entry(ASKED, SAID, MORE, SAID))
    assert [a == b for a, b in zip(short.digests, long.digests, strict=True)] == [False, False, True]
    assert sketch(entry(ASKED)).digests[2] == b""


def test_who_speaks_and_which_tool_is_called_count():
    named = {**SAID, "name": "mara"}
    called = {**SAID, "tool_calls": [{"id": "1"}]}
    digests = {sketch(entry(ASKED, text)).digests[1] for text in (SAID, named, called)}
    assert len(digests) == 3


def test_what_is_no_text_counts():
    values = [{**ASKED, "content": [{"type": "image_url", "image_url": {"url": url}}]} for url in ("a", "b")]
    assert sketch(entry(values[0], SAID)).digests[1] != sketch(entry(values[1], SAID)).digests[1]
    plain = {**ASKED, "content": [{"type": "text", "text": ASKED["content"]}]}
    assert sketch(entry(plain, SAID)).digests == sketch(entry(ASKED, SAID)).digests


def test_an_entry_without_words_is_like_nothing():
    blank = sketch(entry({"role": "user", "content": "  "}))
    assert blank.bins == b""
    assert jaccard(shingles(entry()), shingles(entry())) == 0.0


def test_scripts_without_spaces_are_compared_by_character():
    one = entry({"role": "user", "content": "灯台の明かりが静かな海を照らしている夜のことでした"})
    two = entry({"role": "user", "content": "灯台の明かりが静かな海を照らしている朝のことでした"})
    assert 0.5 < jaccard(shingles(one), shingles(two)) < 1


def test_likeness_is_the_share_of_runs_of_five_words():
    one = entry({"role": "user", "content": "a b c d e f g"})
    two = entry({"role": "user", "content": "b c d e f g h"})
    # abcde bcdef cdefg against bcdef cdefg defgh: two of four.
    assert jaccard(shingles(one), shingles(two)) == 0.5


@given(st.lists(st.sampled_from(["lamp", "Tür", "海", "x1", "—", "a"]), max_size=60))
def test_a_sketch_depends_on_the_words_alone(words):
    made = sketch(entry({"role": "user", "content": " ".join(words)}))
    again = sketch(entry({"role": "user", "content": "\n\t".join(words)}))
    assert made == again
    assert len(made.bins) in (0, BINS * BIN)


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_same_words_give_the_same_sketch_in_every_run(seed):
    code = (
        f"from talekeep.metrics.duplicates.minhash import sketch; print(sketch({entry(ASKED, SAID, MORE)!r}))"
    )
    completed = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert completed.stdout.strip() == str(sketch(entry(ASKED, SAID, MORE)))
