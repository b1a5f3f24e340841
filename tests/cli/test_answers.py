"""Every answer has a published schema, which is true, new, and takes nothing back that was promised."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from talekeep.cli.answers import ANSWERS
from talekeep.cli.answers import documents
from talekeep.ops.project import schema

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "src/talekeep/schemas"
# As they were when they were first published. A file is added for a new answer, and never changed.
FIRST = ROOT / "tests/data/schemas-v1"
HELPERS = {"answer": 0, "answer_edited": 1, "answer_page": 1, "answer_status": 1, "answer_written_page": 1}


def test_no_schema_is_stale() -> None:
    made = documents()

    assert {path.name for path in PUBLISHED.glob("*.json")} == set(made)
    stale = [name for name, text in made.items() if (PUBLISHED / name).read_text("utf-8") != text]
    assert stale == [], "run tests/schemas.sh"


def names_in(source: str) -> Iterator[str]:
    """The names that the calls of a module answer with, where they are written out."""
    for node in ast.walk(ast.parse(source)):
        function = getattr(node, "func", None)
        place = HELPERS.get(getattr(function, "attr", getattr(function, "id", "")))
        if isinstance(node, ast.Call) and place is not None and isinstance(node.args[place], ast.Constant):
            yield str(node.args[place].value)


def test_every_answer_has_a_row_and_every_row_an_answer() -> None:
    files = (ROOT / "src/talekeep/cli").rglob("*.py")
    named = {name for file in files for name in names_in(file.read_text(encoding="utf-8"))}

    assert named == set(ANSWERS)


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def broken(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The promises of an old schema that a new one breaks: a key that went, or has another type."""
    return list(Comparison(old, new).of(old, new, ""))


class Comparison:
    """Two versions of one schema."""

    def __init__(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        self.old, self.new = old.get("$defs", {}), new.get("$defs", {})
        self.known: set[tuple[str, str]] = set()

    def of(self, old: dict[str, Any], new: dict[str, Any], place: str) -> Iterator[str]:
        pair = (json.dumps(old), json.dumps(new))
        if pair in self.known:
            return
        self.known.add(pair)
        before, after = list(variants(old, self.old)), list(variants(new, self.new))
        types = set(map(type_of, before))
        more = set(map(type_of, after)) - types - ({"integer"} if "number" in types else set())
        if more and "any" not in types:
            yield f"{place}: {', '.join(sorted(types))} may now be {', '.join(sorted(more))}"
        for kind in ("object", "array"):
            now = [variant for variant in after if type_of(variant) == kind]
            for variant in (variant for variant in before if type_of(variant) == kind):
                yield from min(([*self.inside(variant, other, place)] for other in now), key=len, default=[])

    def inside(self, old: dict[str, Any], new: dict[str, Any], place: str) -> Iterator[str]:
        there = new.get("properties", {})
        for key, value in old.get("properties", {}).items():
            if key not in there or (key in old.get("required", ()) and key not in new.get("required", ())):
                yield f"{place}.{key}: is gone"
            else:
                yield from self.of(value, there[key], f"{place}.{key}")
        for part in ("items", "additionalProperties"):
            if isinstance(old.get(part), dict):
                now = new.get(part)
                yield from self.of(old[part], now if isinstance(now, dict) else {}, f"{place}[]")
        for number, value in enumerate(old.get("prefixItems", ())):
            now = new.get("prefixItems", ())
            yield from self.of(value, now[number] if number < len(now) else {}, f"{place}[{number}]")


def variants(value: dict[str, Any], definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a value may be, references followed."""
    if "$ref" in value:
        yield from variants(definitions[value["$ref"].rpartition("/")[2]], definitions)
    elif "anyOf" in value or "oneOf" in value:
        for one in value.get("anyOf", value.get("oneOf")):
            yield from variants(one, definitions)
    else:
        yield value


def type_of(value: dict[str, Any]) -> str:
    if "const" in value:
        return {str: "string", bool: "boolean", int: "integer"}.get(type(value["const"]), "null")
    return str(value.get("type", "any"))


def test_every_schema_is_kept_from_its_first_day() -> None:
    assert {path.name for path in FIRST.glob("*.json")} == {path.name for path in PUBLISHED.glob("*.json")}


@pytest.mark.parametrize("file", sorted(FIRST.glob("*.json")), ids=lambda path: path.stem)
def test_no_published_key_goes_or_changes_its_type(file: Path) -> None:
    assert broken(read(file), read(PUBLISHED / file.name)) == []


def changed(document: dict[str, Any], **properties: Any) -> dict[str, Any]:
    kept = {key: value for key, value in (document["properties"] | properties).items() if value is not None}
    return document | {"properties": kept, "required": [key for key in document["required"] if key in kept]}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        ({"path": None}, [".path: is gone"]),
        ({"path": NUMBER}, [".path: string may now be integer"]),
        ({"path": {"anyOf": [TEXT, {"type": "null"}]}}, [".path: string may now be null"]),
        ({"conflicts": {"type": "array", "items": NUMBER}}, [".conflicts[]: string may now be integer"]),
        ({"changes": {"type": "object", "properties": {}}}, None),
        ({"mirrors": {"type": "array", "items": {}}}, [".mirrors[]: object may now be any"]),
        ({"path": {}}, [".path: string may now be any"]),
        ({"newer": TEXT}, []),
        ({"branch": TEXT}, []),
    ],
    ids=str,
)
def test_a_broken_promise_is_noticed(properties: dict[str, Any], found: list[str] | None) -> None:
    document = schema.read("status").document

    reported = broken(document, changed(document, **properties))

    if found is None:
        assert ".changes.added: is gone" in reported
    else:
        assert reported == found


def test_a_key_that_is_no_longer_always_there_is_noticed() -> None:
    document = schema.read("status").document

    reported = broken(document, document | {"required": ["schema", "ok"]})

    assert ".path: is gone" in reported
