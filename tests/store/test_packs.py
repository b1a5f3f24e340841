"""Packs: what is missing is found, nothing is lost on the way, and nothing hostile gets in."""

import contextlib
import hashlib
import io
import os
import random
import struct
import zlib
from pathlib import Path

import pytest
from dulwich.object_store import DiskObjectStore
from dulwich.objects import Blob
from dulwich.objects import Commit
from dulwich.objects import ObjectID
from dulwich.objects import Tag
from dulwich.objects import Tree
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import Refused
from talekeep.core.file_names import unportable
from talekeep.store.git.files.allowed import not_laid_out
from talekeep.store.git.files.allowed import tree_fault
from talekeep.store.git.pack import packs
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.pack.reach import missing
from talekeep.store.git.pack.reach import peel
from talekeep.store.git.pack.reach import reachable


class Memory:
    """Objects in a dictionary, read the way the walks read a store."""

    def __init__(self):
        self.objects = {}

    def add(self, item):
        self.objects[item.id] = (item.type_num, item.as_raw_string())
        return item.id

    def get_raw(self, name):
        return self.objects[name]

    def __contains__(self, name):
        return name in self.objects


def tree(store, files, mode=0o100644):
    made, folders = Tree(), {}
    for path, text in files.items():
        head, _, rest = path.partition("/")
        if rest:
            folders.setdefault(head, {})[rest] = text
        else:
            made.add(head.encode(), mode, store.add(Blob.from_string(text.encode())))
    for name, below in folders.items():
        made.add(name.encode(), 0o40000, tree(store, below))
    return store.add(made)


def commit(store, files, parents=(), time=1_700_000_000):
    made = Commit()
    made.tree = tree(store, files) if isinstance(files, dict) else files
    made.parents = list(parents)
    made.author = made.committer = b"A <a@example.org>"
    made.author_time = made.commit_time = time
    made.author_timezone = made.commit_timezone = 0
    made.message = b"m"
    return store.add(made)


def tag(store, target, name=b"v1"):
    made = Tag()
    made.name, made.message, made.tagger = name, b"note", b"A <a@example.org>"
    made.object = (Commit, target)
    made.tag_time, made.tag_timezone = 1_700_000_000, 0
    return store.add(made)


def text(*ids):
    return [i.decode() for i in ids]


def closure(store, ids):
    """Everything reachable, the slow and sure way."""
    todo, results = list(ids), set()
    while todo:
        object_id = todo.pop()
        if object_id in results or object_id not in store:
            continue
        results.add(object_id)
        kind, data = store.get_raw(object_id)
        if kind == 1:
            c = Commit.from_raw_string(1, data)
            todo += [c.tree, *c.parents]
        elif kind == 2:
            todo += [e.sha for e in Tree.from_raw_string(2, data).iteritems()]
        elif kind == 4:
            todo.append(Tag.from_raw_string(4, data).object[1])
    return results


@st.composite
def histories(draw):
    """A store with a random commit graph: merges, reverts, moved files, clocks that lie."""
    store, commits = Memory(), []
    for _ in range(draw(st.integers(1, 9))):
        paths = draw(st.lists(st.sampled_from(["a", "b", "d/a", "d/b", "d/e/c"]), unique=True, max_size=5))
        files = {path: draw(st.sampled_from(["x", "y", "z"])) for path in paths}
        parents = draw(st.lists(st.sampled_from(commits), unique=True, max_size=3)) if commits else []
        time = draw(st.sampled_from([0, 5, 1_700_000_000, 4_000_000_000]))
        commits.append(commit(store, files, parents, time))
    tags = [tag(store, c) for c in draw(st.lists(st.sampled_from(commits), max_size=2))]
    return store, commits + tags


@settings(max_examples=100, deadline=None)
@given(histories(), st.data())
def test_missing_is_enough_and_each_once(history, data):
    store, ids = history
    wants = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3))
    haves = data.draw(st.lists(st.sampled_from(ids), max_size=3))
    result = missing(store, text(*wants), text(*haves))
    assert len(result) == len(set(result))
    needed, had = closure(store, wants), closure(store, haves)
    assert {i.encode() for i in result} | had >= needed
    assert {i.encode() for i in result} <= needed


@settings(max_examples=100, deadline=None)
@given(histories(), st.data())
def test_reachable_agrees_with_history(history, data):
    store, ids = history
    want, have = data.draw(st.sampled_from(ids)), data.draw(st.sampled_from(ids))
    target = peel(store, want.decode()).encode()
    assert reachable(store, [want.decode()], [have.decode()]) == (target in closure(store, [have]))


@settings(max_examples=60, deadline=None)
@given(histories(), st.data())
def test_check_complete_notices_every_missing_object(history, data):
    store, ids = history
    tips = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3))
    assert check_complete(store, text(*tips)) == len(closure(store, tips))
    lost = data.draw(st.sampled_from(sorted(closure(store, tips))))
    del store.objects[lost]
    with pytest.raises(Refused, match=lost.decode()):
        check_complete(store, text(*tips))


def test_missing_of_one_edit_is_one_path():
    store = Memory()
    files = {f"entries/{n // 100:04d}/{n:05d}.jsonl": f"part {n}" for n in range(300)}
    first = commit(store, files)
    second = commit(store, files | {"entries/0001/00123.jsonl": "edited"}, [first])
    assert len(missing(store, text(second), text(first))) == 5


def test_missing_does_not_read_history_it_does_not_need():
    store, tip = Memory(), None
    for n in range(300):
        tip = commit(store, {"a": str(n)}, [tip] if tip else [], 1_700_000_000 + n)
    new = commit(store, {"a": "new"}, [tip], 1_800_000_000)
    reads = []
    get = store.get_raw
    store.get_raw = lambda name: reads.append(name) or get(name)
    assert len(missing(store, text(new), text(tip))) == 3
    assert len(reads) < 80


def test_missing_names_what_is_absent():
    store = Memory()
    tip = commit(store, {"a": "x"}, [ObjectID(b"1" * 40)])
    with pytest.raises(Refused, match="1" * 40):
        missing(store, text(tip), [])


# Packs


@pytest.fixture
def disk(tmp_path):
    return DiskObjectStore.init(os.fspath(tmp_path / "objects"))


def filled(disk):
    store = Memory()
    first = commit(store, {f"d/{n}.txt": f"text {n} " * 50 for n in range(40)})
    second = commit(store, {f"d/{n}.txt": f"text {n} " * 50 for n in range(41)}, [first])
    note = tag(store, second)
    for kind, data in store.objects.values():
        disk.add_object({1: Commit, 2: Tree, 3: Blob, 4: Tag}[kind].from_raw_string(kind, data))
    return store, first, second, note


def packed(disk, ids):
    stream = io.BytesIO()
    packs.write_pack(stream, disk, ids)
    return stream.getvalue()


def opened(tmp_path, data, name="p"):
    path = tmp_path / name
    path.write_bytes(data)
    return path.open("rb")


def test_a_pack_brings_every_object_back(tmp_path, disk):
    store, _, _, note = filled(disk)
    ids = missing(disk, text(note), [])
    other = packs.scratch_store(tmp_path / "other")
    with opened(tmp_path, packed(disk, ids)) as stream:
        assert packs.read_pack(other, stream) == len(ids) == len(store.objects)
    assert check_complete(other, text(note)) == len(store.objects)
    for object_id, raw in store.objects.items():
        assert other.get_raw(object_id) == raw


def test_an_incremental_pack_is_checked_on_top_of_what_was_there(tmp_path, disk):
    _, first, _, note = filled(disk)
    ids = missing(disk, text(note), text(first))
    assert len(ids) == 5
    other = packs.scratch_store(tmp_path / "other")
    with opened(tmp_path, packed(disk, ids)) as stream:
        packs.read_pack(other, stream)
    assert check_complete(other, text(note), text(first), base=disk) == 5
    with pytest.raises(Refused, match="missing"):
        check_complete(other, text(note))
    with opened(tmp_path, packed(disk, ids[:-1]), "short") as stream:
        short = packs.scratch_store(tmp_path / "short-store")
        packs.read_pack(short, stream)
    with pytest.raises(Refused, match=f"{ids[-1]} is missing"):
        check_complete(short, text(note), text(first), base=disk)


def test_an_empty_pack_is_no_fault(tmp_path, disk):
    with opened(tmp_path, packed(disk, [])) as stream:
        assert packs.read_pack(disk, stream) == 0


def test_adopted_packs_are_in_the_store(tmp_path, disk):
    _, _, _, note = filled(disk)
    live = DiskObjectStore.init(os.fspath(tmp_path / "live"))
    scratch = packs.scratch_store(tmp_path / "scratch", live)
    with opened(tmp_path, packed(disk, missing(disk, text(note), []))) as stream:
        packs.read_pack(scratch, stream)
    packs.adopt_packs(live, scratch)
    check_complete(live, text(note))


def test_a_damaged_object_is_never_packed(disk):
    blob = Blob.from_string(b"something")
    disk.add_object(blob)
    path = Path(disk.path) / blob.id[:2].decode() / blob.id[2:].decode()
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob 9\0sometHing"))
    with pytest.raises(Refused, match=blob.id.decode()):
        packed(disk, text(blob.id))
    path.write_bytes(b"")
    with pytest.raises(Refused, match=blob.id.decode()):
        packed(disk, text(blob.id))


def test_truncations_and_flips_are_refused_and_leave_nothing(tmp_path, disk):
    _, first, second, _ = filled(disk)
    whole = packed(disk, missing(disk, text(second), text(first)))
    damaged = [whole[:n] for n in range(0, len(whole), 7)]
    for at in range(len(whole)):
        damaged.append(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
    other = packs.scratch_store(tmp_path / "other")
    for data in damaged:
        with opened(tmp_path, data) as stream, pytest.raises(Refused):
            packs.read_pack(other, stream)
    assert list(other) == []
    assert [p.name for p in Path(other.path).rglob("*") if p.is_file()] == []


def raw_pack(*items, count=None):
    body = b"PACK" + struct.pack(">LL", 2, len(items) if count is None else count)
    for kind, size, data in items:
        head, size = [kind << 4 | size & 15], size >> 4
        while size:
            head[-1] |= 0x80
            head.append(size & 0x7F)
            size >>= 7
        body += bytes(head) + data
    return body + hashlib.sha1(body).digest()


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


BOMB = zlib.compress(bytes(200 * 2**20), 1)
HUGE_DELTA = zlib.compress(varint(2**27) + varint(2**40) + b"\x80")


@pytest.mark.parametrize(
    "data",
    [
        raw_pack((3, 200 * 2**20, BOMB)),
        raw_pack((3, 10, BOMB)),
        raw_pack((3, 2**55, zlib.compress(b"x"))),
        raw_pack((7, len(varint(2**27) + varint(2**40)) + 1, b"\1" * 20 + HUGE_DELTA)),
        raw_pack((7, 3, b"\1" * 20 + zlib.compress(b"\5\5\x80"))),
        raw_pack(count=10_000_000),
        raw_pack(count=2**32 - 1),
        b"PACK" + struct.pack(">LL", 2, 1) + b"\xff" * 100_000,
        b"PACK" + struct.pack(">LL", 3, 0) + bytes(20),
        raw_pack((5, 1, zlib.compress(b"x"))),
        raw_pack((3, 1, zlib.compress(b"x"))) + b"junk",
        b"",
        b"PACK",
    ],
    ids=range(13),
)
def test_hostile_packs_are_refused(tmp_path, data):
    store = packs.scratch_store(tmp_path / "store")
    with opened(tmp_path, data) as stream, pytest.raises(Refused, match="pack is damaged"):
        packs.read_pack(store, stream)
    assert list(store) == []


def test_many_small_bombs_together_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(packs, "_FREE_INFLATED", 2**20)
    item = (3, 2**20, zlib.compress(bytes(2**20)))
    with opened(tmp_path, raw_pack(*[item] * 8)) as stream, pytest.raises(Refused, match="proportion"):
        packs.read_pack(packs.scratch_store(tmp_path / "store"), stream)


def test_a_pack_over_the_limit_is_refused(tmp_path, disk):
    _, _, second, _ = filled(disk)
    whole = packed(disk, missing(disk, text(second), []))
    with opened(tmp_path, whole) as stream, pytest.raises(Refused, match="limit"):
        packs.read_pack(disk, stream, max_bytes=len(whole) - 1)


# What a tree may hold


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        (b"..", 0o40000),
        (b".", 0o100644),
        (b"", 0o100644),
        (b"a/b", 0o100644),
        (b".git", 0o40000),
        (b".GIT", 0o40000),
        (b".git ", 0o40000),
        (b".git...", 0o40000),
        (b"GIT~1", 0o40000),
        (b".git::$INDEX_ALLOCATION", 0o40000),
        (".g\u200cit".encode(), 0o40000),
    ],
)
def test_a_dangerous_tree_entry_is_refused_wherever_it_lies(name, mode):
    assert tree_fault(name)
    store = Memory()
    raw = b"%o %s\0" % (mode, name) + bytes.fromhex(store.add(Blob.from_string(b"x")).decode())
    store.objects[inner_id := ObjectID(hashlib.sha1(b"tree %d\0" % len(raw) + raw).hexdigest().encode())] = (
        2,
        raw,
    )
    outer = Tree()
    outer.add(b"notes", 0o40000, inner_id)
    tip = commit(store, store.add(outer))
    with pytest.raises(Refused):
        check_complete(store, text(tip))


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        (b"link", 0o120000),
        (b"..\\evil", 0o100644),
        (b"a\x1b]0;x\x07", 0o100644),
        ("a\u202eb".encode(), 0o100644),
        (b"a\nb", 0o100644),
    ],
)
def test_what_does_harm_as_a_file_travels_and_is_not_laid_out(name, mode):
    store = Memory()
    tree = Tree()
    tree.add(name, mode, store.add(Blob.from_string(b"x")))
    check_complete(store, text(commit(store, store.add(tree))))
    assert not_laid_out(name.decode(), mode)


def test_every_file_may_travel_and_the_unportable_ones_are_known():
    store = Memory()
    good = commit(store, {"entries/0000/00000-3fa9.jsonl": "x", ".gitattributes": "", "README.md": ""})
    check_complete(store, text(good))
    for name in ("my notes.md", "ключ.txt", "con.txt", "NUL", "a.", "x:y", "a" * 101):
        check_complete(store, text(commit(store, {f"notes/{name}": "x"})))
        assert not_laid_out(f"notes/{name}") is None or os.name == "nt"
    bad = ("con.txt", "NUL", "a.", "x:y", "b ", "a" * 256, "a\tb")
    assert unportable(["my notes.md", "ключ.txt", *bad]).keys() == set(bad)
    assert unportable(["Readme", "README", "e\u0301", "\u00e9"]).keys() == {"README", "\u00e9"}


def test_nesting_is_bounded():
    store = Memory()
    deep = commit(store, {"/".join("d" * 200) + "/f": "x"})
    with pytest.raises(Refused, match="nested"):
        check_complete(store, text(deep))


@pytest.mark.slow
def test_random_bytes_never_crash_the_reader(tmp_path):
    dice = random.Random(7)
    store = packs.scratch_store(tmp_path / "store")
    whole = raw_pack((3, 5, zlib.compress(b"hello")), (7, 6, b"\2" * 20 + zlib.compress(b"\5\5\x90\5")))
    for _ in range(5000):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(12, len(data))] = dice.randrange(256)
        data = data[:-20] + hashlib.sha1(data[:-20]).digest()
        with opened(tmp_path, data) as stream, contextlib.suppress(Refused):
            packs.read_pack(store, stream)


def test_a_tree_that_comes_back_by_a_revert_is_complete():
    store = Memory()
    kept = {"d/kept": "x"}
    tip = commit(store, kept | {"d/a": "1"}, [], 0)
    for change in ("2", "3", "1"):
        tip = commit(store, kept | {"d/a": change}, [tip], 0)
    assert {i.encode() for i in missing(store, text(tip), [])} == closure(store, [tip])
