"""JSON Schemas: of every `--json` answer, of the files that people write, and of an error.

They lie in `talekeep/schemas/NAME-1.json`, made from the types by `tests/schemas.sh`. Reading one needs no
pydantic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from typing import Literal

import orjson

from talekeep.core.errors import NotFound
from talekeep.core.finding import Finding
from talekeep.library import recipes
from talekeep.library.kinds import KINDS
from talekeep.store import config

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_VERSION = 1
_FOLDER = Path(__file__).resolve().parents[2] / "schemas"


@dataclass(frozen=True, slots=True)
class Schemas:
    """The names of all schemas."""

    schemas: list[str]


@dataclass(frozen=True, slots=True)
class Schema:
    """One schema; `document` is the JSON Schema itself."""

    name: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed command prints on stderr with --json. `findings` are there where validation refused."""

    code: str
    message: str
    hint: str | None
    findings: list[Finding] | None = None


# The files that people write, by the name of their schema.
FILES: dict[str, Any] = {"talekeep-toml": config.Config, "recipe": recipes.Recipe} | {
    f"library-{k.name}": k.shape for k in KINDS
}


def file_name(name: str) -> str:
    return f"{name}-{_VERSION}.json"


def names() -> list[str]:
    """The names of all schemas, sorted."""
    ending = file_name("")
    return sorted(path.name.removesuffix(ending) for path in _FOLDER.glob(f"*{ending}"))


def read(name: str) -> Schema:
    """One schema.

    Raises:
        NotFound: there is none of that name.
    """
    known = names()
    if name not in known:
        near = get_close_matches(name, known, 1)
        raise NotFound(f"there is no schema {name!r}", f"talekeep schema{f' {near[0]}' if near else ''}")
    return Schema(name, orjson.loads((_FOLDER / file_name(name)).read_bytes()))


def of_answer(name: str, kinds: Sequence[type]) -> dict[str, Any]:
    """The schema of an answer that is one of these dataclasses, with the two keys that stand before it.

    Raises:
        ValueError: two types of one name differ.
    """
    described = [_described(kind, "serialization") for kind in kinds]
    head = {"schema": {"const": f"talekeep.{name}/{_VERSION}"}, "ok": {"type": "boolean"}}
    definitions: dict[str, Any] = {}
    for schema in described:
        for title, definition in schema.pop("$defs", {}).items():
            if definitions.setdefault(title, definition) != definition:
                raise ValueError(f"talekeep {name} --json has two different types called {title}")
        schema["properties"] = head | schema.get("properties", {})
        schema["required"] = list(dict.fromkeys([*head, *schema.get("required", [])]))
    whole = described[0] if len(described) == 1 else {"anyOf": described}
    return _document(f"talekeep {name} --json", whole, definitions)


def of_file(name: str) -> dict[str, Any]:
    """The schema of a file that people write."""
    schema = _described(FILES[name], "validation")
    return _document(name, schema, schema.pop("$defs", {}))


def of_failure() -> dict[str, Any]:
    """The schema of what a failed command prints."""
    schema = _described(Failure, "serialization")
    schema["required"].remove("findings")
    return _document("an error with --json", schema, schema.pop("$defs", {}))


def _document(title: str, schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    whole = {"$schema": _DIALECT, **schema, "title": title}
    return whole | ({"$defs": dict(sorted(definitions.items()))} if definitions else {})


def _described(kind: Any, mode: Literal["serialization", "validation"]) -> dict[str, Any]:
    from pydantic import TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    class Generator(GenerateJsonSchema):
        """An answer has all its keys, so a default says nothing there; the name of a key is title enough."""

        def field_is_required(self, field: Any, total: bool) -> bool:
            return mode == "serialization" or super().field_is_required(field, total)

        def default_schema(self, schema: Any) -> Any:
            of_file = mode == "validation"
            return super().default_schema(schema) if of_file else self.generate_inner(schema["schema"])

        def field_title_should_be_set(self, schema: Any) -> bool:
            return False

    result = TypeAdapter(kind).json_schema(mode=mode, schema_generator=Generator)
    described: dict[str, Any] = _on_one_line(result)
    return described


def _on_one_line(schema: Any) -> Any:
    """The schema with each description, which is a docstring, on one line."""
    if isinstance(schema, list):
        return [_on_one_line(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: " ".join(item.split()) if key == "description" and isinstance(item, str) else _on_one_line(item)
        for key, item in schema.items()
    }
