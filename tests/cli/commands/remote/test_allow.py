"""`remote allow`: what it says, and that a dry run notes nothing."""

from pathlib import Path


def test_allowing_says_where_pushes_may_go(run, harbor: Path, git) -> None:
    git("remote", "add", "origin", "https://tess@example.org/h.git", cwd=harbor, check=0)

    looked = run("-C", harbor, "remote", "allow", "origin", "-n", check=0)
    assert looked.out == "Would be noted: pushes may go to https://example.org/h.git\n"
    assert "talekeep-push" not in (harbor / ".git/config").read_text()
    result = run("-C", harbor, "remote", "allow", "origin", check=0)
    assert result.out == "Pushes may go to https://example.org/h.git\n"
    back = run("-C", harbor, "remote", "allow", "https://example.org/h.git", "--take-back", check=0)
    assert back.out == "Pushes may no longer go to https://example.org/h.git\n"


def test_json_names_the_place(run, harbor: Path) -> None:
    answer = run("-C", harbor, "remote", "allow", "git@example.org:h.git", "--json", check=0).json

    assert answer["remotes"] == [{"url": "git@example.org:h.git", "allowed": True, "name": None}]
    assert run("-C", harbor, "remote", "allow", "nowhere", check=3).err.startswith(
        "error: there is no remote"
    )
