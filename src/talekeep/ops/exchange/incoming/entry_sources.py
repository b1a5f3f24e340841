"""Where entries came from, as their sidecars say. Copies and the parts of a split all say the same."""

from collections.abc import Mapping
from typing import Any

from talekeep.core.codec import digest


def origin_of(sidecar: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of the record an entry was made of; {} where nothing is."""
    result = sidecar.get("source")
    return result if isinstance(result, dict) else {}


class Holders:
    """Of several entries made of one record the first holds its foreign id; asked in the order of an
    export. Two records that a file gave one id are not one record."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def takes(self, origin: Mapping[str, Any]) -> bool:
        """Whether this entry is the first of its record."""
        record = digest({key: origin.get(key) for key in ("from", "record", "id")})
        if record in self._held:
            return False
        self._held.add(record)
        return True
