"""Links, submodules and names that some system cannot keep are found by hook, status and validate."""

import os

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows makes no links and has no such names")


def codes(run, dataset, *more: str) -> list[tuple[str, str]]:
    found = run("validate", "--json", *more, cwd=dataset.path).json["findings"]
    return sorted((one["code"], one["part"]) for one in found if one["code"] in ("S010", "S011"))


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
