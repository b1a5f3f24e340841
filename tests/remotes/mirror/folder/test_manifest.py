"""A manifest is read as it was written, or not at all."""

import dataclasses
import hashlib
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import BadRecord
from talekeep.remotes.mirror.folder.manifest import MAX_BYTES
from talekeep.remotes.mirror.folder.manifest import Link
from talekeep.remotes.mirror.folder.manifest import Manifest
from talekeep.remotes.mirror.folder.manifest import Seen
from talekeep.remotes.mirror.folder.manifest import bundle_name
from talekeep.remotes.mirror.folder.manifest import check_refs
from talekeep.remotes.mirror.folder.manifest import is_ref
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.folder.manifest import render

SHA = "8a7fafbe7eb69e3d" + "0" * 48
OTHER = "e4caaaea3e97d5e9" + "1" * 48
SAMPLE = Manifest(
    store="3f9a1c20" * 4,
    writer="laptop-7f3a91c2",
    number=2,
    made="2025-11-20T09:26:00Z",
    refs=(("refs/heads/main", "9" * 40), ("refs/tags/v1", "8" * 40)),
    chain=(
        Link(bundle_name(1, True, SHA), 2333, SHA),
        Link(bundle_name(2, False, OTHER), 538, OTHER),
    ),
    head="refs/heads/main",
    previous="7" * 64,
    seen=(Seen("desktop-c40d55e1", 9, "6" * 64),),
    entries=1204,
)


def sealed(text):
    """A text with a right checksum, whatever it says."""
    data = text.encode("utf-8", "surrogateescape")
    return data + b"# self-sha256 " + hashlib.sha256(data).hexdigest().encode() + b"\n"


def opened(manifest=SAMPLE):
    return render(manifest).decode().rpartition("# self-sha256")[0]


def test_the_form_is_the_one_that_was_promised():
    lines = render(SAMPLE).decode().splitlines()
    assert lines[0] == "# talekeep-mirror 1"
    assert lines[1] == "# push 2"
    assert lines[4] == "# made 2025-11-20T09:26:00Z by this machine's clock (never used to order anything)"
    assert lines[-3] == f"{SHA}  000001-full-8a7fafbe7eb69e3d.bundle"
    assert re.fullmatch("# self-sha256 [0-9a-f]{64}", lines[-1])


hexes = st.text("0123456789abcdef", min_size=64, max_size=64)
manifests = st.builds(
    dataclasses.replace,
    st.just(SAMPLE),
    refs=st.dictionaries(
        st.sampled_from(["refs/heads/a", "refs/heads/é", "refs/tags/v1", "refs/heads/x/y"]),
        hexes.map(lambda h: h[:40]),
    ).map(lambda d: tuple(d.items())),
    head=st.none(),
    previous=st.none() | hexes,
    detached=st.none() | hexes.map(lambda h: h[:40]),
    entries=st.none() | st.integers(0, 10**9),
    seen=st.lists(st.builds(Seen, st.just("a-00000000"), st.integers(1, 999_999), hexes)).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(manifests)
def test_what_was_written_is_read(manifest):
    assert parse(render(manifest)) == manifest


def test_every_flipped_bit_and_every_truncation_is_noticed():
    data = render(SAMPLE)
    for at in range(len(data)):
        for bit in range(8):
            with pytest.raises(BadRecord):
                parse(data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :])
        with pytest.raises(BadRecord):
            parse(data[:at])
    for junk in (b"\n", b"x", data):
        with pytest.raises(BadRecord):
            parse(data + junk)


def test_unknown_lines_are_room_for_later():
    assert parse(sealed(opened() + "# signature ssh-ed25519 AAAA\n")) == SAMPLE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# talekeep-mirror 1", "# talekeep-mirror 2"),
        ("# push 2", "# push 3"),
        ("# push 2", "# push 2\n# push 2"),
        ("# push 2", "# push -2"),
        ("# push 2", "# push ٢"),
        ("# push 2\n", ""),
        ("# writer laptop-7f3a91c2", "# writer ../../x-7f3a91c2"),
        ("# writer laptop-7f3a91c2", "# writer ..-7f3a91c2"),
        ("# store 3f9a", "# store ../9"),
        ("# head refs/heads/main", "# head refs/heads/other"),
        ("refs/tags/v1", "refs/../x"),
        ("refs/tags/v1", "refs/heads/main"),
        ("refs/tags/v1", "refs/heads/main/below"),
        ("refs/tags/v1", "refs/remotes/x"),
        ("refs/tags/v1", "HEAD"),
        ("refs/tags/v1", "refs/tags/\x1b]0;x\x07"),
        ("refs/tags/v1", "refs/tags/x.lock"),
        ("refs/tags/v1", "refs/tags/\u202ex"),
        ("8" * 40, "8" * 39),
        ("000001-full-8a7fafbe7eb69e3d.bundle", "../../x"),
        ("000001-full-8a7fafbe7eb69e3d.bundle", "/etc/passwd"),
        ("000001-full-8a7fafbe7eb69e3d.bundle", "000003-full-8a7fafbe7eb69e3d.bundle"),
        ("000001-full-8a7fafbe7eb69e3d.bundle", "000001-incr-8a7fafbe7eb69e3d.bundle"),
        ("000001-full-8a7fafbe7eb69e3d.bundle", "000001-full-9a7fafbe7eb69e3d.bundle"),
        ("000002-incr", "000002-full"),
        ("# size 2333 ", "# size 99999999999999 "),
        ("# size 2333 ", "# size -1 "),
        ("# size 2333 ", "# sizes 2333 "),
        ("\n", "\r\n"),
    ],
)
def test_what_does_not_fit_is_refused_however_well_it_is_sealed(old, new):
    text = opened()
    assert old in text
    with pytest.raises(BadRecord):
        parse(sealed(text.replace(old, new)))


def test_limits_come_before_work():
    with pytest.raises(BadRecord, match="too long"):
        parse(render(SAMPLE) + b"\0" * MAX_BYTES)
    many = "".join(f"# ref {'9' * 40} refs/tags/{n}\n" for n in range(10_001))
    with pytest.raises(BadRecord):
        parse(sealed(opened() + many))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: sealed("# talekeep-mirror 1\n" + t)))
def test_any_bytes_are_read_or_refused(data):
    with pytest.raises(BadRecord):
        parse(data)


@pytest.mark.parametrize(
    "name", ["main", "refs/heads/", "refs/heads/a..b", "refs/heads/a b", "refs/heads/a.", "refs/heads/-x\\y"]
)
def test_names_git_would_not_take_are_no_refs(name):
    assert not is_ref(name)


@pytest.mark.parametrize(
    "name", ["refs/heads/main", "refs/heads/feature/ünï", "refs/tags/v1.0-rc+1", "refs/heads/恋愛"]
)
def test_names_people_use_are_refs(name):
    assert is_ref(name)
    check_refs([name])


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_accepts_a_manifest_without_a_word(tmp_path):
    links = []
    for number, full in ((1, True), (2, False)):
        data = b"bundle %d" % number
        sha = hashlib.sha256(data).hexdigest()
        links.append(Link(bundle_name(number, full, sha), len(data), sha))
        (tmp_path / links[-1].name).write_bytes(data)
    (tmp_path / "m.txt").write_bytes(render(dataclasses.replace(SAMPLE, chain=tuple(links))))
    completed = subprocess.run(
        ["sha256sum", "-c", "--strict", "m.txt"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.count(": OK") == 2
