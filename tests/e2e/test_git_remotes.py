"""Ordinary git repositories as sources and remotes: by path and by ssh, with git on PATH and without."""

import json
import os
import shlex
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

# How a repository is reached: opened in place, by git, or by dulwich where there is no git.
WAYS = ["path", "git over ssh", "dulwich over ssh"]


def rewrite(dataset: Path, number: int, text: str) -> None:
    """Give the last message of an entry of the first part another text."""
    part = sorted(dataset.glob("entries/*/*.jsonl"))[0]
    lines = part.read_text(encoding="utf-8").split("\n")
    entry = json.loads(lines[number - 1])
    entry["messages"][-1]["content"] = text
    lines[number - 1] = json.dumps(entry, separators=(",", ":"))
    part.write_text("\n".join(lines), encoding="utf-8")


def script(place: Path, text: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    place.chmod(place.stat().st_mode | stat.S_IXUSR)
    return place


class Way:
    """Reaches a repository in one of the ways; `url` is its address, `tk` runs Talekeep so."""

    def __init__(self, name: str, tk: Any, folder: Path, program: str) -> None:
        self.name, self.tk = name, tk
        self.env: dict[str, str] = {}
        if name != "path":
            # Runs what the other machine would: the last argument, after the host.
            git = shutil.which("git")
            ssh = script(folder / "ssh", f'#!/bin/sh\nfor last; do :; done\nexec {git} shell -c "$last"\n')
            self.env = {"GIT_SSH_COMMAND": shlex.quote(str(ssh)), "GIT_ALLOW_PROTOCOL": "ssh"}
        if name.startswith("dulwich"):
            (folder / "programs").mkdir()
            (folder / "programs" / Path(program).name).symlink_to(program)
            self.env["PATH"] = str(folder / "programs")

    def url(self, place: Path) -> str:
        return str(place) if self.name == "path" else f"ssh://keeper@lighthouse.invalid{place}"

    def __call__(self, *words: Any, **options: Any) -> Any:
        return self.tk(*words, env=self.env, **options)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, tk: Any, talekeep: list[str], tmp_path: Path, git: Any) -> Way:
    if request.param != "path" and sys.platform == "win32":
        pytest.skip("the stand-in for ssh is a shell script")
    return Way(request.param, tk, tmp_path / "way", talekeep[0])


@pytest.fixture
def bare(harbor: Path, git: Any, tmp_path: Path) -> Path:
    """A bare copy of `harbor` with a second branch and two tags."""
    git("branch", "side", cwd=harbor, check=0)
    git("tag", "-a", "v1", "-m", "a note", cwd=harbor, check=0)
    git("tag", "plain", cwd=harbor, check=0)
    git("clone", "-q", "--bare", harbor, tmp_path / "shared here.git", check=0)
    return tmp_path / "shared here.git"


@pytest.fixture
def refs(git: Any) -> Callable[..., dict[str, str]]:
    def read(repo: Path, *under: str) -> dict[str, str]:
        listed = git("for-each-ref", "--format=%(refname) %(objectname)", *under, cwd=repo, check=0).out
        return dict(line.split(" ") for line in listed.splitlines())

    return read


def files(dataset: Path) -> dict[str, bytes]:
    results = (p for p in dataset.rglob("*") if p.is_file() and ".git" not in p.relative_to(dataset).parts)
    return {p.relative_to(dataset).as_posix(): p.read_bytes() for p in results}


# Clone


def test_a_clone_is_a_whole_dataset_with_git_refs_and_settings_as_git_would_leave_them(
    way: Way,
    bare: Path,
    harbor: Path,
    git: Any,
    tk: Any,
    refs: Any,
    sound: Any,
    validated: Any,
    tmp_path: Path,
) -> None:
    way("clone", way.url(bare), tmp_path / "mine")

    mine, url = tmp_path / "mine", "../bare" if way.name == "path" else way.url(bare)
    git("clone", "-q", bare, tmp_path / "gits", check=0)
    git("config", "remote.origin.url", url, cwd=tmp_path / "gits", check=0)
    assert refs(mine) == refs(tmp_path / "gits")
    for name in ("HEAD", "refs/remotes/origin/HEAD"):
        output = [git("symbolic-ref", name, cwd=folder, check=0).out for folder in (mine, tmp_path / "gits")]
        assert output[0] == output[1]
    for key in ("remote.origin.fetch", "branch.main.remote", "branch.main.merge"):
        output = [git("config", key, cwd=folder, check=0).out for folder in (mine, tmp_path / "gits")]
        assert output[0] == output[1]
    assert git("config", "remote.origin.url", cwd=mine).out.strip() == way.url(bare)
    assert files(mine) == files(harbor)
    way("setup", "--check", cwd=mine)
    validated(mine)
    sound(mine)


def test_a_clone_takes_no_hooks_and_no_settings_of_the_source(
    harbor: Path, git: Any, tk: Any, tmp_path: Path
) -> None:
    trap = f"#!/bin/sh\ntouch {shlex.quote(str(tmp_path / 'sprung'))}\n"
    for name in ("post-checkout", "upload-pack", "post-upload-pack", "reference-transaction"):
        script(harbor / ".git/hooks" / name, trap)
    fsmonitor = script(tmp_path / "trap", trap)
    for key in ("core.fsmonitor", "core.sshCommand", "uploadpack.packObjectsHook", "core.pager"):
        git("config", key, fsmonitor, cwd=harbor, check=0)

    tk("clone", harbor, tmp_path / "mine")
    tk("clone", f"file://{harbor}", tmp_path / "again")

    assert not (tmp_path / "sprung").exists()
    assert "fsmonitor" not in (tmp_path / "mine/.git/config").read_text()
    hooks = [hook.read_text() for hook in (tmp_path / "mine/.git/hooks").iterdir()]
    assert not [text for text in hooks if "sprung" in text]


def test_the_folder_is_named_as_git_would_name_it(bare: Path, harbor: Path, tk: Any, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()

    tk("clone", bare, cwd=tmp_path / "there")
    tk("clone", "../harbor/.git", cwd=tmp_path / "there", check=None)

    assert (tmp_path / "there/shared here/talekeep.toml").is_file()


def test_a_repository_that_is_no_dataset_is_refused_and_nothing_is_left(
    way: Way, git: Any, tmp_path: Path
) -> None:
    git("init", "-q", tmp_path / "code", check=0)
    (tmp_path / "code/main.c").write_text("int main;\n")
    git("add", ".", cwd=tmp_path / "code", check=0)
    git("commit", "-qm", "x", cwd=tmp_path / "code", check=0)
    before = sorted(p.name for p in tmp_path.iterdir())

    refused = way("clone", way.url(tmp_path / "code"), tmp_path / "mine", check=4)

    assert "is no dataset" in refused.err
    assert "init mine --force" in refused.err
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_an_empty_repository_and_none_at_all_are_refused(way: Way, git: Any, tmp_path: Path) -> None:
    git("init", "-q", "--bare", tmp_path / "empty.git", check=0)

    assert "is empty" in way("clone", way.url(tmp_path / "empty.git"), tmp_path / "a", check=4).err
    assert way("clone", way.url(tmp_path / "nothing.git"), tmp_path / "b", check=5).err
    assert [p for p in tmp_path.iterdir() if p.name.startswith((".", "a", "b"))] == []


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("120000 blob BLOB\tlink", id="link"),
        pytest.param(f"160000 commit {'01' * 20}\tmodule", id="submodule", marks=pytest.mark.slow),
        pytest.param("100644 blob BLOB\t..\\..\\startup.bat", id="outwards", marks=pytest.mark.slow),
        pytest.param("100644 blob BLOB\tGIT~1", id="git-short", marks=pytest.mark.slow),
        pytest.param("100644 blob BLOB\tnul.txt", id="device"),
        pytest.param("100644 blob BLOB\ta\x1b[2Jb", id="escape", marks=pytest.mark.slow),
    ],
)
def test_no_harmful_name_of_a_repository_is_put_on_disk(
    entry: str, way: Way, harbor: Path, git: Any, tmp_path: Path
) -> None:
    plant(git, harbor, entry)
    before, name = sorted(p.name for p in tmp_path.iterdir()), entry.partition("\t")[2]

    result = way("clone", way.url(harbor), tmp_path / "mine", check=None)

    # Nothing, where git takes the name for its own folder; else all but that name, and it is said.
    assert result.code == (4 if name == "GIT~1" else 0), result.err
    assert "\x1b" not in result.err + result.out
    if result.code:
        assert sorted(p.name for p in tmp_path.iterdir()) == before
        return
    assert not [p for p in (tmp_path / "mine").rglob("*") if p.is_symlink() or "\\" in p.name]
    if name != "nul.txt":
        assert "in the history and not in the folder" in result.err
        assert not os.path.lexists(tmp_path / "mine" / name)


def test_what_was_pushed_to_a_repository_is_cloned_from_it(
    way: Way, harbor: Path, git: Any, tk: Any, tmp_path: Path
) -> None:
    """Links, submodules, executables and odd names at a tip: the same refs come back, and plain files."""
    for row in ("120000 blob BLOB\tlink", f"160000 commit {'01' * 20}\tmodule", "100755 blob BLOB\trun.sh"):
        plant(git, harbor, row)
    git("init", "-q", "--bare", tmp_path / "hub.git", check=0)
    git("push", "-q", "--no-verify", tmp_path / "hub.git", "main", cwd=harbor, check=0)

    way("clone", way.url(tmp_path / "hub.git"), tmp_path / "mine", check=0)

    heads = [git("rev-parse", "main", cwd=place, check=0).out for place in (harbor, tmp_path / "mine")]
    assert heads[0] == heads[1]
    assert git("status", "--porcelain", cwd=tmp_path / "mine", check=0).out == ""
    assert tk("status", "--json", cwd=tmp_path / "mine").json["entries"] == 3


def plant(git: Any, harbor: Path, entry: str) -> None:
    """Commit a tree entry that no dataset may have."""
    blob = git("hash-object", "-w", "--stdin", cwd=harbor, input="/etc/passwd", check=0).out.strip()
    listed = git("ls-tree", "-z", "HEAD", cwd=harbor, check=0).out + entry.replace("BLOB", blob) + "\0"
    tree = git("mktree", "-z", "--missing", cwd=harbor, input=listed, check=0).out.strip()
    made = git("commit-tree", "-p", "HEAD", "-m", "x", tree, cwd=harbor, check=0).out.strip()
    git("update-ref", "refs/heads/main", made, cwd=harbor, check=0)


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% sprung",
        "fd::17",
        "--upload-pack=touch sprung",
        "ssh://-oProxyCommand=touch%20sprung/x",
        "-oProxyCommand=touch sprung:x",
        "git://lighthouse.invalid/x",
        "https://mara:secret@lighthouse.invalid/x",
        "https://lighthouse.invalid/x?token=secret",
    ],
)
def test_addresses_that_run_programs_or_hold_secrets_are_refused(
    url: str, harbor: Path, tk: Any, tmp_path: Path
) -> None:
    env = {"GIT_ALLOW_PROTOCOL": "ext:fd:ssh:https:git:file"}
    before = (harbor / ".git/config").read_bytes()

    cloned = tk("clone", "--", url, tmp_path / "mine", check=None, env=env)
    added = tk("remote", "add", "other", "--", url, cwd=harbor, check=None, env=env)

    assert (cloned.code, added.code) in ((2, 2), (4, 4))
    assert "secret" not in cloned.err + added.err
    assert (harbor / ".git/config").read_bytes() == before
    assert not (tmp_path / "mine").exists()
    assert list(tmp_path.rglob("sprung")) == []


# Remotes


def test_two_people_exchange_their_work_through_a_repository(
    way: Way, bare: Path, tk: Any, git: Any, refs: Any, sound: Any, validated: Any, tmp_path: Path
) -> None:
    for name in ("wren", "mara"):
        way("clone", way.url(bare), tmp_path / name)
        tk("remote", "allow", "origin", cwd=tmp_path / name)
    wren, mara = tmp_path / "wren", tmp_path / "mara"
    rewrite(wren, 1, "Written by wren.")
    tk("commit", "-m", "by wren", cwd=wren)
    tk("snapshot", "draft", cwd=wren)
    rewrite(mara, 2, "Written by mara.")
    tk("commit", "-m", "by mara", cwd=mara)

    pushed = way("push", "origin", "--json", cwd=wren).json
    refused = way("push", "origin", cwd=mara, check=4)
    fetched = way("fetch", "--json", cwd=mara).json
    tk("merge", "origin/main", cwd=mara)
    way("push", "origin", cwd=mara)
    way("fetch", "origin", cwd=wren)
    tk("merge", "origin/main", cwd=wren)

    assert [row["ref"] for row in pushed["moved"]] == ["refs/heads/main", "refs/tags/draft"]
    assert "talekeep fetch origin && talekeep merge origin/main" in refused.err
    assert {row["ref"] for row in fetched["moved"]} == {"refs/remotes/origin/main", "refs/tags/draft"}
    assert files(wren) == files(mara)
    assert b"Written by wren." in b"".join(files(mara).values())
    assert refs(bare, "refs/heads/main").popitem()[1] == git("rev-parse", "HEAD", cwd=wren).out.strip()
    assert refs(wren, "refs/remotes/origin/main") == refs(mara, "refs/remotes/origin/main")
    assert "Nothing new" in way("push", "origin", cwd=wren).out
    for repo in (wren, mara):
        sound(repo)
        validated(repo)
    git("fsck", "--full", "--strict", cwd=bare, check=0)


def test_what_was_not_validated_is_not_pushed(
    way: Way, bare: Path, git: Any, refs: Any, tk: Any, tmp_path: Path
) -> None:
    way("clone", way.url(bare), tmp_path / "mine")
    tk("remote", "allow", "origin", cwd=tmp_path / "mine")
    before = refs(bare)
    part = sorted((tmp_path / "mine").glob("entries/*/*.jsonl"))[0]
    part.write_bytes(part.read_bytes()[:-4])
    git("commit", "-qam", "x", "--no-verify", cwd=tmp_path / "mine", check=0)

    refused = way("push", "origin", cwd=tmp_path / "mine", check=None)

    assert refused.code in (1, 4)
    assert refs(bare) == before


def test_fetch_takes_a_history_with_a_link_and_a_merge_leaves_it_to_git(
    way: Way, harbor: Path, git: Any, refs: Any, sound: Any, tmp_path: Path
) -> None:
    way("clone", way.url(harbor), tmp_path / "mine")
    before = refs(tmp_path / "mine", "refs/heads/main")
    plant(git, harbor, "120000 blob BLOB\tlink")

    way("fetch", "origin", cwd=tmp_path / "mine")
    refused = way("merge", "origin/main", cwd=tmp_path / "mine", check=4)

    assert "link" in refused.err
    assert refs(tmp_path / "mine", "refs/heads/main") == before
    assert not os.path.lexists(tmp_path / "mine/link")
    sound(tmp_path / "mine")


def test_a_remote_that_is_added_is_listed_used_and_forgotten(
    way: Way, harbor: Path, git: Any, refs: Any, tk: Any, tmp_path: Path
) -> None:
    git("init", "-q", "--bare", tmp_path / "new.git", check=0)
    (tmp_path / "synced").mkdir()
    way("remote", "add", "backup", tmp_path / "synced", cwd=harbor, check=None if way.env else 0)

    added = way("remote", "add", "team", way.url(tmp_path / "new.git"), "--json", cwd=harbor).json
    way("push", "team", cwd=harbor)

    assert added["remotes"][0]["kind"] == "git"
    listed = {r["name"]: r for r in tk("remote", "list", "--json", cwd=harbor).json["remotes"]}
    assert listed["team"]["url"] == way.url(tmp_path / "new.git")
    assert listed["backup"]["kind"] == "folder"
    assert refs(tmp_path / "new.git") == refs(harbor, "refs/heads/main")
    assert git("status", "-sb", cwd=harbor, check=0).out == "## main...team/main\n"
    tk("remote", "remove", "team", cwd=harbor)
    assert "team" not in (harbor / ".git/config").read_text()
    assert refs(harbor, "refs/remotes/team") == {}
    assert refs(tmp_path / "new.git") == refs(harbor, "refs/heads/main")


def test_a_relative_address_is_seen_from_the_top_folder(
    bare: Path, harbor: Path, tk: Any, git: Any, tmp_path: Path
) -> None:
    """As git sees it; Talekeep may be called from anywhere, with -C or from a folder inside."""
    git("remote", "add", "origin", "../shared here.git", cwd=harbor, check=0)
    tk("remote", "allow", "origin", cwd=harbor)
    for place in (tmp_path, tmp_path.parent, harbor / "entries", harbor):
        tk("-C", os.path.relpath(harbor, place), "fetch", "origin", cwd=place)
    tk("fetch", "origin", cwd=harbor / "entries/0000")
    git("commit", "-q", "--allow-empty", "-m", "more", cwd=harbor, check=0)
    tk("-C", "harbor", "push", "origin", cwd=tmp_path)
    tips = [git("rev-parse", "main", cwd=place, check=0).out for place in (harbor, bare)]
    assert tips[0] == tips[1]


def test_tags_of_other_branches_stay_at_home(
    way: Way, bare: Path, git: Any, tk: Any, refs: Any, tmp_path: Path
) -> None:
    way("clone", way.url(bare), tmp_path / "mine")
    mine = tmp_path / "mine"
    tk("remote", "allow", "origin", cwd=mine)
    tk("branch", "private", cwd=mine)
    tk("switch", "private", cwd=mine)
    rewrite(mine, 1, "For nobody.")
    tk("commit", "-m", "mine", cwd=mine)
    tk("snapshot", "secret-ending", cwd=mine)
    tk("switch", "main", cwd=mine)
    rewrite(mine, 2, "For all.")
    tk("commit", "-m", "ours", cwd=mine)

    way("push", "origin", cwd=mine)

    assert not {"refs/tags/secret-ending", "refs/heads/private"} & refs(bare).keys()


def test_a_branch_that_is_checked_out_there_is_not_moved(
    harbor: Path, tk: Any, refs: Any, tmp_path: Path
) -> None:
    tk("clone", harbor, tmp_path / "mine")
    tk("remote", "allow", "origin", cwd=tmp_path / "mine")
    rewrite(tmp_path / "mine", 1, "Changed.")
    tk("commit", cwd=tmp_path / "mine")
    before, work = refs(harbor), files(harbor)

    refused = tk("push", "origin", cwd=tmp_path / "mine", check=4)

    assert "checked out there" in refused.err
    assert (refs(harbor), files(harbor)) == (before, work)


def test_what_was_cloned_is_pushed_back_unasked_and_nowhere_else(
    way: Way, bare: Path, git: Any, tk: Any, refs: Any, tmp_path: Path
) -> None:
    way("clone", way.url(bare), tmp_path / "mine")
    mine, other = tmp_path / "mine", tmp_path / "other.git"
    git("init", "-q", "--bare", other, check=0)
    rewrite(mine, 1, "For both of us.")
    tk("commit", cwd=mine)

    way("push", "origin", cwd=mine)
    git("remote", "add", "other", other, cwd=mine, check=0)
    by_git = git("push", "other", "main", cwd=mine)

    assert refs(bare)["refs/heads/main"] == refs(mine)["refs/heads/main"]
    assert "never allowed" in by_git.err
    assert refs(other) == {}


def test_keys_do_not_leave_for_another_machine_unasked(
    way: Way, harbor: Path, git: Any, sh: Any, refs: Any, tk: Any, tmp_path: Path
) -> None:
    git("init", "-q", "--bare", tmp_path / "new.git", check=0)
    way("remote", "add", "team", way.url(tmp_path / "new.git"), cwd=harbor)
    rewrite(harbor, 1, "Ask mara@harrowpoint.org for AKIAQWERTYUIOPASDFGH.")
    tk("commit", cwd=harbor)

    result = way("push", "team", cwd=harbor, check=None)
    if way.name == "path":
        assert (result.code, result.err) == (0, "")
        return
    over_ssh = {name: value for name, value in way.env.items() if name != "PATH"}
    by_git = sh("git", "push", "team", "main", cwd=harbor, env=over_ssh, check=None)

    for outcome, code in ((result, 4), (by_git, 1)):
        assert outcome.code == code
        assert "C414 secret-key" in outcome.err
        assert "talekeep remote allow team --secrets" in outcome.err
        assert "AKIAQ" not in outcome.err
    assert refs(tmp_path / "new.git") == {}
    tk("remote", "allow", "team", "--secrets", cwd=harbor)
    assert "C411 email-address" in way("push", "team", cwd=harbor).err
    assert refs(tmp_path / "new.git") == refs(harbor, "refs/heads/main")


def test_a_repository_that_is_gone_is_named_in_one_line(
    way: Way, bare: Path, tk: Any, tmp_path: Path
) -> None:
    way("clone", way.url(bare), tmp_path / "mine")
    tk("remote", "allow", "origin", cwd=tmp_path / "mine")
    shutil.move(bare, tmp_path / "elsewhere")

    for verb in ("push", "fetch"):
        failed = way(verb, "origin", cwd=tmp_path / "mine", check=None)
        assert failed.code in (3, 5)
        assert len([line for line in failed.err.splitlines() if line.startswith("error:")]) == 1
        assert os.fspath(bare) in failed.err
