"""A RoleThread Lite registry is read record by record: what is sound comes, what is not is named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.errors import BadRecord
from talekeep.formats import registry

UUID = "123e4567-e89b-42d3-a456-426614174000"


def data(**sections: Any) -> bytes:
    whole = {
        "metadata": {"schema_version": 1, "kind": registry.KIND, "exported_at": "2026-03-04T05:06:07Z"},
        "dataset": {"dataset_uuid": UUID, "filename": "harbor.jsonl"},
    }
    return json.dumps(whole | sections).encode()


def test_an_empty_registry_is_one_and_a_byte_order_mark_is_no_content() -> None:
    result = registry.parse(b"\xef\xbb\xbf" + data())

    assert (result.dataset, result.refused, result.unknown) == (UUID, [], ())
    assert set(result.records) == set(registry.SECTIONS)


def test_records_get_their_defaults_their_slugs_and_keep_unknown_keys() -> None:
    result = registry.parse(data(tags=[{"slug": "Slow Burn", "name": "Slow Burn", "colour": "red"}], extra=1))

    assert result.records["tags"] == [
        {
            "slug": "slow_burn",
            "name": "Slow Burn",
            "colour": "red",
            "category_slug": None,
            "sort_order": 0,
            "status": "active",
            "is_active": True,
            "is_builtin": False,
            "lifecycle": None,
        }
    ]
    assert result.unknown == ("extra",)


@pytest.mark.parametrize(
    ("section", "bad", "reason"),
    [
        ("tags", "noir", "not an object"),
        ("tags", {"name": "Noir"}, "it has no slug"),
        ("tags", {"slug": "!!!", "name": "x"}, "no letter or digit"),
        ("tags", {"slug": "a", "name": "A", "sort_order": True}, "sort_order is not a whole number"),
        ("tags", {"slug": "a", "name": "A", "sort_order": 2**70}, "too large"),
        ("tags", {"slug": "a", "name": "A", "is_active": 1}, "is_active is not true or false"),
        ("tags", {"slug": "a", "name": "A", "lifecycle": []}, "lifecycle is not an object"),
        ("system_prompts", {"slug": "a", "name": "A", "content": " "}, "content is blank"),
        ("characters", {"slug": "a", "display_name": None}, "display_name is not text"),
        ("characters", {"slug": "a", "display_name": "A", "x": "\ud83d"}, "surrogate"),
        ("aliases", {"old_slug": "a", "new_slug": 1, "action": "rename"}, "new_slug is not text"),
        ("entry_character_mappings", {"entry_uuid": UUID, "turns": {}}, "turns is not a list"),
    ],
)
def test_one_bad_record_costs_only_itself(section: str, bad: Any, reason: str) -> None:
    """Weak spots 11.1 #8 and 2.1: its own reader gives the whole file up, and overwrites it later."""
    whole = data(**{section: [bad]}, categories=[{"slug": "genre", "name": "Genre"}])

    result = registry.parse(whole)

    assert [c["slug"] for c in result.records["categories"]] == ["genre"]
    ((place, number, why),) = result.refused
    assert (place, number) == (section, 1)
    assert reason in why


def test_a_section_that_is_no_list_is_named() -> None:
    assert registry.parse(data(tags={"a": 1})).refused == [("tags", 0, "not a list")]


def test_a_turn_that_stands_twice_costs_only_itself() -> None:
    turn = {"turn_index": 1, "character_slug": "Mara", "training_role": "user"}
    turns = [turn, turn | {"character_slug": "wren"}, turn | {"turn_index": -1}, turn | {"turn_index": True}]
    mapping = {"entry_uuid": UUID, "turns": turns}

    result = registry.parse(data(entry_character_mappings=[mapping, mapping]))

    assert result.turns() == {UUID: [turn | {"character_slug": "mara", "source_role_label": None}]}
    assert [where for where, _, _ in result.refused] == ["entry_character_mappings"] * 4


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "not a registry"),
        (data(metadata={"schema_version": 1, "kind": "other"}), "not a registry"),
        (data(metadata={"schema_version": 2, "kind": registry.KIND}), "of schema 2"),
        (data(metadata={"schema_version": True, "kind": registry.KIND}), "of schema true"),
        (data(dataset={}), "names no dataset"),
    ],
)
def test_what_is_no_registry_is_refused_with_its_reason(whole: bytes, reason: str) -> None:
    with pytest.raises(BadRecord, match=reason):
        registry.parse(whole)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
_KEYS = sorted({key for fields in registry.SECTIONS.values() for key in fields})
_RECORDS = st.lists(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=6), max_size=3)


@given(sections=st.dictionaries(st.sampled_from(sorted(registry.SECTIONS)), _RECORDS | _JSON))
def test_nothing_in_a_registry_is_a_crash(sections: dict[str, Any]) -> None:
    answer = registry.parse(json.dumps(json.loads(data()) | sections).encode())

    given_records = sum(len(v) for v in sections.values() if isinstance(v, list))
    assert sum(map(len, answer.records.values())) <= given_records
