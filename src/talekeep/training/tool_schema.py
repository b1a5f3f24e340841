"""Definitions of tools: what is wrong with them, and how they are mended.

Sources: OpenAI's FunctionObject (`{"type": "function", "function": {"name", "description", "parameters"}}`),
JSON Schema draft 7, which mistral-common 1.13.1 checks `parameters` against, and `DefaultToolUtils` of
LLaMA-Factory 0.9.5, which reads `parameters.properties`.
"""

import json
import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

Definition = dict[str, Any]

# What OpenAI and Mistral allow as the name of a function.
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
# Words that people and programs write for a type, in small letters.
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("str", "text", "char", "date", "datetime", "uuid", "url", "path", "enum"), "string"),
    **dict.fromkeys(("int", "int32", "int64", "long"), "integer"),
    **dict.fromkeys(("float", "float32", "float64", "double", "decimal", "numeric"), "number"),
    **dict.fromkeys(("dict", "map", "mapping", "json"), "object"),
    **dict.fromkeys(("list", "tuple", "set", "sequence"), "array"),
    "bool": "boolean",
    "none": "null",
    "nonetype": "null",
}
_INNER = re.compile(r"(\w+)\[(.*)\]")


def definitions(value: object) -> list[Any] | None:
    """The definitions in `tools` or `functions`, which may be JSON text; None where they are no list."""
    value = parsed(value)
    return value if isinstance(value, list) and all(isinstance(each, dict) for each in value) else None


def parsed(value: Any) -> Any:
    """A value out of its JSON text; None where that is no JSON, the value itself where it is no text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def function_in(definition: Definition) -> Definition:
    """The function itself, which stands under `function` or alone."""
    inner = definition.get("function")
    return inner if isinstance(inner, dict) else definition


def is_wrapped(definition: Definition) -> bool:
    """Whether it is `{"type": "function", "function": {…}}`."""
    return definition.get("type") == "function" and isinstance(definition.get("function"), dict)


def is_name(text: object) -> bool:
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def has_properties(definition: Definition) -> bool:
    """Whether LLaMA-Factory finds what it reads: a name and parameters with properties that are objects."""
    function = definition.get("function") if definition.get("type") == "function" else definition
    parameters = function.get("parameters") if isinstance(function, dict) else None
    properties = parameters.get("properties") if isinstance(parameters, dict) else None
    if not isinstance(parameters, dict) or not isinstance(properties, dict) or "name" not in (function or {}):
        return False
    required = parameters.get("required", [])
    items = [each.get("items") or {} for each in properties.values() if isinstance(each, dict)]
    return (
        isinstance(required, list)
        and len(items) == len(properties)
        and all(isinstance(each, dict) for each in items)
    )


def is_sound(definition: Definition) -> bool:
    """Whether every trainer can read it."""
    return has_properties(definition) and is_valid(definition)


def has_odd_choices(definition: Definition) -> bool:
    """Whether a parameter has an `enum` whose values are no texts, which LLaMA-Factory joins."""
    return with_texts_to_choose(definition) != definition


def with_texts_to_choose(definition: Definition) -> Definition:
    """The definition with the values of each parameter's `enum` as texts."""
    function = function_in(definition)
    parameters = function.get("parameters")
    properties = parameters.get("properties") if isinstance(parameters, dict) else None
    if not isinstance(parameters, dict) or not isinstance(properties, dict):
        return definition
    written = {name: _with_texts(schema) for name, schema in properties.items()}
    return _with_function(definition, {**function, "parameters": {**parameters, "properties": written}})


def _with_texts(schema: Any) -> Any:
    given = schema.get("enum") if isinstance(schema, dict) else None
    if not isinstance(given, list):
        return schema
    return {**schema, "enum": [each if isinstance(each, str) else json.dumps(each) for each in given]}


def _with_function(definition: Definition, function: Definition) -> Definition:
    return {**definition, "function": function} if function_in(definition) is not definition else function


def is_valid(definition: Definition) -> bool:
    """Whether its description is a text and its parameters, if it has any, are a JSON Schema."""
    function = function_in(definition)
    described = isinstance(function.get("description") or "", str)
    parameters = function.get("parameters")
    return described and (parameters is None or (isinstance(parameters, dict) and is_schema(parameters)))


def is_schema(value: object) -> bool:
    """Whether a value is a JSON Schema, as the meta-schema of draft 7 has it (without formats)."""
    if isinstance(value, bool):
        return True
    return isinstance(value, dict) and all(
        _CHECKS[key](item) for key, item in value.items() if key in _CHECKS
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and _is_number(value) and value >= 0 and value == int(value)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value)) and len(set(value)) == len(value)


def _is_type(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and _is_texts(value) and all(each in _TYPES for each in value)
    return value in _TYPES if isinstance(value, str) else False


def _is_schemas(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_schema, value))


def _is_named_schemas(value: object) -> bool:
    return isinstance(value, dict) and all(map(is_schema, value.values()))


_NAMED = ("properties", "patternProperties", "definitions")
_LISTED = ("allOf", "anyOf", "oneOf")
_SINGLE = (
    "additionalItems",
    "contains",
    "additionalProperties",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
)
_TEXTS = (
    *("title", "description", "format", "pattern", "$ref", "$id", "$schema", "$comment"),
    *("contentMediaType", "contentEncoding"),
)
_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "required": _is_texts,
    "items": lambda value: is_schema(value) or _is_schemas(value),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    **dict.fromkeys(("enum", "examples"), _is_list),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_count),
    **dict.fromkeys(("minProperties", "maxProperties"), _is_count),
    **dict.fromkeys(("uniqueItems", "readOnly", "writeOnly"), _is_flag),
    **dict.fromkeys(_NAMED, _is_named_schemas),
    **dict.fromkeys(_LISTED, _is_schemas),
    **dict.fromkeys(_SINGLE, is_schema),
    **dict.fromkeys(_TEXTS, _is_text),
}


def mended(definition: Definition) -> Definition:
    """The definition with parameters that are a JSON Schema with properties; the same where it has them, and
    where the function has no name.

    {"name": "find", "parameters": {"query": {"type": "str"}}}
    → {"name": "find", "parameters": {"type": "object", "properties": {"query": {"type": "string"}}}}
    """
    function = function_in(definition)
    if not isinstance(function.get("name"), str) or is_sound(definition):
        return definition
    parameters = parsed(function.get("parameters"))
    parameters = mended_schema(_with_properties(parameters if isinstance(parameters, dict) else {}))
    made = {key: item for key, item in function.items() if key not in ("required", "description")}
    if "description" in function:
        given = function["description"]
        made["description"] = given if isinstance(given, str) else "" if given is None else json.dumps(given)
    if _is_texts(function.get("required")):
        parameters.setdefault("required", function["required"])
    properties = {name: _with_one_kind_of_item(each) for name, each in parameters["properties"].items()}
    made["parameters"] = {**parameters, "properties": properties}
    if function is definition:
        return made
    return {**definition, "type": "function", "function": made}


def _with_properties(parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters with `properties`: where there are none, and every value is an object, these are they."""
    given = parameters.get("properties")
    if isinstance(given, dict):
        return {"type": "object", **parameters, "properties": _as_schemas(given)}
    if parameters and all(isinstance(value, dict) for value in parameters.values()):
        return {"type": "object", "properties": parameters}
    return {"type": "object", **parameters, "properties": {}}


def _as_schemas(properties: dict[str, Any]) -> dict[str, Any]:
    """Properties as objects: the name of a type, or a text about it, may stand in the place of one."""
    return {
        name: each if isinstance(each, dict) else _short_schema(each) for name, each in properties.items()
    }


def _short_schema(given: Any) -> dict[str, Any]:
    if not isinstance(given, str):
        return {}
    return {"type": given} if _type_of(given) else {"description": given}


def _with_one_kind_of_item(schema: dict[str, Any]) -> dict[str, Any]:
    """A property whose `items` are an object, the form that LLaMA-Factory reads."""
    items = schema.get("items", {})
    if isinstance(items, dict):
        return schema
    rest = {key: value for key, value in schema.items() if key != "items"}
    return {**rest, "items": {"anyOf": items}} if isinstance(items, list) else rest


def mended_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON Schema out of what is nearly one; a keyword whose value has no meaning in it is left out."""
    made = {key: item for key, item in schema.items() if key not in _CHECKS or _CHECKS[key](item)}
    wrong = {key: item for key, item in schema.items() if key not in made}
    if "type" in wrong:
        made |= _mended_type(wrong["type"])
    for key in _NAMED:
        if isinstance(wrong.get(key), dict):
            made[key] = {name: mended_schema(each) for name, each in _as_schemas(wrong[key]).items()}
    for key in ("items", *_SINGLE):
        if isinstance(wrong.get(key), dict):
            made[key] = mended_schema(wrong[key])
        elif isinstance(wrong.get(key), str):
            made[key] = mended_schema(_short_schema(wrong[key]))
    for key in ("items", *_LISTED):
        if isinstance(wrong.get(key), list) and wrong[key]:
            made[key] = [mended_schema(each) for each in wrong[key] if isinstance(each, dict)] or [{}]
    made |= {key: json.dumps(wrong[key]) for key in _TEXTS[:2] if wrong.get(key) is not None}
    # Draft 3 says of each property by itself whether it is required.
    asked = [name for name, each in _properties(schema) if each.get("required") is True]
    if asked:
        made["required"] = list(dict.fromkeys([*made.get("required", []), *asked]))
    return made


def _properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    given = schema.get("properties")
    for name, each in given.items() if isinstance(given, dict) else ():
        if isinstance(each, dict):
            yield name, each


def _mended_type(given: Any) -> dict[str, Any]:
    """`type` in the words of JSON Schema, with `items` for lists of something; {} where it says nothing.

    "str, optional" → string · "List[int]" → array of integer · "Union[str, int]" → string or integer
    """
    words = given if isinstance(given, list) else [given]
    schemas = [_type_of(word) for word in words if isinstance(word, str)]
    return _any_of(schemas)


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    schemas = [schema for schema in schemas if schema]
    if len(schemas) < 2:
        return schemas[0] if schemas else {}
    types = [schema["type"] for schema in schemas]
    names = dict.fromkeys(name for given in types for name in (given if isinstance(given, list) else [given]))
    return {"type": [*names]}


def _type_of(word: str) -> dict[str, Any]:
    """The schema of a type's name in any spelling; {} where it is none."""
    text = re.sub(r"\s*[,(;]?\s*(optional|required)\)?\s*$", "", word.strip(), flags=re.IGNORECASE)
    name = _WORDS.get(text.casefold(), text.casefold())
    if name in _TYPES:
        return {"type": name}
    inner = _INNER.fullmatch(text)
    if inner is None:
        return _any_of([_type_of(each) for each in text.split("|")]) if "|" in text else {}
    outer = inner[1].casefold()
    if outer in ("optional", "union"):
        return _any_of([_type_of(each) for each in inner[2].split(",")])
    kind = _WORDS.get(outer, outer)
    item = _type_of(inner[2])
    return ({"type": kind} | ({"items": item} if kind == "array" and item else {})) if kind in _TYPES else {}


def as_openai(definition: Definition) -> Definition:
    """The definition under `function`, with its type."""
    if is_wrapped(definition):
        return definition
    return {"type": "function", "function": function_in(definition)}


def plain_names(names: list[str]) -> dict[str, str]:
    """Names of functions → the same of letters, digits, `_` and `-`, no two alike; only those that change.

    "web.search" → "web_search"
    """
    taken = {name for name in names if is_name(name)}
    made: dict[str, str] = {}
    for name in dict.fromkeys(names):
        if not is_name(name):
            stem = re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:60] or "_"
            free = (f"{stem}_{number}" for number in range(2, len(names) + 3))
            made[name] = next(each for each in (stem, *free) if each not in taken)
            taken.add(made[name])
    return made
