"""Formats that are a row of the table of shapes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.base import Written
from talekeep.formats.conversation.identity import Shape as Kept
from talekeep.formats.conversation.identity import given_id
from talekeep.formats.conversation.identity import given_tags
from talekeep.formats.conversation.paths import put
from talekeep.formats.conversation.paths import steps_of
from talekeep.formats.shapes import answers
from talekeep.formats.shapes import reader
from talekeep.formats.shapes import writer
from talekeep.formats.shapes.exchange import Plans
from talekeep.formats.shapes.shape import Shape

__all__ = ["Shape", "ShapeFormat"]


class ShapeFormat:
    """Reads and writes records of one shape, with the names of `base.Format`."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.NAME = shape.name
        self.TITLE = shape.title
        self.SAMPLE = shape.sample
        # The keys under which each thing that it needs can stand.
        self.needed = tuple(frozenset(steps_of(path)[0] for path in need.split("|")) for need in shape.needs)
        self.KEYS = self.needed[-1]
        self._plans = Plans(shape)

    def claims(self, record: dict[str, Any]) -> bool:
        return reader.claims(self.shape, record)

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record; the law is that `write` gives it back, or, of a shape that only its own records
        are written in, one that reads alike.

        Raises:
            BadRecord: no conversation, or a turn that is none.
        """
        return self._plans.read(record) or self.read_at_length(record)

    def read_at_length(self, record: dict[str, Any]) -> Reading:
        """As `read`, without the short way of plain exchanges."""
        reading, taken = reader.read(self.shape, record)
        messages = reading.entry["messages"]
        kept: Kept = dict(reading.shape or {})
        form = writer.form_of(self.shape, taken.values, reading) | answers.form_of(self.shape, taken, reading)
        if form:
            kept["form"] = form
        plain = not self.shape.writes or writer.is_plain(
            self.shape, taken.values, messages, reading.alternatives
        )
        if not plain:
            self._keep_whole(record, reading, taken, kept)
        return replace(reading, shape=kept or None)

    def _keep_whole(self, record: dict[str, Any], reading: Reading, taken: reader.Taken, kept: Kept) -> None:
        """Keep what stood at the places where the form alone does not give the record back."""
        again = self.write(
            reading.entry, shape=kept, foreign_id=reading.foreign_id, alternatives=reading.alternatives
        ).record
        if again != record and not self._reads_alike(again, reading):
            kept["whole"] = writer.whole_of(taken.values, reading.entry["messages"], reading.alternatives)

    def _reads_alike(self, record: dict[str, Any], reading: Reading) -> bool:
        """True if a record in plainer spelling says the same."""
        try:
            again, _ = reader.read(self.shape, record)
        except BadRecord:
            return False
        return again.entry == reading.entry and again.alternatives == reading.alternatives

    def write(
        self,
        entry: Entry,
        *,
        shape: Kept | None = None,
        foreign_id: str | int | None = None,
        clean: bool = False,
        alternatives: Sequence[Alternative] = (),
    ) -> Written:
        """Write one entry; clean: its places alone, and the tools where there are some."""
        given = shape or {}
        texts, losses = writer.write(self.shape, messages_of(entry), given, alternatives)
        record: dict[str, Any] = {}
        if clean:
            record = {"tools": entry["tools"]} if "tools" in entry else {}
        else:
            rest = {key: value for key, value in entry.items() if key not in ("id", "messages", "tags")}
            placed = writer.placed_tags(self.shape, entry, given)
            texts |= placed
            rest |= ({} if placed else given_tags(entry, given)) | (
                {"messages": given["messages"]} if "messages" in given else {}
            )
            record = {**given_id(entry, given, foreign_id), **rest}
            losses += [f"the key {key!r}" for key in texts if key in rest]
        for path, value in texts.items():
            put(record, path, value)
        return Written(record, tuple(dict.fromkeys(losses)))
