"""`config`: this clone's own settings and the dataset's; and what `mirror.auto` does after a commit."""

from pathlib import Path

import pytest

from talekeep.ops.remotes import push


@pytest.fixture
def mirrored(run, harbor: Path) -> Path:
    """`harbor` with a mirror and `mirror.auto = on-commit`."""
    (harbor.parent / "synced").mkdir()
    run("-C", harbor, "remote", "add", "backup", "../synced", check=0)
    run("-C", harbor, "config", "mirror.auto", "=", "on-commit", check=0)
    return harbor


def pushes(harbor: Path) -> int:
    return len(list((harbor.parent / "synced").rglob("*-manifest-*")))


def commits(git, harbor: Path) -> int:
    return int(git("rev-list", "--count", "HEAD", cwd=harbor, check=0).out)


def test_all_settings_are_listed_with_their_file(run, harbor: Path) -> None:
    assert run("-C", harbor, "config", check=0).out.splitlines() == [
        "identity = git (default)  [.git/config]",
        "mirror.auto = off (default)  [.git/config]",
        "mirror.prune = on (default)  [.git/config]",
        "reviewer =  (default)  [.git/config]",
        "repack.auto = on (default)  [.git/config]",
        "name = harbor  [talekeep.toml]",
        "export.clean = false  [talekeep.toml]",
        "export.format = chatml  [talekeep.toml]",
        "holdout.where =   [talekeep.toml]",
        "holdout.by = record  [talekeep.toml]",
        "review.policy = strictest  [talekeep.toml]",
        "storage.max_line = 16777216  [talekeep.toml]",
        "storage.target = 131072  [talekeep.toml]",
        "validation.profile = default  [talekeep.toml]",
    ]


@pytest.mark.parametrize("words", [["KEY", "=", "V"], ["KEY", "V"], ["KEY=V"], ["KEY=", "V"], ["KEY", "=V"]])
def test_the_ways_to_write_it_mean_the_same(run, harbor: Path, words: list[str]) -> None:
    spelled = [w.replace("KEY", "mirror.auto").replace("V", "on-commit") for w in words]
    if words == ["KEY", "=V"]:
        run("-C", harbor, "config", *spelled, check=2)
        return
    run("-C", harbor, "config", *spelled, check=0)
    assert run("-C", harbor, "config", "mirror.auto", check=0).out == "on-commit\n"
    run("-C", harbor, "config", "mirror.auto", "--unset", check=0)
    assert run("-C", harbor, "config", "mirror.auto", check=0).out == "off\n"


def test_a_setting_of_this_clone_is_no_commit(run, git, mirrored: Path) -> None:
    before = commits(git, mirrored)
    run("-C", mirrored, "config", "mirror.auto", "off", check=0)
    assert commits(git, mirrored) == before
    assert "on-commit" not in (mirrored / "talekeep.toml").read_text()
    assert git("status", "--porcelain", cwd=mirrored).out == ""


def test_a_setting_of_the_dataset_is_a_commit_and_comments_stay(run, git, harbor: Path) -> None:
    text = (harbor / "talekeep.toml").read_text()
    (harbor / "talekeep.toml").write_text(f"# ours\n{text}")
    run("-C", harbor, "commit", check=0)

    answer = run("-C", harbor, "config", "validation.profile", "rolethread", "--json", check=0).json

    assert answer["settings"][0]["value"] == "rolethread"
    assert git("log", "-1", "--format=%H %s", cwd=harbor).out.strip() == (
        f"{answer['commit']} Set validation.profile"
    )
    assert (harbor / "talekeep.toml").read_text().startswith("# ours\n")
    run("-C", harbor, "config", "validation.rules.T201", "error", check=0)
    assert "validation.rules.T201 = error" in run("-C", harbor, "config", check=0).out


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (3, ["core.pager", "less"]),
        (2, ["mirror.auto", "always"]),
        (2, ["validation.profile", "none"]),
        (2, ["validation.rules.T999", "off"]),
        (2, ["export.clean", "perhaps"]),
        (4, ["storage.target", "1"]),
        (2, ["a", "b", "c"]),
        (2, ["name", "--unset"]),
    ],
)
def test_what_makes_no_sense_is_refused(run, git, harbor: Path, code: int, words: list[str]) -> None:
    before = commits(git, harbor)
    run("-C", harbor, "config", *words, check=code)
    assert commits(git, harbor) == before
    assert git("status", "--porcelain", cwd=harbor).out == ""


def test_a_dry_run_changes_nothing(run, git, harbor: Path) -> None:
    before = commits(git, harbor), (harbor / ".git/config").read_bytes()
    assert run("-C", harbor, "config", "name", "Bay", "-n", check=0).out.startswith("Would be: name = Bay")
    run("-C", harbor, "config", "mirror.auto", "on-commit", "-n", check=0)
    assert (commits(git, harbor), (harbor / ".git/config").read_bytes()) == before


# After a commit


def test_every_command_that_commits_saves_to_the_mirror_afterwards(run, mirrored: Path, edit) -> None:
    edit("Answer 0.", "Edited.")
    result = run("-C", mirrored, "commit", check=0)
    assert result.err.splitlines()[-1].startswith("backup: Saved push 1 to the folder")
    run("-C", mirrored, "undo", check=0)
    run("-C", mirrored, "config", "name", "Bay", check=0)
    assert pushes(mirrored) == 3
    run("-C", mirrored, "list", check=0)
    run("-C", mirrored, "undo", "--dry-run", check=0)
    assert pushes(mirrored) == 3
    assert "nothing newer here" in run("-C", mirrored, "status", check=0).out


def test_json_and_quiet_answers_are_as_without(run, mirrored: Path, edit) -> None:
    edit("Answer 0.", "Edited.")
    assert run("-C", mirrored, "commit", "--json", check=0).err == ""
    assert run("-C", mirrored, "undo", "-q", check=0).err == ""
    assert pushes(mirrored) == 2


@pytest.mark.parametrize("how", [[], ["--json"], ["-q"]])
def test_a_missing_folder_is_one_line_and_the_commit_stands(
    run, git, mirrored: Path, edit, how: list[str]
) -> None:
    (mirrored.parent / "synced").rename(mirrored.parent / "unplugged")
    before = commits(git, mirrored)
    edit("Answer 0.", "Edited.")

    result = run("-C", mirrored, "commit", *how, check=0)

    warned = [line for line in result.err.splitlines() if line.startswith("warning: ")]
    place = mirrored.parent / "synced" / "harbor-backup"
    assert warned == [f"warning: not saved to backup: {place} does not exist"]
    assert commits(git, mirrored) == before + 1
    assert not (mirrored.parent / "synced").exists()


def test_a_bug_in_a_push_does_not_make_the_commit_look_undone(run, mirrored: Path, edit, monkeypatch) -> None:

    def broken(*_: object) -> None:
        raise RuntimeError("entry text")

    monkeypatch.setattr(push, "push", broken)
    edit("Answer 0.", "Edited.")
    result = run("-C", mirrored, "commit", check=0)
    assert result.err.splitlines()[-1] == (
        "warning: not saved to backup: RuntimeError; talekeep push backup shows more"
    )


def test_nothing_in_a_repository_can_switch_it_on(run, git, mirrored: Path) -> None:
    """Not talekeep.toml, not a clone of the mirror, not a clone by git."""
    run("-C", mirrored, "push", check=0)
    with (mirrored / "talekeep.toml").open("a") as stream:
        stream.write('\n[mirror]\nauto = "on-commit"\n')
    run("-C", mirrored, "commit", check=0)
    run("clone", mirrored.parent / "synced/harbor-backup", "again", check=0)
    git("clone", "-q", mirrored, "other", check=0)
    for place in ("again", "other"):
        assert run("-C", place, "config", "mirror.auto", check=0).out == "off\n"


# Where a dataset lies


def test_a_dataset_in_a_sync_root_is_warned_of(run, tmp_path: Path) -> None:
    (tmp_path / "Synced").mkdir()
    (tmp_path / "Synced/.stfolder").mkdir()
    text = f"{tmp_path}/Synced/harbor lies in a folder that Syncthing syncs"

    assert text in run("init", "Synced/harbor", check=0).err
    assert text in run("-C", "Synced/harbor", "status", check=0).out
    assert text in run("-C", "Synced/harbor", "status", "--json", check=0).json["warnings"][0]
    (tmp_path / "elsewhere").mkdir()
    added = run("-C", "Synced/harbor", "remote", "add", "backup", tmp_path / "elsewhere", check=0)
    assert text in added.err


def test_settings_of_dropbox_make_no_sync_root_of_the_home_folder(run, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".dropbox").mkdir()
    assert "lies in" not in run("init", "harbor", check=0).err
