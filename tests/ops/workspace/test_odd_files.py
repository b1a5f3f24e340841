"""Links, submodules and names that some system cannot keep are found by hook, status and validate."""

import os

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows makes no links and has no such names")


def codes(run, dataset, *more: str) -> list[tuple[str, str]]:
    findings = run("validate", "--json", *more, cwd=dataset.path).json["findings"]
    mine = ("S010", "S011", "S012", "S013")
    return sorted((one["code"], one["part"]) for one in findings if one["code"] in mine)


def test_the_hook_refuses_a_link_and_lets_it_go_again(dataset, take, talk, run, git) -> None:
    take([talk("one")])
    (dataset.path / "link").symlink_to("/etc/passwd")
    git("add", "link", cwd=dataset.path, check=0)

    refused = git("commit", "-qm", "x", cwd=dataset.path)

    assert refused.code != 0
    assert "S010" in refused.err
    assert "link is a symbolic link" in refused.err
    assert codes(run, dataset) == codes(run, dataset, "--staged") == [("S010", "link")]
    assert any(
        "link is a symbolic link" in w for w in run("status", "--json", cwd=dataset.path).json["warnings"]
    )
    git("commit", "-qm", "x", "--no-verify", cwd=dataset.path, check=0)
    assert codes(run, dataset, "--rev", "HEAD") == [("S010", "link")]
    # What came in anyway stops no later commit, and may go.
    git("commit", "-q", "--allow-empty", "-m", "later", cwd=dataset.path, check=0)
    git("rm", "-q", "link", cwd=dataset.path, check=0)
    git("commit", "-qm", "gone", cwd=dataset.path, check=0)
    assert codes(run, dataset) == []


def test_a_submodule_is_refused(dataset, git) -> None:
    row = f"160000 {'01' * 20}\tmodule\n"
    git("update-index", "--index-info", cwd=dataset.path, input=row, check=0)

    assert "module is a submodule" in git("commit", "-qm", "x", cwd=dataset.path).err


def test_names_some_system_cannot_keep_are_warned_of_and_others_are_not(dataset, run, git) -> None:
    for name in ("My notes.md", "ключ.txt", "A.md", "a.md", "aux.txt", "x:y"):
        (dataset.path / name).write_text("x")
    git("add", "-A", cwd=dataset.path, check=0)

    git("commit", "-qm", "x", cwd=dataset.path, check=0)

    named = [("S011", name) for name in ("a.md", "aux.txt", "x:y")]
    assert codes(run, dataset) == codes(run, dataset, "--rev", "HEAD") == named
    warned = " ".join(run("status", "--json", cwd=dataset.path).json["warnings"])
    assert all(name in warned for _, name in named)
    assert "My notes" not in warned


def test_an_executable_is_found_by_hook_status_and_validate(dataset, take, talk, run, git) -> None:
    take([talk("one")])
    (part,) = dataset.path.glob("entries/*/*.jsonl")
    name = part.relative_to(dataset.path).as_posix()
    part.chmod(0o755)
    (dataset.path / "run.sh").write_text("echo\n")
    (dataset.path / "run.sh").chmod(0o755)
    git("add", "-A", cwd=dataset.path, check=0)

    result = git("commit", "-qm", "x", cwd=dataset.path, check=0)

    assert f"talekeep: {name}: S012" in result.err
    assert "run.sh is executable" in result.err
    assert codes(run, dataset) == codes(run, dataset, "--rev", "HEAD") == [("S012", name), ("S012", "run.sh")]
    warned = run("status", "--json", cwd=dataset.path).json["warnings"]
    hint = next(one for one in warned if name in one).partition("; ")[2]
    git(*hint.split()[1:], cwd=dataset.path, check=0)
    # What an earlier commit brought is not told again.
    result = git("commit", "-qm", "mended", cwd=dataset.path, check=0)
    assert "S012" not in result.err
    assert codes(run, dataset) == [("S012", "run.sh")]


def test_of_many_executables_status_names_a_few(dataset, run, git) -> None:
    for number in range(9):
        (dataset.path / f"run{number}.sh").write_text("echo\n")
        (dataset.path / f"run{number}.sh").chmod(0o755)
    git("add", "-A", cwd=dataset.path, check=0)
    warned = [one for one in run("status", "--json", cwd=dataset.path).json["warnings"] if "like that" in one]
    assert warned == ["6 more files like that: talekeep validate --select S012"]


def test_a_name_some_system_cannot_keep_is_told_at_the_commit(dataset, git) -> None:
    (dataset.path / "aux.txt").write_text("x")
    git("add", "-A", cwd=dataset.path, check=0)
    assert "talekeep: aux.txt: S011" in git("commit", "-qm", "x", cwd=dataset.path, check=0).err


@pytest.mark.parametrize("to", ["Entries/0000", "ENTRIES/0000", "old/entries/0000", "."])
def test_entries_moved_where_they_are_not_read_are_told(dataset, take, talk, run, git, to: str) -> None:
    take([talk("one")])
    (part,) = dataset.path.glob("entries/*/*.jsonl")
    (dataset.path / to).mkdir(parents=True, exist_ok=True)
    git("mv", part, to, cwd=dataset.path, check=0)

    result = git("commit", "-qm", "x", cwd=dataset.path, check=0)

    assert "this commit leaves no entry of 1" in result.err
    assert "S013" in result.err
    place = f"{to}/{part.name}".removeprefix("./")
    assert codes(run, dataset) == [("S013", place)]
    assert any(place in one for one in run("status", "--json", cwd=dataset.path).json["warnings"])


def test_a_commit_that_takes_out_every_entry_says_so(dataset, take, talk, git) -> None:
    take([talk("one"), talk("two")])
    git("rm", "-rq", "entries", "sidecars", cwd=dataset.path, check=0)
    assert "this commit leaves no entry of 2" in git("commit", "-qm", "x", cwd=dataset.path, check=0).err
    assert "no entry" not in git("commit", "-q", "--allow-empty", "-m", "y", cwd=dataset.path, check=0).err


def test_files_of_ones_own_beside_the_entries_are_no_matter(dataset, run, git) -> None:
    (dataset.path / "raw").mkdir()
    (dataset.path / "raw/chat.jsonl").write_text("{}\n")
    git("add", "-A", cwd=dataset.path, check=0)
    assert "talekeep:" not in git("commit", "-qm", "x", cwd=dataset.path, check=0).err
    assert codes(run, dataset) == []


def test_a_link_among_the_entries_is_named_and_never_followed(
    dataset, take, talk, run, git, tmp_path
) -> None:
    take([talk("one")])
    (part,) = dataset.path.glob("entries/*/*.jsonl")
    private = tmp_path / "private"
    (private / "0001").mkdir(parents=True)
    line = part.read_text().replace('"id":"0', '"id":"1').replace("one", "of another folder")
    for name in ("private.jsonl", "0001/00256-abcd.jsonl"):
        (private / name).write_text(line)
    links = {"entries/0000/00007-aaaa.jsonl": "private.jsonl", "entries/0001": "0001", "sidecars/x": "gone"}
    for place, to in links.items():
        (dataset.path / place).parent.mkdir(parents=True, exist_ok=True)
        (dataset.path / place).symlink_to(private / to)

    status = run("status", "--json", cwd=dataset.path, check=0).json

    assert status["entries"] == 1
    assert not any(status["changes"].values())
    assert [any(place in one for one in status["warnings"]) for place in links] == [True] * 3
    assert run("list", "--json", cwd=dataset.path, check=0).json["total"] == 1
    run("commit", "-m", "all", cwd=dataset.path)
    assert "of another folder" not in git("grep", "-h", "messages", "HEAD", cwd=dataset.path).out
