"""One writer at a time, whatever becomes of it."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from talekeep.core.errors import Refused
from talekeep.store.lock import locked

HOLD = """
import sys, time
from pathlib import Path
from talekeep.store.lock import locked
with locked(Path(sys.argv[1]), "import"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "private" / "lock"


def test_a_second_writer_is_told_who_holds_it(place: Path) -> None:
    output = pytest.raises(Refused, match=f"import \\(process {os.getpid()}\\)")
    with locked(place, "import"), output, locked(place, "commit", patience=0.1):
        pytest.fail("two writers at once")


def test_a_second_writer_waits_for_the_first(place: Path) -> None:
    order = []

    def second() -> None:
        with locked(place, "second"):
            order.append("second")

    with locked(place, "first"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_it_is_free_after_an_error_inside(place: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(place, "first"):
        raise ZeroDivisionError
    with locked(place, "second", patience=0):
        assert place.read_text().startswith("second")


def test_the_death_of_its_holder_frees_it(place: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(place)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(Refused, match=f"process {holder.pid}"), locked(place, "me", patience=0):
            pytest.fail("two writers at once")
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()

    with locked(place, "me", patience=5):
        assert f"me (process {os.getpid()})" == place.read_text()
