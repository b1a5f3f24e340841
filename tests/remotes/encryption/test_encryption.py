"""An encrypted mirror: nothing readable in the folder, restored with its key, refused without."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.remotes.encryption import age as age_module
from talekeep.remotes.encryption import keys
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.setup import Sealing
from talekeep.remotes.mirror.writer import push
from talekeep.remotes.mirror.writer.forget_machine import forget
from talekeep.remotes.mirror.writer.journal import Local

pytestmark = pytest.mark.slow

SECRET = "the lamp was lit by nobody"
BRANCH = "ending-where-she-stays"


@pytest.fixture
def vault(tmp_path):
    """Where a machine keeps keys."""
    return tmp_path / "keys"


def give_key(machine, vault, key):
    keys.keep(vault, Local(machine.repo.git_dir, "backup").journal().store, key)


@pytest.fixture(scope="module")
def pair():
    """A key and its locked copy, made once because locking is slow on purpose."""
    key = age_module.new_identity()
    return key, age_module.lock(key, "seven words")


@pytest.fixture
def sealed(machine, synced, vault, pair):
    """A machine with an encrypted mirror, two pushes, and the key in its vault."""
    made = machine()
    made.setting = replace(made.setting, keys=lambda: vault)
    made.key, locked = pair
    made.recipients = (age_module.public_key(made.key),)
    made.add(synced, sealing=Sealing(made.recipients, locked))
    give_key(made, vault, made.key)
    made.save(BRANCH, entries__a=f"{SECRET}\n" * 50)
    made.repo.set_head(f"refs/heads/{BRANCH}")
    made.push(entries=1)
    made.save(BRANCH, entries__b=f"{SECRET}, again\n")
    made.push(entries=2)
    return made


def test_nothing_of_the_entries_can_be_read_in_any_file(sealed, content):
    sealed.tag(f"{BRANCH}-1")
    sealed.push()
    files = content(sealed.mirror.folder)
    assert [re.sub("-[0-9a-f]{16}", "", n.partition("/")[2]) for n in files if "bundle" in n] == [
        "000001-full.bundle.age",
        "000002-incr.bundle.age",
        "000003-incr.bundle.age",
    ]
    hidden = [SECRET, BRANCH, "PACK", "git bundle", sealed.repo.head(), "refs/", sealed.key, str(sealed.path)]
    for name, data in files.items():
        for text in hidden if name != "README.txt" else hidden[:2]:
            assert text.encode() not in (data or b""), (name, text)
    manifest = parse(sorted(sealed.folder.glob("000003-manifest*"))[0].read_bytes())
    assert (manifest.refs, manifest.head, manifest.entries) == ((), None, None)


def test_nothing_readable_is_left_in_staging_or_ever_in_the_folder(sealed, content, monkeypatch):
    """F33: plain bundles exist in the clone's own staging only, and not for longer than the push."""
    from talekeep.remotes.mirror.folder.disk import Disk

    written = []

    class Watching(Disk):
        def write(self, descriptor, data):
            written.append(bytes(data))
            return super().write(descriptor, data)

    sealed.save(BRANCH, entries__c=SECRET)
    sealed.push(Watching())
    assert written
    assert not [data for data in written if SECRET.encode() in data or b"PACK" in data]
    assert not (sealed.path / ".git/talekeep/mirrors/backup/staging").exists()


def test_what_was_pushed_comes_back_with_the_key(sealed, tmp_path, restored):
    sealed.tag("v1")
    sealed.save("main", entries__m="m\n")
    sealed.push()
    result, repo = restored(sealed, tmp_path / "new")
    assert repo.refs() == sealed.repo.refs()
    assert repo.head_ref() == f"refs/heads/{BRANCH}"
    assert result.taken.number == 3


def test_pushing_needs_no_secret_and_pushing_again_writes_nothing(sealed, vault, content):
    shutil.rmtree(vault)
    before = content(sealed.mirror.folder)
    assert sealed.push().already
    sealed.save(BRANCH, entries__c="more\n")
    result = sealed.push()
    assert not result.full
    assert before.items() <= content(sealed.mirror.folder).items()


def test_without_the_key_nothing_is_restored_and_the_next_step_is_named(sealed, vault, tmp_path):
    shutil.rmtree(vault)
    for reading in (lambda: sealed.restore(tmp_path / "new"), sealed.fetch):
        with pytest.raises(Refused, match="its key is not on this machine") as raised:
            reading()
        assert raised.value.hint == f"talekeep remote unlock {sealed.mirror.folder}"
    assert not (tmp_path / "new").exists()
    assert sealed.mirror.check().state == "good"
    drill = sealed.mirror.check(restore=True)
    assert drill.state == "none"
    assert any("no key" in problem for problem in drill.problems)


def test_f33_a_wrong_key_is_refused(sealed, vault, tmp_path):
    give_key(sealed, vault, age_module.new_identity())
    with pytest.raises(Refused, match="cannot be decrypted") as raised:
        sealed.restore(tmp_path / "new")
    assert raised.value.hint.startswith(f"talekeep remote unlock {sealed.mirror.folder}")
    assert not (tmp_path / "new").exists()
    with pytest.raises(Refused, match="does not open"):
        age_module.require_opens(age_module.new_identity(), sealed.recipients)


@pytest.mark.parametrize("how", ["flipped", "short", "empty", "longer"])
def test_f33_tampered_and_cut_files_fall_back(sealed, tmp_path, restored, how):
    path = next(sealed.folder.glob("000002-incr*"))
    data = path.read_bytes()
    at = len(data) // 2
    path.write_bytes(
        {
            "flipped": data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :],
            "short": data[:-9],
            "empty": b"",
            "longer": data + b"x",
        }[how]
    )
    assert sealed.mirror.check().state == "older"
    result, _ = restored(sealed, tmp_path / "new")
    assert result.taken.number == 1


def test_f33_encrypted_junk_under_a_good_manifest_is_refused(sealed, tmp_path):
    """Anyone with the public key can write a file that opens; what is in it is checked like any other."""
    import hashlib

    from talekeep.remotes.mirror.folder.manifest import Link
    from talekeep.remotes.mirror.folder.manifest import bundle_name
    from talekeep.remotes.mirror.folder.manifest import manifest_name
    from talekeep.remotes.mirror.folder.manifest import render

    (tmp_path / "plain").write_bytes(b"# v2 git bundle\nnot one\n")
    size, sha = age_module.encrypt(tmp_path / "plain", tmp_path / "made.age", sealed.recipients)
    link = Link(bundle_name(3, True, sha, sealed=True), size, sha)
    (sealed.folder / link.name).write_bytes((tmp_path / "made.age").read_bytes())
    last = parse(sorted(sealed.folder.glob("000002-manifest*"))[0].read_bytes())
    data = render(replace(last, number=3, chain=(link,)))
    (sealed.folder / manifest_name(3, hashlib.sha256(data).hexdigest())).write_bytes(data)
    result = sealed.restore(tmp_path / "new")
    assert result.taken.number == 2
    assert any("push 3 cannot be used" in note for note in result.notes)


def test_a_change_of_recipients_writes_everything_anew(sealed, tmp_path, restored, vault):
    other = age_module.new_identity()
    keys.set_recipients(sealed.repo, "backup", (*sealed.recipients, age_module.public_key(other)))
    assert sealed.push().full
    give_key(sealed, vault, other)
    result, repo = restored(sealed, tmp_path / "new")
    assert result.taken.number == 3
    assert repo.refs() == sealed.repo.refs()
    keys.set_recipients(sealed.repo, "backup", (age_module.public_key(other),))
    sealed.save(BRANCH, entries__z="only for the other\n")
    assert sealed.push().full
    give_key(sealed, vault, sealed.key)
    result = sealed.restore(tmp_path / "older")
    assert result.taken.number == 3
    assert any("push 4" in note for note in result.notes)


def test_a_forgotten_setting_never_pushes_in_the_clear(sealed, content):
    """The list of recipients deleted, the journal too, even the store file made to say plain."""
    before = content(sealed.mirror.folder)
    keys.set_recipients(sealed.repo, "backup", ())
    sealed.save(BRANCH, entries__c=SECRET)
    with pytest.raises(Refused, match="does not know for whom"):
        sealed.push()
    shutil.rmtree(sealed.path / ".git/talekeep")
    with pytest.raises(Refused, match="does not know for whom"):
        sealed.push()
    assert content(sealed.mirror.folder) == before


def test_a_store_file_that_says_plain_changes_nothing(sealed, content):
    store = next(sealed.mirror.folder.glob("store-*"))
    store.write_bytes(store.read_bytes().replace(b"contents age", b"contents plain"))
    sealed.save(BRANCH, entries__c=SECRET)
    sealed.push()
    assert all(SECRET.encode() not in (d or b"") for d in content(sealed.mirror.folder).values())


def test_another_machine_joins_with_the_key_and_not_without(sealed, machine, synced, tmp_path):
    desktop = machine("desktop")
    desktop.setting = replace(desktop.setting, keys=lambda: tmp_path / "other keys")
    with pytest.raises(Refused, match="its key is not on this machine"):
        desktop.add(synced, label="desktop")
    keys.keep(tmp_path / "other keys", Local(sealed.repo.git_dir, "backup").journal().store, sealed.key)
    desktop.add(synced, label="desktop")
    desktop.fetch()
    tip = desktop.repo.ref(f"refs/remotes/backup/{sealed.folder.name}/{BRANCH}")
    assert tip == sealed.repo.head()
    desktop.repo.set_ref("refs/heads/main", tip, None)
    desktop.save(entries__d=f"{SECRET} at the desk\n")
    desktop.push()
    sealed.fetch()
    assert sealed.repo.ref(f"refs/remotes/backup/{desktop.folder.name}/main") == desktop.repo.head()
    with pytest.raises(Refused, match="no other machine saved"):
        forget(sealed.repo, sealed.mirror.folder, "backup", desktop.folder.name, sealed.mirror.setting)


def test_a_plain_mirror_is_not_encrypted_afterwards(laptop, synced):
    with pytest.raises(Refused, match="is a mirror already"):
        laptop.add(synced, sealing=Sealing((age_module.public_key(age_module.new_identity()),)))


def test_a_kill_before_the_journal_is_recovered_by_a_full_push(sealed, tmp_path, restored, monkeypatch):

    def killed(*_):
        raise KeyboardInterrupt

    sealed.save(BRANCH, entries__c="c\n")
    with monkeypatch.context() as patched:
        patched.setattr(push, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            sealed.push()
    assert sealed.push().full
    _, repo = restored(sealed, tmp_path / "new")
    assert repo.refs() == sealed.repo.refs()


def test_salvage_of_encrypted_bundles(sealed, tmp_path):
    for path in sealed.folder.glob("*manifest*"):
        path.unlink()
    result = sealed.restore(tmp_path / "new")
    assert result.salvaged
    assert result.taken.refs == sealed.repo.refs()


def test_a_commit_on_no_branch_comes_back(sealed, tmp_path, restored):
    commit = sealed.save("gone", entries__x="only here\n")
    sealed.drop("refs/heads/gone")
    (sealed.path / ".git/HEAD").write_text(f"{commit}\n")
    sealed.push()
    result, repo = restored(sealed, tmp_path / "new")
    assert result.taken.detached == commit
    assert repo.head_ref() == f"refs/heads/{BRANCH}"


# Keys


def test_keys_lie_where_only_the_user_reads_them(sealed, vault):
    (place,) = vault.iterdir()
    assert place.stat().st_mode & 0o077 == 0
    assert vault.stat().st_mode & 0o077 == 0
    assert keys.identities(vault, place.stem) == [sealed.key]


def test_passphrases_are_long_and_made_by_chance():
    words = age_module.new_passphrase()
    assert re.fullmatch(r"(?:[a-z]{5}-){6}[a-z]{5}", words)
    assert age_module.new_passphrase() != words


@pytest.mark.slow
def test_f33_a_locked_key_opens_with_its_passphrase_alone(pair):
    key, locked = pair
    assert age_module.unlock(locked, " seven words\n") == key
    with pytest.raises(Refused, match="passphrase"):
        age_module.unlock(locked, "another one")


@pytest.mark.parametrize("text", ["", "AGE-SECRET-KEY-1X", "age1x", "# nothing\n", "\x1b[2J"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(Usage):
        age_module.identity_in(text.encode())
    with pytest.raises(Usage):
        age_module.public_key(text)
    with pytest.raises(Usage):
        age_module.check_recipient(text)


def test_without_pyrage_the_package_to_install_is_named(sealed, monkeypatch, content):
    before = content(sealed.mirror.folder)
    monkeypatch.setitem(sys.modules, "pyrage", None)
    sealed.save(BRANCH, entries__c="c\n")
    with pytest.raises(Outside) as caught:
        sealed.push()
    assert caught.value.hint == "pip install 'talekeep[crypt]'"
    assert content(sealed.mirror.folder) == before
    with pytest.raises(Problem):
        age_module.new_identity()


# Stock age


@pytest.fixture
def age(tmp_path):
    program = shutil.which("age")
    if program is None:
        pytest.skip("age is not installed")
    return lambda *words: subprocess.run([program, *map(str, words)], capture_output=True, check=True).stdout


def test_every_file_is_of_the_published_format(sealed):
    files = [*sealed.folder.glob("*.age"), *sealed.mirror.folder.glob("recovery-*.age")]
    assert len(files) == 3
    for path in files:
        lines = path.read_bytes().split(b"\n")
        assert lines[0] == b"age-encryption.org/v1"
        assert lines[1].startswith(b"-> scrypt " if "recovery" in path.name else b"-> X25519 ")


def test_stock_age_opens_every_bundle(sealed, age, tmp_path):
    (tmp_path / "key").write_text(f"{sealed.key}\n")
    for path in sealed.folder.glob("*.age"):
        assert age("-d", "-i", tmp_path / "key", path).startswith(b"# v2 git bundle\n")


@pytest.fixture
def programs(tmp_path):
    """PATH with an `age`: the stock one, or where that is missing the same format by the library."""
    if shutil.which("age"):
        return os.environ["PATH"]
    stand_in = tmp_path / "programs/age"
    stand_in.parent.mkdir()
    code = (
        "import pathlib, pyrage, re, sys\n"
        "_, _, key, _, out, source = sys.argv[1:]\n"
        "assert sys.argv[1:5:3] == ['-d', '-o'] and sys.argv[2] == '-i', sys.argv\n"
        "text = re.search('AGE-SECRET-KEY-1\\\\w+', pathlib.Path(key).read_text())[0]\n"
        "data = pathlib.Path(source).read_bytes()\n"
        "pathlib.Path(out).write_bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(text)]))\n"
    )
    (stand_in.parent / "stand_in.py").write_text(code)
    stand_in.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{stand_in.parent}/stand_in.py' \"$@\"\n")
    stand_in.chmod(0o755)
    return f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}"


def test_the_commands_in_readme_restore_an_encrypted_mirror(sealed, tmp_path, programs):
    sealed.tag("v1")
    sealed.push()
    for path in list(sealed.folder.iterdir()):
        name, dot, rest = path.name.partition(".")
        shutil.copy(path, path.with_name(f"{name} (1){dot}{rest}"))
    text = (sealed.mirror.folder / "README.txt").read_text()
    script = "\n".join(
        line[4:] for line in text.splitlines() if re.match(r"    [^ .]|      (?:git|age) ", line)
    )
    home = tmp_path / "my home"
    home.mkdir()
    (home / "recovery-key.txt").write_text(f"# mine\n{sealed.key}\n")
    environment = {"PATH": programs, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
    completed = subprocess.run(
        ["sh", "-c", script], cwd=sealed.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr
    assert completed.stdout.count(": OK") == 3
    assert (home / "restored/entries/b").read_text() == f"{SECRET}, again\n"
    shown = subprocess.run(
        ["git", "--git-dir", home / "restored.git", "show-ref"], capture_output=True, text=True, check=True
    ).stdout
    assert dict(line.split()[::-1] for line in shown.splitlines()) == sealed.repo.refs()


def test_the_readme_of_an_encrypted_mirror_says_what_must_be_said(sealed):
    text = (sealed.mirror.folder / "README.txt").read_text()
    assert "A lost key is a lost backup" in text
    assert "talekeep remote unlock" in text
    assert "@" not in text
    assert "# head" not in text
    assert max(map(len, text.splitlines())) <= 110
