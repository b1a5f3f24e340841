"""Folders that someone with bad intentions has written: bounded, refused, and nothing follows from them."""

import dataclasses
import hashlib
import shutil
import struct
import zlib

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.remotes.mirror.folder.bundle import Header
from talekeep.remotes.mirror.folder.bundle import render_header
from talekeep.remotes.mirror.folder.manifest import Link
from talekeep.remotes.mirror.folder.manifest import bundle_name
from talekeep.remotes.mirror.folder.manifest import manifest_name
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.folder.manifest import render


def newest(folder):
    return parse(sorted(folder.glob("*manifest*"))[-1].read_bytes())


def plant(folder, manifest):
    data = render(manifest)
    (folder / manifest_name(manifest.number, hashlib.sha256(data).hexdigest())).write_bytes(data)


def plant_bundle(folder, manifest, data):
    """A next push made of one full bundle of any bytes."""
    sha = hashlib.sha256(data).hexdigest()
    number = manifest.number + 1
    link = Link(bundle_name(number, True, sha), len(data), sha)
    (folder / link.name).write_bytes(data)
    plant(folder, dataclasses.replace(manifest, number=number, chain=(link,)))


def pack(*items):
    body = b"PACK" + struct.pack(">LL", 2, len(items))
    for kind, size, data in items:
        head, rest = [kind << 4 | size & 15], size >> 4
        while rest:
            head[-1] |= 0x80
            head.append(rest & 0x7F)
            rest >>= 7
        body += bytes(head) + data
    return body + hashlib.sha1(body).digest()


def thing(kind, data):
    name = {1: b"commit", 2: b"tree", 3: b"blob"}[kind]
    object_id = hashlib.sha1(name + b" %d\0" % len(data) + data).hexdigest()
    return object_id, (kind, len(data), zlib.compress(data))


def commit_of(*entries):
    """Id and pack items of a commit whose tree has these (mode, name) entries."""
    blob_id, blob = thing(3, b"x")
    tree_id, tree = thing(2, b"".join(b"%s %s\0" % (m, n) + bytes.fromhex(blob_id) for m, n in entries))
    text = f"tree {tree_id}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nm\n".encode()
    commit_id, commit = thing(1, text)
    return commit_id, [commit, tree, blob]


def untouched(laptop, tmp_path, content):
    """The older good state is what one gets, and our repository gains no ref."""
    before, refs = content(tmp_path / "laptop" / ".git" / "refs"), laptop.repo.refs()
    result = laptop.fetch()
    assert result.notes
    assert content(tmp_path / "laptop" / ".git" / "refs") == before
    assert laptop.repo.refs() == refs
    taken = laptop.restore(tmp_path / "new", bare=True).taken
    assert taken.number == 2
    assert not laptop.folder.with_name("evil").exists()


@pytest.mark.parametrize(
    "entry",
    [
        (b"100644", b".."),
        (b"100644", b"../../evil"),
        (b"40000", b".git"),
        (b"40000", b".GIT"),
    ],
)
def test_trees_with_harmful_entries_are_not_taken(laptop, tmp_path, content, entry):
    commit_id, items = commit_of(entry)
    manifest = dataclasses.replace(newest(laptop.folder), refs=(("refs/heads/main", commit_id),))
    header = render_header(Header(manifest.refs, (), commit_id))
    plant_bundle(laptop.folder, manifest, header + pack(*items))
    untouched(laptop, tmp_path, content)


def test_a_pack_bomb_is_not_taken(laptop, tmp_path, content):
    """F34: a bomb."""
    manifest = newest(laptop.folder)
    header = render_header(Header(manifest.refs, (), manifest.refs[0][1]))
    bomb = pack((3, 200 * 2**20, zlib.compress(bytes(200 * 2**20), 1)))
    plant_bundle(laptop.folder, manifest, header + bomb)
    untouched(laptop, tmp_path, content)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a bundle",
        b"# v2 git bundle\n\n",
        b"# v2 git bundle\n" + b"9" * 40 + b" refs/../../evil\n\n",
        b"# v2 git bundle\n" + b"-" + b"9" * 40 + b"\n" + b"9" * 40 + b" refs/heads/main\n\n" + pack(),
        b"# v2 git bundle\n" + b"9" * 40 + b" refs/heads/main\n\n" + pack(),
    ],
    ids=range(6),
)
def test_bundles_that_are_none_are_not_taken(laptop, tmp_path, content, data):
    """F32, F34: no bundle, or one that needs commits nobody has."""
    plant_bundle(laptop.folder, newest(laptop.folder), data)
    untouched(laptop, tmp_path, content)


def test_refs_that_the_bundle_does_not_have_are_not_taken(laptop, tmp_path, content):
    manifest = newest(laptop.folder)
    other = dataclasses.replace(
        manifest,
        number=3,
        refs=(*manifest.refs, ("refs/heads/zz", manifest.refs[0][1])),
        chain=manifest.chain,
    )
    full = next(laptop.folder.glob("000001-full*")).read_bytes()
    plant_bundle(laptop.folder, dataclasses.replace(other, number=2), full)
    untouched(laptop, tmp_path, content)


def test_a_manifest_of_another_store_is_not_read(laptop, tmp_path):
    manifest = newest(laptop.folder)
    plant(laptop.folder, dataclasses.replace(manifest, store="f" * 32, number=2))
    assert laptop.restore(tmp_path / "new").taken.number == 2
    assert any("manifest" in name for name in laptop.mirror.describe(laptop.repo).foreign)


def test_a_size_claimed_is_never_believed(laptop, tmp_path):
    manifest = newest(laptop.folder)
    huge = dataclasses.replace(manifest.chain[0], size=2 * 10**9)
    plant(laptop.folder, dataclasses.replace(manifest, chain=(huge, manifest.chain[1])))
    assert laptop.restore(tmp_path / "new").taken.number == 2


def test_numbers_planted_in_our_name_cost_us_nothing(laptop, tmp_path):
    manifest = newest(laptop.folder)
    chain = (dataclasses.replace(manifest.chain[0], name=manifest.chain[0].name.replace("000001", "999999")),)
    plant(laptop.folder, dataclasses.replace(manifest, number=999_999, chain=chain))
    laptop.save(entries__a="mine\n")
    result = laptop.push()
    assert (result.number, result.full) == (1, True)
    assert any(t.refs == laptop.repo.refs() for t in laptop.fetch().writers)


def test_links_in_the_folder_are_not_followed(laptop, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(next(laptop.folder.glob("000002-incr*")).read_bytes())
    bundle = next(laptop.folder.glob("000002-incr*"))
    bundle.unlink()
    bundle.symlink_to(secret)
    assert laptop.restore(tmp_path / "new").taken.number == 1
    shutil.copytree(laptop.folder, tmp_path / "real")
    away = laptop.folder
    shutil.rmtree(away)
    away.symlink_to(tmp_path / "real")
    with pytest.raises(NotFound):
        laptop.restore(tmp_path / "none")


def test_a_folder_in_place_of_ours_that_leads_away_is_not_written(laptop, tmp_path, content):
    away = tmp_path / "away"
    laptop.folder.rename(away)
    (laptop.mirror.folder / away.name).parent.mkdir(exist_ok=True)
    laptop.folder.symlink_to(away)
    before = content(away)
    laptop.save(entries__a="x\n")
    with pytest.raises(Problem):
        laptop.push()
    assert content(away) == before


def test_a_repository_config_or_hook_in_the_folder_means_nothing(laptop, tmp_path):
    hooks = laptop.mirror.folder / "hooks"
    hooks.mkdir()
    (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
    (hooks / "post-checkout").chmod(0o755)
    (laptop.mirror.folder / "config").write_text("[core]\n\tpager = touch ran\n")
    laptop.restore(tmp_path / "new")
    laptop.save(entries__a="x\n")
    laptop.push()
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "new/.git/hooks/post-checkout").exists()
