"""TOML that may come from anywhere is read within limits, and written to be read back."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.errors import Refused
from talekeep.store import toml

DOTS = b".".join([b"a"] * 20_000)

BOMBS = {
    "a huge file": b"# comment\n" * (toml.MAX_BYTES // 10 + 1),
    "a long line": b'a = "' + b"x" * toml.MAX_LINE + b'"',
    "a key of many dots": DOTS[: toml.MAX_LINE - 10] + b" = 1",
    "a table of many dots": b"[" + DOTS[: toml.MAX_LINE - 10] + b"]",
    "many dots in a table in a line": b"a = { " + DOTS[: toml.MAX_LINE - 20] + b" = 1 }",
    "many quoted dots": b'"a".' * 12_000 + b"a = 1",
    "lists in lists": b"a = " + b"[" * 30_000,
    "tables in tables": b"a = " + b"{a=" * 15_000,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_at_once_by_name(kind: str) -> None:
    started = time.process_time()
    with pytest.raises(Refused, match=r"tags\.toml"):
        toml.parse(BOMBS[kind], "tags.toml")

    assert time.process_time() - started < 1


@pytest.mark.parametrize("data", [b"a = ", b"\xff\xfe", b"a = 1\na = 2", b"[a\n"])
def test_what_is_not_toml_is_refused_with_a_way_out(data: bytes) -> None:
    with pytest.raises(Refused, match=r"tags\.toml is not TOML: ") as raised:
        toml.parse(data, "tags.toml")

    assert "tags.toml" in (raised.value.hint or "")


def test_a_long_line_is_named_by_its_number() -> None:
    with pytest.raises(Refused, match="line 2"):
        toml.parse(b"a = 1\n# " + b"x" * toml.MAX_LINE, "tags.toml")


def test_dots_in_values_are_no_nesting() -> None:
    text = "." * 500

    assert toml.parse(f'name = "{text}"\n# {text}\n'.encode(), "x") == {"name": text}


def test_what_a_search_for_dots_costs_grows_with_the_file_alone() -> None:
    words = b"x" * 60_000
    data = b"\n".join(b'a%d = "%s"' % (n, words) for n in range(50))
    started = time.process_time()

    assert len(toml.parse(data, "x")) == 50
    assert time.process_time() - started < 2


def test_dots_in_a_text_over_several_lines_are_no_nesting() -> None:
    text = "And then" + "." * 60 + " nothing.\n"

    assert toml.parse(toml.dump({"a": {"description": text}}), "x") == {"a": {"description": text}}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.dictionaries(texts, st.dictionaries(texts, texts | st.booleans() | st.integers(-9, 9))))
def test_what_is_written_reads_back_the_same(tables: dict[str, dict[str, object]]) -> None:
    assert toml.parse(toml.dump(tables), "x") == tables
