"""Models take what people write for what it is, lose nothing of it, and name what is wrong."""

import pickle
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from datetime import date
from typing import Annotated
from typing import Any
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.library.base import Kind
from talekeep.library.kinds import KINDS
from talekeep.library.model import Limits
from talekeep.library.model import Model
from talekeep.library.model import OpenModel
from talekeep.library.model import WrongValue
from talekeep.library.model import plain
from talekeep.library.model import read


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf(OpenModel):
    name: str
    size: Annotated[int, Limits(1, 9)] = 3
    share: float = 0.5
    on: bool = True
    mood: Literal["calm", "wild"] = "calm"


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch(OpenModel):
    first: Leaf = field(default_factory=lambda: Leaf(name="first"))
    leaves: dict[str, Leaf] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    pair: tuple[int, int] = (0, 9)
    free: dict[str, Any] | list[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Root(Model):
    branches: dict[str, dict[str, Branch]] = field(default_factory=dict)


LEAF_KEYS = {f.name for f in fields(Leaf)} - {"unknown"}


def test_unknown_keys_are_kept_at_every_level() -> None:
    given = {
        "first": {"name": "f", "hue": date(2026, 11, 28)},
        "leaves": {"a": {"name": "a", "unknown": 1, "deep": {"er": [{"x": 1}]}}},
        "replaced": 7,
        "unknown": {"self": 1},
    }

    result = read(Branch, given)

    assert result.unknown == {"replaced": 7, "unknown": {"self": 1}}
    assert result.leaves["a"].unknown == {"unknown": 1, "deep": {"er": [{"x": 1}]}}
    assert plain(result, defaults=False) == given


LEAST = {
    "characters": {"name": "M"},
    "generation": {},
    "models": {"recipe": "r", "commit": "c", "entries": 1, "sha256": "s"},
    "prompts": {"name": "P", "content": "C"},
    "sources": {"file": "f", "sha256": "0", "format": "chatml", "records": 1},
    "tags": {"tags": {"noir": {"hue": "dark"}}, "categories": {"mood": {"name": "Mood", "icon": "x"}}},
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_library_keeps_unknown_keys_or_refuses_them_by_name(kind: Kind) -> None:
    values = {**LEAST[kind.name], "newer": {"a": 1}}

    if issubclass(kind.item, OpenModel):
        assert plain(read(kind.item, values), defaults=False) == values
    else:
        with pytest.raises(WrongValue, match=r"^newer: there is no such key$"):
            read(kind.item, values)


@given(st.dictionaries(st.text(max_size=9), st.integers() | st.text(max_size=3) | st.none(), max_size=5))
def test_what_is_read_is_written_whatever_the_keys_are_called(more: dict[str, Any]) -> None:
    values = {key: value for key, value in more.items() if key not in LEAF_KEYS} | {"name": "n"}

    assert plain(read(Leaf, values), defaults=False) == values


def test_defaults_are_written_where_they_are_wanted_fields_first() -> None:
    leaf = read(Leaf, {"extra": 1, "size": 3, "name": "n"})

    assert list(plain(leaf)) == ["name", "size", "share", "on", "mood", "extra"]
    assert plain(leaf, defaults=False) == {"name": "n", "extra": 1}
    assert plain(Branch())["first"] == plain(Leaf(name="first"))
    assert plain(Branch(), defaults=False) == {}


def test_a_model_is_a_value() -> None:
    one, other = read(Leaf, {"name": "n", "extra": 1}), read(Leaf, {"name": "n", "extra": 1})

    assert one == other
    assert one != read(Leaf, {"name": "n", "extra": 2})
    assert one.replaced(size=4) == read(Leaf, {"name": "n", "size": 4, "extra": 1})
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(AttributeError):
        one.name = "m"  # type: ignore[misc]


def test_no_two_models_share_what_is_empty() -> None:
    Branch().words.append("x")
    Branch().unknown["x"] = 1

    assert Branch() == Branch(words=[], unknown={})


def test_a_whole_number_is_a_number() -> None:
    result = read(Leaf, {"name": "n", "share": 1})

    assert (result.share, type(result.share)) == (1.0, float)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"size": True}, "size"),
        ({"size": "3"}, "size"),
        ({"size": 3.0}, "size"),
        ({"size": 2**70}, "size"),
        ({"size": 0}, "size"),
        ({"size": 10}, "size"),
        ({"share": "1"}, "share"),
        ({"share": True}, "share"),
        ({"on": 1}, "on"),
        ({"on": "true"}, "on"),
        ({"name": 1}, "name"),
        ({"name": date(2026, 11, 28)}, "name"),
        ({"mood": "mild"}, "mood"),
        ({"mood": 1}, "mood"),
    ],
    ids=str,
)
def test_nothing_is_taken_for_something_else(told: dict[str, Any], key: str) -> None:
    with pytest.raises(WrongValue) as raised:
        read(Leaf, {"name": "n", **told})

    assert raised.value.key == key


@pytest.mark.parametrize(
    ("branch", "said"),
    [
        ({"leaves": {"a": {"name": "a"}, "b.c": {"name": 3}}}, "leaves.b.c.name: should be a string, not 3"),
        ({"leaves": {"a": {"x": 1}}}, "leaves.a.name: missing"),
        ({"leaves": {"a": 3}}, "leaves.a: should be a table, not 3"),
        ({"leaves": [1]}, "leaves: should be a table, not a list of 1"),
        ({"leaves": {"a": {"name": "a", "x": 1}}, "words": ["a", 1]}, "words.1: should be a string, not 1"),
        ({"pair": [1, True]}, "pair.1: should be an integer, not true"),
        ({"pair": [1]}, "pair.1: missing"),
        ({"free": 1}, "free: should be a table, not 1"),
        ({"first": {"name": "n", "mood": "mild"}}, 'first.mood: "mild" is none of calm, wild'),
        ({"first": {"name": "n", "size": 10}}, "first.size: should be less than or equal to 9, not 10"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_by_the_keys_that_lead_there(branch: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongValue) as raised:
        read(Root, {"branches": {"b": {"fine": {"new": 1}, "bad": branch}}})

    assert str(raised.value) == f"branches.b.bad.{said}"


@pytest.mark.parametrize("key", ["brnches", "unknown"])
def test_a_closed_table_refuses_an_unknown_key_by_name(key: str) -> None:
    with pytest.raises(WrongValue, match=f"^{key}: there is no such key$"):
        read(Root, {"branches": {}, key: {}})


def test_what_is_no_table_is_wrong_as_a_whole() -> None:
    with pytest.raises(WrongValue, match=r"^should be a table, not 3$") as raised:
        read(Leaf, 3)

    assert raised.value.key == ""
