"""Bundle headers: git reads what we write, and we refuse what is not one."""

import io

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import BadRecord
from talekeep.remotes.mirror.folder.bundle import Header
from talekeep.remotes.mirror.folder.bundle import read_header
from talekeep.remotes.mirror.folder.bundle import render_header
from talekeep.remotes.mirror.folder.bundle import write_bundle

A, B, C = "a" * 40, "b" * 40, "c" * 40
SAMPLE = Header((("refs/heads/main", A), ("refs/tags/v1", B)), (C,), A)


def test_the_head_line_comes_before_the_refs():
    lines = render_header(SAMPLE).decode().split("\n")
    assert lines[:4] == ["# v2 git bundle", f"-{C} saved before", f"{A} HEAD", f"{A} refs/heads/main"]
    assert lines[-2:] == ["", ""]


def test_a_header_reads_back_and_leaves_the_stream_at_the_pack(tmp_path):
    path = tmp_path / "x"
    size, sha = write_bundle(path, SAMPLE, lambda stream: stream.write(b"PACK...") and None)
    with path.open("rb") as stream:
        result = read_header(stream)
        assert stream.read() == b"PACK..."
    assert (result.refs, result.prerequisites, result.head) == (
        SAMPLE.refs,
        SAMPLE.prerequisites,
        SAMPLE.head,
    )
    assert path.read_bytes()[result.pack :] == b"PACK..."
    assert size == path.stat().st_size
    assert len(sha) == 64


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# v3 git bundle\n@object-format=sha1\n\n",
        b"# v2 git bundle\n",
        b"# v2 git bundle\n" + A.encode() + b" refs/../x\n\nPACK",
        b"# v2 git bundle\n" + A.encode() + b" refs/remotes/x/y\n\nPACK",
        b"# v2 git bundle\n" + A[:39].encode() + b" refs/heads/x\n\nPACK",
        b"# v2 git bundle\n" + A.encode() + b" refs/heads/" + b"x" * 5000 + b"\n\nPACK",
        b"# v2 git bundle\n" + 2 * (A.encode() + b" refs/heads/x\n") + b"\nPACK",
        b"# v2 git bundle\n" + A.encode() + b" refs/heads/\xff\n\nPACK",
        b"# v2 git bundle\n"
        + b"".join(A.encode() + b" refs/heads/%d\n" % n for n in range(10**6 // 40))
        + b"\n",
        b"# v2 git bundle\n" + (b"-" + A.encode() + b"\n") * 30_000 + b"\n",
        b"# v2 git bundle\n" + b"\xff" * 100,
    ],
    ids=range(12),
)
def test_hostile_headers_are_refused(data):
    with pytest.raises(BadRecord):
        read_header(io.BytesIO(data))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_header_or_refused(data):
    try:
        header = read_header(io.BytesIO(b"# v2 git bundle\n" + data))
    except BadRecord:
        return
    assert header.pack <= len(data) + 16
