"""`character`: who speaks."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talekeep.ops.library.characters import Row


def character_line(row: "Row") -> str:
    from talekeep.ops import plural

    bits = [f"{row.slug}  {row.name}", f"{plural(row.messages, 'message')} in {plural(row.entries, 'entry')}"]
    bits += [] if row.active else ["inactive"]
    bits += [] if row.known else ["not in the library"]
    return "  ".join(bits)
