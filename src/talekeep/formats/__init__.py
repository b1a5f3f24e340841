"""The formats Talekeep reads and writes.

Nearly every record is plain ChatML, which is told here; the table of all formats (`catalog`) is loaded when
it is asked for.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

from talekeep.formats import chatml
from talekeep.formats.base import Format
from talekeep.formats.base import Reader
from talekeep.formats.base import Reading
from talekeep.formats.base import Written

if TYPE_CHECKING:
    from talekeep.formats.catalog import BUILT_IN
    from talekeep.formats.catalog import FORMATS
    from talekeep.formats.catalog import NO_CONVERSATIONS
    from talekeep.formats.catalog import READERS
    from talekeep.formats.catalog import reader_named
    from talekeep.formats.catalog import reason_unrecognised

_OF_CATALOG = (
    "BUILT_IN",
    "FORMATS",
    "NO_CONVERSATIONS",
    "READERS",
    "reader_named",
    "reason_unrecognised",
)
__all__ = [
    "BUILT_IN",
    "FORMATS",
    "NO_CONVERSATIONS",
    "READERS",
    "Format",
    "Reader",
    "Reading",
    "Written",
    "extend",
    "may_be_rated",
    "named",
    "reader_named",
    "reason_unrecognised",
    "recognise",
]


def __getattr__(name: str) -> Any:
    if name in _OF_CATALOG:
        from talekeep.formats import catalog

        return getattr(catalog, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def named(name: str) -> Format:
    """The format of that name, to write in: one for any entry, or one that writes those that came in it.

    Raises:
        Usage: there is none.
    """
    if name == chatml.NAME:
        return chatml
    from talekeep.formats import catalog

    return catalog.named(name)


def extend(added: Iterable[Reader | Format]) -> None:
    """Put formats of other packages behind the built-in ones, in place of those put there before. One that
    has `write` is written too."""
    several = list(added)
    if several or _added:
        from talekeep.formats import catalog

        catalog.extend(several)
    _added[:] = several


# What was put there last; with nothing there and nothing to add the table is not loaded.
_added: list[Reader | Format] = []


def recognise(record: Any) -> Reader | None:
    """The format of one record, by its own keys alone; None for what no format reads.

    Where `messages` and a ShareGPT conversation stand side by side, `messages` counts if it holds any.
    """
    if not isinstance(record, dict):
        return None
    if _is_plain(record):
        return chatml
    from talekeep.formats import catalog

    return catalog.recognise(record)


# Keys that make a record of messages more than plain ChatML: those of formats that are asked before it.
_TELLING = (
    "_rolethread answer answer_0 body chat_messages choices completion contents conversation_a data"
    " human_ref_A messagesTree non_preferred_completion non_preferred_output output params rejected"
    " rejected_messages rejected_response request response response1 response_1 response_a summaries"
    " system tools turns"
)
TELLING = frozenset(_TELLING.split())


def _is_plain(record: dict[str, Any]) -> bool:
    """True for ChatML without anything that could make it more than that, told quickly: most records are."""
    messages = record.get("messages")
    if type(messages) is not list or not messages or not TELLING.isdisjoint(record):
        return False
    # A plain loop is the quickest.
    for m in messages:
        if not (type(m) is dict and type(m.get("role")) is str and type(m.get("content")) is str):
            return False
        if "parts" in m:
            return False
    return not _OTHER_TURNS & messages[0].keys()


# Keys of a first turn that may be another program's.
_OTHER_TURNS = {"versions", "author", "msg", "source", "isCreatedByUser", "candidates", "data", "kwargs"}

# Keys under which a record may keep what people said of it: see `ratings`.
_RATINGS = frozenset(
    {"_task_hash", "responses", "annotations", "scores", "feedback", "label", "labels", "snapshot"}
)


def may_be_rated(record: dict[str, Any]) -> bool:
    """True if the record has a key under which ratings stand (see `formats.ratings`); few have one."""
    return not _RATINGS.isdisjoint(record) or any(key.endswith(".responses") for key in record)
