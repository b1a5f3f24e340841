"""Revisions, refs and commits, as git itself sees them."""

import contextlib
import errno
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.store.git import trees
from talekeep.store.git.commits import Signature
from talekeep.store.git.repository import Repository

WHO = Signature("Tess Tester", "tess@example.invalid", 1_700_000_000)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository.init(tmp_path / "r")


@pytest.fixture
def chain(repo: Repository) -> list[str]:
    """Five commits on main, oldest first."""
    made: list[str] = []
    for number in range(5):
        blob = repo.write_blobs([b"%d" % number])[0]
        tree = trees.apply(repo, trees.EMPTY, {"n": blob})
        made.append(repo.create_commit(tree, made[-1:], f"Commit {number}\n\nBody", WHO))
        assert repo.set_ref("HEAD", made[-1], made[-2] if number else None, f"commit: {number}")
    return made


@pytest.mark.parametrize(
    "revision",
    ["HEAD", "main", "refs/heads/main", "HEAD~0", "HEAD~", "HEAD^", "HEAD~2", "main^^", "HEAD~1^~", "main~4"],
)
def test_a_revision_is_what_git_says_it_is(repo: Repository, chain: list[str], git, revision: str) -> None:
    assert repo.resolve(revision) == git("rev-parse", revision, cwd=repo.path, check=0).out.strip()


def test_tags_light_and_annotated_lead_to_their_commit(repo: Repository, chain: list[str], git) -> None:
    git("tag", "light", chain[1], cwd=repo.path, check=0)
    git("tag", "-a", "v1", "-m", "A note", chain[2], cwd=repo.path, check=0)
    git("tag", "-a", "v2", "-m", "A tag of a tag", "v1", cwd=repo.path, check=0)

    assert repo.resolve("light") == chain[1]
    assert repo.resolve("v1") == repo.resolve("refs/tags/v1") == repo.resolve("v2") == chain[2]
    assert repo.resolve("v1~1") == chain[1]
    assert repo.refs()["refs/tags/v1"] == git("rev-parse", "v1", cwd=repo.path).out.strip() != chain[2]


def test_refs_that_git_packed_are_found_and_moved(repo: Repository, chain: list[str], git) -> None:
    git("branch", "old", chain[1], cwd=repo.path, check=0)
    git("pack-refs", "--all", cwd=repo.path, check=0)

    assert repo.resolve("old") == chain[1]
    assert repo.set_ref("refs/heads/old", chain[2], chain[1])
    assert git("rev-parse", "old", cwd=repo.path).out.strip() == chain[2]
    assert repo.set_ref("refs/heads/old", None, chain[2])
    assert git("rev-parse", "--verify", "-q", "old", cwd=repo.path).code == 1
    assert "refs/heads/old" not in repo.refs()


def test_a_beginning_of_an_id_is_enough_if_there_is_one(repo: Repository, chain: list[str]) -> None:
    assert repo.resolve(chain[2]) == repo.resolve(chain[2][:10]) == chain[2]
    with pytest.raises(NotFound, match="no revision 'ffffffffff'"):
        repo.resolve("ffffffffff")


def test_a_beginning_of_two_ids_is_refused(repo: Repository) -> None:
    ids = sorted(repo.write_blobs([b"%d" % n for n in range(900)]))
    shared = next(a[:4] for a, b in pairwise(ids) if a[:4] == b[:4])

    with pytest.raises(Refused, match=f"{shared} is the beginning of") as raised:
        repo.resolve(shared)

    assert "more digits" in (raised.value.hint or "")


def test_an_id_of_something_else_is_no_revision(repo: Repository, chain: list[str]) -> None:
    with pytest.raises(NotFound):
        repo.resolve(repo.write_blobs([b"only a blob"])[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "^",
        "HEAD~5",
        "nothing",
        "HEAD:file",
        "a b",
        "..",
        "@{yesterday}",
        "@{7}",
        "HEAD^2",
        "HEAD^{tree}",
        "@{-1}",
        "-",
        ":/no such words",
        "refs/",
        "-x",
        "é",
        "a\x00b",
        "/",
        "\udcff",
    ],
)
def test_what_names_nothing_is_not_found(repo: Repository, chain: list[str], text: str) -> None:
    with pytest.raises(NotFound):
        repo.resolve(text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=12) | st.text("/.~^@{}:-refsHEAD0", max_size=12))
def test_no_text_at_all_breaks_the_look_up(repo: Repository, text: str) -> None:
    with contextlib.suppress(NotFound, Refused, Usage):
        assert repo.resolve(text) in chain


def test_a_ref_moves_only_from_where_it_was_thought_to_be(repo: Repository, chain: list[str]) -> None:
    assert not repo.set_ref("refs/heads/main", chain[0], chain[1])
    assert not repo.set_ref("refs/heads/main", chain[0], None)
    assert not repo.set_ref("refs/heads/new", chain[0], chain[1])
    assert repo.ref("refs/heads/main") == chain[4]
    assert repo.ref("refs/heads/new") is None
    assert repo.set_ref("refs/heads/new", chain[0], None)
    assert repo.ref("refs/heads/new") == chain[0]
    assert list(repo.git_dir.rglob("*.lock*")) == []


def test_git_reflog_tells_every_move(repo: Repository, chain: list[str], git) -> None:
    for name in ("HEAD", "main"):
        rows = git("reflog", "show", "--format=%H %gs", name, cwd=repo.path, check=0).out.splitlines()
        assert rows == [f"{c} commit: {n}" for n, c in reversed(list(enumerate(chain)))]
    assert repo.set_ref("refs/heads/side", chain[0], None, "branch: Created from HEAD")
    assert len(git("reflog", "HEAD", cwd=repo.path).out.splitlines()) == 5
    assert "branch: Created" in git("reflog", "side", cwd=repo.path).out
    assert repo.resolve("main") == git("rev-parse", "main@{0}", cwd=repo.path, check=0).out.strip()


def test_commits_are_gits_commits(repo: Repository, chain: list[str], git) -> None:
    row = git("show", "-s", "--format=%T|%P|%an <%ae>|%at|%s", "HEAD", cwd=repo.path, check=0).out.strip()
    result = repo.commit(chain[4])

    assert row == f"{result.tree}|{chain[3]}|{result.author}|{result.time}|{result.subject}"
    assert [c.id for c in repo.walk(chain[4])] == chain[::-1]
    assert [c.id for c in repo.walk(chain[4], limit=2)] == chain[:2:-1]


def test_ancestry_is_what_git_says(repo: Repository, chain: list[str], git) -> None:
    side = repo.create_commit(repo.commit(chain[1]).tree, [chain[1]], "Side", WHO)

    assert repo.merge_base(side, chain[4]) == git("merge-base", side, chain[4], cwd=repo.path).out.strip()
    assert repo.is_ancestor(chain[1], side)
    assert not repo.is_ancestor(chain[2], side)
    assert repo.count_beyond(side, [chain[4]]) == 1
    alone = repo.create_commit(repo.commit(chain[1]).tree, [], "Alone", WHO)
    assert repo.merge_base(alone, chain[4]) is None


@pytest.mark.parametrize("name", ["a..b", "-x", "a b", "a~1", "x.lock", "", "/", "@{", "a//b"])
def test_a_branch_has_a_name_git_allows(name: str) -> None:
    with pytest.raises(Refused, match="no name for a branch"):
        Repository.branch_ref(name)


@pytest.mark.parametrize(
    ("packed", "taken", "wanted"),
    [(False, "a", "a/b"), (True, "a", "a/b"), (False, "a/b", "a"), (True, "a/b", "a")],
)
def test_a_branch_is_not_made_below_or_above_another(
    repo: Repository, chain: list[str], git, packed: bool, taken: str, wanted: str
) -> None:
    git("branch", taken, cwd=repo.path, check=0)
    if packed:
        git("pack-refs", "--all", cwd=repo.path, check=0)

    with pytest.raises(Refused, match=taken):
        repo.set_ref(f"refs/heads/{wanted}", chain[0], None)

    assert git("rev-parse", taken, cwd=repo.path, check=0).out.strip() == chain[4]
    assert git("for-each-ref", cwd=repo.path).err == ""


def test_a_ref_is_made_without_reading_the_others(repo: Repository, chain: list[str], monkeypatch) -> None:
    for number in range(30):
        assert repo.set_ref(f"refs/remotes/backup/laptop/b{number}", chain[0], None)
    refs, names = repo.dulwich.refs, []
    read = refs.read_ref
    monkeypatch.setattr(refs, "read_ref", lambda name: (names.append(name), read(name))[1])

    assert repo.set_ref("refs/remotes/backup/laptop/another", chain[1], None)

    assert not [name for name in names if b"/b" in name.removeprefix(b"refs/remotes/backup")]


def test_a_log_that_cannot_be_written_is_named_and_the_ref_stays(
    repo: Repository, chain: list[str], monkeypatch
) -> None:
    place = repo.git_dir / "logs/refs/heads/new"
    opened = Path.open

    def refuse(path: Path, *words, **options):
        if path == place:
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, *words, **options)

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(Outside, match=r"cannot write .*logs/refs/heads/new"):
        repo.set_ref("refs/heads/new", chain[0], None)

    assert repo.ref("refs/heads/new") is None


def test_opening_what_is_no_repository_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not a git repository"):
        Repository.open(tmp_path)


def test_a_removed_branch_leaves_neither_folder_nor_packed_line(
    repo: Repository, chain: list[str], git
) -> None:
    git("branch", "a/b/c", chain[1], cwd=repo.path, check=0)
    git("tag", "-a", "v1", "-m", "note", chain[2], cwd=repo.path, check=0)
    git("pack-refs", "--all", cwd=repo.path, check=0)
    git("update-ref", "refs/heads/a/b/c", chain[3], cwd=repo.path, check=0)

    assert not repo.set_ref("refs/heads/a/b/c", None, chain[1])
    assert repo.set_ref("refs/heads/a/b/c", None, chain[3])
    assert repo.set_ref("refs/tags/v1", None, repo.refs()["refs/tags/v1"])

    assert git("for-each-ref", "--format=%(refname)", cwd=repo.path, check=0).out == "refs/heads/main\n"
    assert git("fsck", "--strict", cwd=repo.path, check=0).err == ""
    assert repo.set_ref("refs/heads/a", chain[1], None)
    (repo.path / ".git/refs/heads/empty/inside").mkdir(parents=True)
    assert repo.set_ref("refs/heads/empty", chain[1], None)


def test_no_mark_of_a_lock_ever_lies_where_git_looks_for_refs(
    repo: Repository, chain: list[str], git
) -> None:
    places: list[str] = []
    link = os.link

    def noting(source: object, target: object) -> None:
        places.append(str(source))
        link(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "link", noting)
        repo.set_ref("refs/heads/side", chain[1], None)
        repo.set_head("refs/heads/side")
        repo.set_ref("refs/heads/main", None, chain[4])
        repo.settings.set({("a", None, "b"): "c"})

    assert len(places) == 5
    assert all("/.git/talekeep/" in place for place in places)


def test_a_commit_in_another_encoding_is_read_in_it(repo: Repository, chain: list[str], git) -> None:
    words = ["-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-F", "-"]
    git(*words, cwd=repo.path, input="café\n".encode("latin-1"), check=0)
    assert repo.commit(str(repo.head())).subject == "café"


def test_on_a_disk_where_every_file_is_executable_git_is_told_not_to_look(tmp_path, monkeypatch) -> None:
    with monkeypatch.context() as disk:
        disk.setattr(os, "chmod", lambda *_, **__: None)
        Repository.init(tmp_path / "exfat").close()
    Repository.init(tmp_path / "ext4").close()
    lines = [(tmp_path / name / ".git/config").read_text() for name in ("exfat", "ext4")]
    assert "filemode = false" in lines[0]
    assert os.name == "nt" or "filemode = true" in lines[1]
    assert not [*(tmp_path / "exfat/.git").glob("modes-*")]
