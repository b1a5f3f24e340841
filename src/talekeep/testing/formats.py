"""What every format promises."""

import json
from collections.abc import Sequence
from typing import Any
from typing import ClassVar
from typing import cast

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.codec import decode
from talekeep.core.codec import encode
from talekeep.core.entry import ROLES
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Format
from talekeep.formats.base import Reader
from talekeep.formats.base import Reading
from talekeep.formats.base import Written
from talekeep.formats.files.records import records
from talekeep.formats.files.stream import split
from talekeep.testing.values import ENTRIES
from talekeep.testing.values import JUNK
from talekeep.testing.values import RECORDS

# One test runs for several subclasses.
_SHARED = [HealthCheck.differing_executors]
_STYLE_KEYS = (
    "key",
    "role",
    "content",
    "labels",
    "names",
    "nulls",
    "pair",
    "text",
    "system",
    "turns",
    "whole",
)
_SHAPE_KEYS = st.sampled_from([*_STYLE_KEYS, "whole", "id", "tags", "messages", "padding", "originals"])


class FormatSuite:
    """Subclass it, and name the formats; those that only read are tested for that alone."""

    formats: ClassVar[Sequence[Reader]] = ()

    def writers(self) -> Sequence[Reader]:
        """Those that write any entry, not only what they have read."""
        return [reader for reader in self.formats if hasattr(reader, "write")]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        chosen: dict[str, Sequence[Reader]] = {"reader": self.formats, "writer": self.writers()}
        for name in chosen.keys() & set(metafunc.fixturenames):
            metafunc.parametrize(name, chosen[name], ids=lambda each: each.NAME)

    def test_it_has_a_name_and_a_title(self, reader: Reader) -> None:
        assert reader.NAME == reader.NAME.strip().lower() != ""
        assert reader.TITLE

    @given(record=RECORDS)
    @settings(max_examples=100, deadline=None, suppress_health_check=_SHARED)
    def test_junk_is_refused_or_read_and_never_changed(self, reader: Reader, record: dict[str, Any]) -> None:
        before = json.dumps(record)
        assert not reader.claims(record) or reader.KEYS & record.keys()
        try:
            reading = reader.read(record)
        except BadRecord:
            return
        finally:
            assert json.dumps(record) == before
        assert decode(encode(reading.entry)) == reading.entry
        json.dumps(reading.shape)
        if hasattr(reader, "write"):
            written_back(cast(Format, reader), reading)
        for message in reading.entry["messages"]:
            assert message["role"] in ROLES

    @given(entry=ENTRIES)
    @settings(max_examples=100, deadline=None, suppress_health_check=_SHARED)
    def test_an_entry_survives_or_its_loss_is_named(self, writer: Format, entry: dict[str, Any]) -> None:
        before = json.dumps(entry)
        written = writer.write(entry)
        assert json.dumps(entry) == before
        assert writer.claims(written.record)
        assert writer.read(written.record).entry == entry or written.losses

    @given(entry=ENTRIES, shape=st.dictionaries(_SHAPE_KEYS, JUNK))
    @settings(max_examples=60, deadline=None, suppress_health_check=_SHARED)
    def test_a_shape_edited_by_hand_stops_no_writing(
        self, writer: Format, entry: dict[str, Any], shape: dict[str, Any]
    ) -> None:
        json.dumps(writer.write(entry, shape=shape).record)

    @given(entry=ENTRIES)
    @settings(max_examples=30, deadline=None, suppress_health_check=_SHARED)
    def test_a_clean_record_says_nothing_of_the_dataset(self, writer: Format, entry: dict[str, Any]) -> None:
        record = writer.write(entry, clean=True).record
        assert entry["id"] not in json.dumps(record)
        assert not {"tags", "source"} & record.keys()

    def test_its_sample_is_read_and_given_back(self, reader: Reader) -> None:
        assert reader.SAMPLE.count("\n") < 5
        several = list(records(split([reader.SAMPLE.encode()]), decode))
        assert several
        for record in several:
            assert record.reason is None
            assert reader.claims(record.value)
            reading = reader.read(record.value)
            assert reading.entry["messages"]
            if hasattr(reader, "write"):
                again = reader.read(written_back(cast(Format, reader), reading).record)
                assert (again.entry, again.alternatives) == (reading.entry, reading.alternatives)


def written_back(writer: Format, reading: Reading) -> Written:
    """What was read, written in its own format again."""
    return writer.write(
        reading.entry, shape=reading.shape, foreign_id=reading.foreign_id, alternatives=reading.alternatives
    )
