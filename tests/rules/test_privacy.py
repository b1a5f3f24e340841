"""Addresses, numbers and keys are found where they stand, shown masked, and not where they are nobody's."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.rules import BY_CODE
from talekeep.rules import Context
from talekeep.rules.privacy import CODES
from talekeep.rules.privacy import is_luhn
from talekeep.rules.privacy import masked


def results_of(code: str, text: str) -> list[str]:
    entry = {"messages": [{"role": "user", "content": text}]}
    return [hit.message for hit in BY_CODE[code].check(entry, Context())]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("C411", "wren.field+notes@harrow-point.co.uk"),
        ("C411", "<mara@harrowpoint.org>"),
        ("C412", "+49 30 901820"),
        ("C412", "+1 (415) 555-2671"),
        ("C412", "call 415-555-2671 now"),
        ("C413", "4242424242424242"),
        ("C413", "3782 822463 10005"),
        ("C414", "-----BEGIN OPENSSH PRIVATE KEY-----"),
        ("C414", "ghp_" + "a1B2" * 9),
        ("C414", "Authorization: Bearer abcdef0123456789abcdef"),
        ("C414", "sk-proj-" + "a1B2c3" * 5),
        ("C415", "/Users/wren/Desktop"),
        ("C415", r"C:\Users\wren\logs"),
        ("C416", "https://discord.gg/harrow"),
        ("C416", "<@!184405311681986560>"),
    ],
)
def test_what_belongs_to_somebody_is_found_once(code, text):
    assert len(results_of(code, f"before {text} after")) == 1


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("C411", "mara@example.com, a@b, @wren, x@localhost.invalid, 5 @ 3.50"),
        ("C412", "555-0123, 2026-11-21, 10.0.0.1, 1234567890123456789, 3.14159265358979, 12:30"),
        ("C412", "(202) 555-0143 and 404-555-0199"),
        ("C413", "4242424242424241 and 0000 0000 0000 0000 and 1234567890123"),
        ("C414", "the key is under the mat; sk-short; bearer of bad news and long stories indeed"),
        ("C415", "/home/ and /homework/x and /Users/Shared/x"),
        ("C416", "discord between friends; <@wren>"),
    ],
)
def test_what_is_nobodys_is_not_found(code, text):
    assert results_of(code, text) == []


_SAMPLES = (
    *("wren.field+notes@harrow-point.co.uk", "+49 30 901820", "+1 (415) 555-2671", "415-555-2671"),
    *("4242424242424242", "3782 822463 10005", "-----BEGIN OPENSSH PRIVATE KEY-----", "ghp_" + "a1B2" * 9),
    *("AKIAQWERTYUIOPASDFGH", "ASIAQWERTYUIOPASDFGH", "github_pat_" + "a1" * 11, "glpat-" + "a1" * 10),
    *("hf_" + "a1" * 15, "AIza" + "a1-_x" * 7, "xoxb-a1b2c3d4e5", "rk_live_" + "a1" * 8),
    *(
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl",
        "AGE-SECRET-KEY-1" + "QZ" * 29,
        "sk-ant-" + "a1" * 10,
    ),
    *("M" + "a1" * 12 + ".a1b2c3." + "a1b" * 9, "bearer abcdef0123456789abcdef", "/home/wren", "/Users/wren"),
    *(
        r"C:\Users\wren",
        "https://DISCORD.gg/harrow",
        "discordapp.com/abc",
        "<@!184405311681986560>",
        "<#" + "1" * 18 + ">",
    ),
)


@given(data=st.data())
def test_whatever_else_an_entry_holds_decides_nothing(data):
    """The rules look away early where nothing in an entry can be a find; here they do, and they do not."""
    sample = data.draw(st.sampled_from(_SAMPLES))
    at = data.draw(st.integers(0, len(sample)))
    typed = data.draw(st.text(alphabet=" -.()+@/_\\\n0a٣M", max_size=2))
    text = sample[:at] + typed + sample[at + data.draw(st.integers(0, 2)) :]
    alone = {"messages": [{"role": "user", "content": [{"text": text}]}]}
    among = {"messages": [*alone["messages"], {"role": "tool", "content": "\n".join(_SAMPLES)}]}
    for code in CODES:
        hits = [hit for hit in BY_CODE[code].check(among, Context()) if hit.path[1] == 0]
        assert list(BY_CODE[code].check(alone, Context())) == hits


@pytest.mark.parametrize("sample", _SAMPLES)
def test_every_sample_is_found_by_some_rule(sample):
    assert any(results_of(code, sample) for code in CODES)


def test_the_place_is_named_and_the_sample_is_masked():
    assert results_of("C411", "Write to mara@harrowpoint.org.") == [
        "an e-mail address at character 10: ma…(20)…rg"
    ]


def test_arguments_of_tools_are_looked_at_too():
    call = {"function": {"name": "fetch", "arguments": '{"key": "AKIAQWERTYUIOPASDFGH"}'}}
    entry = {"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}
    hits = list(BY_CODE["C414"].check(entry, Context()))
    assert [hit.path for hit in hits] == [("messages", 0, "tool_calls", 0, "function", "arguments")]


@given(st.text(min_size=1, max_size=60))
def test_a_masked_sample_hides_most_of_it(sample):
    shown = masked(sample).replace(f"…({len(sample)})…", "")
    assert len(shown) <= max(4, len(sample) // 3)
    assert len(shown) < len(sample)


def test_the_check_digit_tells_one_changed_digit():
    dice = random.Random(7)
    for _ in range(50):
        digits = [dice.randint(0, 9) for _ in range(15)]
        whole = next([*digits, d] for d in range(10) if is_luhn([*digits, d]))
        at = dice.randrange(16)
        assert not is_luhn([*whole[:at], (whole[at] + dice.randint(1, 9)) % 10, *whole[at + 1 :]])
