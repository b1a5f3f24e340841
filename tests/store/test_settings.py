"""The repository's own configuration: read with what it includes, written without touching anything else."""

import subprocess
import threading
from pathlib import Path

import pytest

from talekeep.core.errors import Refused
from talekeep.store.git import locks
from talekeep.store.git.repository import Repository
from talekeep.store.git.settings import given_settings


def listed(git, top: Path) -> list[str]:
    return git("config", "--list", "--show-origin", cwd=top, check=0).out.splitlines()


def test_setting_up_and_remotes_write_nothing_of_an_included_file(
    top: Path, run, git, tmp_path: Path
) -> None:
    secret = "Authorization: Bearer s3cret"
    (tmp_path / "private.inc").write_text(
        f'[http "https://x"]\n\textraHeader = "{secret}"\n[user]\n\temail = a@b\n'
    )
    git("config", "include.path", tmp_path / "private.inc", cwd=top, check=0)
    config = top / ".git/config"
    config.write_bytes(b"; mine\r\n" + config.read_bytes() + b"\n# the end")
    (tmp_path / "synced").mkdir()
    before = [line for line in listed(git, top) if "talekeep" not in line]

    for words in (
        ["remote", "add", "backup", tmp_path / "synced"],
        ["remote", "remove", "backup"],
        ["setup"],
        ["setup", "--remove"],
        ["setup"],
    ):
        run(*words, cwd=top, check=0)

    after = config.read_bytes()
    assert b"s3cret" not in after
    assert after.startswith(b"; mine\r\n")
    assert b"# the end" in after
    assert [line for line in listed(git, top) if "talekeep" not in line] == before
    (tmp_path / "private.inc").write_text("[user]\n\temail = new@b\n")
    assert git("config", "user.email", cwd=top, check=0).out.strip() == "new@b"


def test_taking_setup_out_gives_the_file_back_as_it_was(tmp_path: Path, run, git) -> None:
    git("init", "-q", tmp_path / "r", check=0)
    config = tmp_path / "r/.git/config"
    before = config.read_bytes()
    run("init", tmp_path / "r", "--force", check=0)
    assert config.read_bytes() != before

    run("setup", "--remove", cwd=tmp_path / "r", check=0)

    assert config.read_bytes() == before


def test_values_are_found_as_git_finds_them(top: Path, git, tmp_path: Path) -> None:
    (tmp_path / "more.inc").write_text('[remote "far"]\n\turl = /far\n[a] b = included\n')
    (top / ".git/config").open("a").write(
        f"[include]\n\tpath = {tmp_path}/more.inc\n[X] Key = 1 ; one\n[y]\n\tk = a \\\n b\n\tflag\n"
    )

    repo = Repository.open(top)

    assert repo.settings.get("remote", "url", "far") == "/far"
    assert repo.settings.subsections("remote") == ["far"]
    assert repo.settings.get("a", "b") == "included"
    assert repo.settings.get("x", "key") == "1"
    assert repo.settings.get("y", "k") == git("config", "y.k", cwd=top).out.rstrip("\n")
    assert repo.settings.get("y", "flag") == "true"


def test_a_change_by_git_is_seen_at_once(top: Path, git) -> None:
    repo = Repository.open(top)
    assert repo.settings.get("a", "b") is None

    git("config", "a.b", "one", cwd=top, check=0)

    assert repo.settings.get("a", "b") == "one"


def test_a_work_tree_of_its_own_settings_reads_them(top: Path, git, tmp_path: Path) -> None:
    git("config", "extensions.worktreeConfig", "true", cwd=top, check=0)
    git("worktree", "add", "-q", tmp_path / "second", "-b", "side", cwd=top, check=0)
    git("config", "--worktree", "talekeep.x", "here", cwd=tmp_path / "second", check=0)

    assert Repository.open(tmp_path / "second").settings.effective("talekeep", "x") == "here"
    assert Repository.open(top).settings.effective("talekeep", "x") is None


def test_a_broken_line_is_named_wherever_it_is(top: Path, run, tmp_path: Path, monkeypatch) -> None:
    config = top / ".git/config"
    good = config.read_bytes()
    config.write_bytes(good + b"[broken\n")
    result = run("status", cwd=top, check=4)
    assert f"{config} has a syntax error in line {len(good.splitlines()) + 1}" in result.err
    config.write_bytes(good)

    user = tmp_path / "gitconfig"
    user.write_bytes(b"[user]\n\tname = Wren\n\t???\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(user))
    assert "line 3" in run("status", cwd=top, check=4).err


def test_the_lock_of_git_is_waited_for_and_then_named(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo, lock = Repository.open(top), top / ".git/config.lock"
    lock.touch()
    threading.Timer(0.2, lock.unlink).start()
    repo.settings.set({("a", None, "b"): "waited"})
    assert repo.settings.get("a", "b") == "waited"

    lock.touch()
    monkeypatch.setattr(locks, "PATIENCE", 0.1)
    with pytest.raises(Refused, match=r"config\.lock"):
        repo.settings.set({("a", None, "b"): "x"})
    assert lock.exists()


def test_a_lock_of_ours_whose_process_is_gone_is_taken_away(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    lock = top / ".git/config.lock"
    lock.write_text(f"talekeep {process.pid}")
    # Nothing is waited for.
    monkeypatch.setattr(locks.time, "sleep", pytest.fail)

    Repository.open(top).settings.set({("a", None, "b"): "x"})

    assert not lock.exists()


def test_links_and_permissions_of_the_file_stay(top: Path, tmp_path: Path) -> None:
    config, real = top / ".git/config", tmp_path / "real-config"
    config.rename(real)
    config.symlink_to(real)
    real.chmod(0o640)

    Repository.open(top).settings.set({("a", None, "b"): "x"})

    assert config.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert b"b = x" in real.read_bytes()


@pytest.mark.parametrize(
    "environment",
    [
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Given"},
        {"GIT_CONFIG_PARAMETERS": "'user.name=Given'"},
        {"GIT_CONFIG_PARAMETERS": "'user.name'='Given'"},
        {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "User.Name",
            "GIT_CONFIG_VALUE_0": "Weaker",
            "GIT_CONFIG_PARAMETERS": "'user.name=Given'",
        },
    ],
)
def test_what_is_given_to_git_in_the_environment_is_stronger_than_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], git
) -> None:
    repo = Repository.init(tmp_path / "r")
    repo.settings.set({("user", None, "name"): "Of the file"})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert repo.settings.effective("user", "name") == "Given"
    assert git("config", "user.name", cwd=tmp_path / "r", check=0).out.strip() == "Given"
    assert repo.settings.get("user", "name") == "Of the file"


def test_subsections_and_names_alone_are_read_from_the_environment() -> None:
    given = {"GIT_CONFIG_PARAMETERS": "'remote.a.b/c.url=x y' 'commit.gpgsign'"}
    settings = given_settings(given)
    assert settings.get((b"remote", b"a.b/c"), b"url") == b"x y"
    assert settings.get((b"commit",), b"gpgsign") == b"true"


@pytest.mark.parametrize(
    "given", [{"GIT_CONFIG_COUNT": "many"}, {"GIT_CONFIG_COUNT": "1"}, {"GIT_CONFIG_PARAMETERS": "'open"}]
)
def test_a_broken_environment_is_refused_by_name(given: dict[str, str]) -> None:
    with pytest.raises(Refused, match="GIT_CONFIG"):
        given_settings(given)
