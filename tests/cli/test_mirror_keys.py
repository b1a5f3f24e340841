"""`remote add --encrypt`, `remote unlock` and `remote recipients` as people and scripts use them."""

import io
import sys
from pathlib import Path

import pytest

from talekeep.remotes.encryption import age

KEY = "AGE-SECRET-KEY-1"


@pytest.fixture
def place(harbor: Path) -> Path:
    (harbor.parent / "synced").mkdir()
    return harbor.parent / "synced"


@pytest.fixture
def typing(monkeypatch):
    """Somebody at a terminal, who types what `answer` makes of what was asked."""
    import click

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    def sit_down(answer):
        shown = []
        monkeypatch.setattr(click, "echo", lambda text="", **_: shown.append(str(text)))
        monkeypatch.setattr(click, "prompt", lambda text, **_: answer("\n".join(shown)))
        real = sys.stdin
        monkeypatch.setattr("talekeep.cli.mirror_keys.sys.stdin", Terminal(), raising=False)
        return real

    return sit_down


def no_plain_text(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"Answer" not in data, path
            assert b"Question" not in data, path
            assert b"mara" not in data, path


def key_of(text: str) -> str:
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(KEY))


def test_set_up_push_unlock_and_clone(run, harbor: Path, place: Path) -> None:
    result = run(
        *("-C", harbor, "remote", "add", "backup", "../synced", "--encrypt", "--recovery-file", "../key.txt"),
        check=0,
    )
    key_file = harbor.parent / "key.txt"
    assert "A lost key is a lost backup" in result.err
    assert KEY not in result.out + result.err
    assert key_file.stat().st_mode & 0o077 == 0

    run("-C", harbor, "push", check=0)

    no_plain_text(place)
    drill = run("-C", harbor, "remote", "check", "--restore", check=0)
    assert "3 entries counted" in drill.out


def test_another_machine_unlocks_with_the_key_file(run, harbor: Path, place: Path, monkeypatch) -> None:
    run(
        *("-C", harbor, "remote", "add", "backup", "../synced", "--encrypt", "--recovery-file", "../key.txt"),
        check=0,
    )
    run("-C", harbor, "push", check=0)
    monkeypatch.setenv("XDG_STATE_HOME", str(harbor.parent / "another machine"))

    refused = run("clone", "synced", "again", check=4)
    assert refused.err.splitlines()[1] == f"hint: talekeep remote unlock {place / 'harbor-backup'}"
    run("remote", "unlock", "synced", "--key-file", "key.txt", check=0)
    run("clone", "synced", "again", check=0)

    assert run("-C", "again", "list", "--json", check=0).json["total"] == 3
    wrong = age.new_identity()
    result = run("remote", "unlock", "synced", "--key-file", "-", input=wrong, check=4)
    assert "none of those" in result.err


@pytest.mark.slow
def test_the_passphrase_opens_the_copy_in_the_folder(run, harbor: Path, place: Path, monkeypatch) -> None:
    result = run(
        *("-C", harbor, "remote", "add", "backup", "../synced", "--encrypt", "--recovery-file", "../key.txt"),
        "--passphrase",
        check=0,
    )
    words = next(line.strip() for line in result.err.splitlines() if line.count("-") == 6)
    monkeypatch.setenv("XDG_STATE_HOME", str(harbor.parent / "another machine"))

    run("remote", "unlock", "synced", "--passphrase", input="some other words", check=4)
    run("remote", "unlock", "synced", "--passphrase", input=words, check=0)
    assert words.encode() not in b"".join(p.read_bytes() for p in place.rglob("*") if p.is_file())


def test_nobody_there_to_prove_the_key_is_a_usage_error(run, harbor: Path, place: Path) -> None:
    result = run("-C", harbor, "remote", "add", "backup", "../synced", "--encrypt", check=2)

    assert "--recovery-file FILE" in result.err
    assert list(place.iterdir()) == []
    assert run("-C", harbor, "remote", "list", check=0).out == "none\n"


def test_a_key_typed_back_wrong_makes_no_mirror(harbor: Path, place: Path, typing) -> None:
    from talekeep.cli import mirror_keys
    from talekeep.core.errors import Usage

    typing(lambda shown: age.new_identity())
    with pytest.raises(Usage, match="not the key that was shown"):
        mirror_keys._shown_and_typed()
    typing(lambda shown: f" {key_of(shown).lower()} \n")
    assert mirror_keys._shown_and_typed().startswith(KEY)


def test_a_key_made_by_age_itself_is_taken_from_a_file_or_stdin(run, harbor: Path, place: Path) -> None:
    key = age.new_identity()
    run(
        *("-C", harbor, "remote", "add", "backup", "../synced", "--encrypt", "--recovery-file", "-"),
        input=f"# created: today\n# public key: {age.public_key(key)}\n{key}\n",
        check=0,
    )
    assert run("-C", harbor, "remote", "recipients", check=0).out == f"{age.public_key(key)}\n"
    (store,) = (place / "harbor-backup").glob("store-*.txt")
    assert f"# recipient {age.public_key(key)}\n" in store.read_text()


def test_recipients_are_added_and_dropped_and_the_next_push_is_a_full_one(
    run, harbor: Path, place: Path
) -> None:
    run(
        *("-C", harbor, "remote", "add", "backup", "../synced", "--encrypt", "--recovery-file", "../key.txt"),
        check=0,
    )
    run("-C", harbor, "push", check=0)
    mine = run("-C", harbor, "remote", "recipients", check=0).out.strip()
    other = age.public_key(age.new_identity())

    run("-C", harbor, "remote", "recipients", "--add", other, "-n", check=0)
    assert run("-C", harbor, "remote", "recipients", check=0).out.split() == [mine]
    run("-C", harbor, "remote", "recipients", "--add", other, check=0)
    pushed = run("-C", harbor, "push", "--json", check=0).json
    assert (pushed["full"], pushed["already"]) == (True, False)
    run("-C", harbor, "remote", "recipients", "--drop", mine, check=0)
    run("-C", harbor, "remote", "recipients", "--drop", other, check=2)
    run("-C", harbor, "remote", "recipients", "--add", "age1nonsense", check=2)


def test_a_key_added_later_opens_what_was_pushed_since(run, harbor: Path, place: Path, monkeypatch) -> None:
    run(
        *("-C", harbor, "remote", "add", "backup", "../synced", "--encrypt", "--recovery-file", "../key.txt"),
        check=0,
    )
    later = age.new_identity()
    run("-C", harbor, "push", check=0)
    run("-C", harbor, "remote", "recipients", "--add", age.public_key(later), check=0)
    monkeypatch.setenv("XDG_STATE_HOME", str(harbor.parent / "another machine"))

    run("remote", "unlock", "synced", "--key-file", "-", input=later, check=4)
    run("-C", harbor, "push", check=0)
    run("remote", "unlock", "synced", "--key-file", "-", input=later, check=0)
    run("clone", "synced", "again", check=0)

    output = run("-C", "again", "remote", "recipients", check=0).out.split()
    assert set(output) == set(run("-C", harbor, "remote", "recipients", check=0).out.split())


def test_options_of_encryption_alone_are_a_usage_error(run, harbor: Path, place: Path) -> None:
    run("-C", harbor, "remote", "add", "backup", "../synced", "--passphrase", check=2)
    run("-C", harbor, "remote", "add", "backup", "../synced", check=0)
    run("-C", harbor, "remote", "recipients", check=2)
    run("remote", "unlock", "synced", input=age.new_identity(), check=4)


def test_without_pyrage_the_hint_names_the_extra(run, harbor: Path, place: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrage", None)
    result = run(
        *("-C", harbor, "remote", "add", "backup", "../synced", "--encrypt", "--recovery-file", "../key.txt"),
        check=5,
    )
    assert result.err.splitlines()[1] == "hint: pip install 'talekeep[crypt]'"
    assert list(place.iterdir()) == []
