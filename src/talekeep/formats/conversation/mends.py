"""What reading put right in a record, counted by kind: `roles` that were misspelled, `spaces` around labels,
`tags` that are spelled otherwise here, `types` (a text where a list belongs), `nulls` that stood for missing
keys, `ids` in capitals."""

from typing import Any

from talekeep.formats.base import Reading
from talekeep.formats.conversation.identity import slugs_of


def mends_of(reading: Reading) -> dict[str, int]:
    """All that was put right in a record, what its format counted itself included."""
    shape = reading.shape
    if not shape:
        return reading.mended
    counts = {**reading.mended, **_of_tags(shape)}
    nulls = shape.get("padding") or shape.get("nulls")
    if isinstance(nulls, list) and nulls:
        counts["nulls"] = len(nulls)
    if isinstance(shape.get("id"), str) and shape["id"].lower() == reading.entry.get("id"):
        counts["ids"] = 1
    return counts


def _of_tags(shape: dict[str, Any]) -> dict[str, int]:
    given = shape.get("tags")
    if not given:
        return {}
    if isinstance(given, str):
        return {"types": 1}
    if not isinstance(given, list):
        return {}
    slugs = slugs_of(given) or []
    changed = sum(tag not in slugs for tag in given)
    return {"tags": changed} if changed else {}
