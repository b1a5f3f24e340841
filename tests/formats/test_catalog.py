"""The table of formats is loaded when it is asked for, and what is told without it agrees with it."""

import subprocess
import sys

from talekeep import formats
from talekeep.formats import catalog
from talekeep.formats import chatml


def test_every_key_that_an_earlier_format_needs_makes_a_record_more_than_plain() -> None:
    readers = [catalog.READERS[name] for name in catalog.READERS]
    before = readers[: readers.index(chatml)]
    assert (
        frozenset({"system", "tools"}.union(*(one.KEYS for one in before)) - {"messages"}) == formats.TELLING
    )


def test_a_plain_record_loads_no_other_format() -> None:
    code = (
        "import sys; from talekeep.formats import recognise; "
        "assert recognise({'messages': [{'role': 'user', 'content': 'Hi'}]}).NAME == 'chatml'; "
        "print([m for m in sys.modules if m.startswith('talekeep.formats.')])"
    )
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "catalog" not in completed.stdout
    assert "sharegpt" not in completed.stdout


def test_a_name_that_is_none_of_the_formats_is_an_attribute_error() -> None:
    assert not hasattr(formats, "NOTHING")
