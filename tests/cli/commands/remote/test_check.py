"""`remote check`, `remote prune` and `remote forget-machine` as people and scripts see them."""

import re
from pathlib import Path

import pytest


@pytest.fixture
def mirror(run, harbor: Path, edit) -> Path:
    """The mirror folder of `harbor`, four times edited and pushed to, everything each time."""
    (harbor.parent / "synced").mkdir()
    run("-C", harbor, "remote", "add", "backup", "../synced", "--label", "laptop", check=0)
    run("-C", harbor, "config", "mirror.prune", "off", check=0)
    for n in range(4):
        edit("Answer 0." if n == 0 else f"Edit {n - 1}.", f"Edit {n}.")
        run("-C", harbor, "commit", check=0)
        run("-C", harbor, "push", "--full", check=0)
    return harbor.parent / "synced" / "harbor-backup"


def plain(text: str) -> str:
    return re.sub(r"\b[0-9a-f]{8}\b", "…", text)


def test_check_says_what_was_looked_at_and_what_was_not(run, harbor: Path, mirror: Path) -> None:
    result = run("-C", harbor, "remote", "check", check=0)

    assert plain(result.out).splitlines() == [
        "good: the newest push of each machine is whole",
        "  checked      laptop-… push 4: checksums of 1 file",
        "  not checked  laptop-… push 3 (--all)",
        "  not checked  laptop-… push 2 (--all)",
        "  not checked  laptop-… push 1 (--all)",
        "  not checked  whether it can be put together (--restore)",
        "  not checked  whether the sync program has uploaded it",
    ]


def test_check_restores_every_generation_and_counts_the_entries(run, harbor: Path, mirror: Path) -> None:
    answer = run("-C", harbor, "remote", "check", "--restore", "--all", "--json", check=0).json

    assert answer.keys() >= {"state", "checked", "unchecked"}
    assert (answer["schema"], answer["ok"], answer["state"]) == ("talekeep.remote-check/1", True, "good")
    assert len(answer["checked"]) == 4
    assert all(line.endswith("objects followed, 3 entries counted") for line in answer["checked"])
    assert answer["unchecked"] == ["whether the sync program has uploaded it"]


@pytest.mark.parametrize(("push", "state"), [("000004", "older"), ("000002", "partly")])
def test_damage_is_a_no(run, harbor: Path, mirror: Path, push: str, state: str) -> None:
    bundle = next(mirror.rglob(f"{push}-full*"))
    data = bundle.read_bytes()
    bundle.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))

    answer = run("-C", harbor, "remote", "check", "--all", "--json", check=1).json

    assert (answer["ok"], answer["state"]) == (False, state)
    assert any(bundle.name in problem for problem in answer["problems"])


def test_prune_tells_first_and_deletes_when_asked(run, harbor: Path, mirror: Path) -> None:
    before = sorted(p.name for p in mirror.rglob("*"))

    result = run("-C", harbor, "remote", "prune", "--keep", "2", "--days", "0", check=0)

    assert result.out.startswith("Would delete 4 files (")
    assert result.err == "nothing was deleted; to do it, add --carry-out\n"
    assert sorted(p.name for p in mirror.rglob("*")) == before

    answer = run(
        *("-C", harbor, "remote", "prune", "--keep", "2", "--days", "0", "--carry-out", "--json"), check=0
    ).json
    assert (answer["kept"], len(answer["removed"]), answer["done"]) == ([3, 4], 4, True)
    assert len(list(mirror.rglob("*.bundle"))) == 2
    assert run("-C", harbor, "remote", "prune", check=0).out.startswith("Nothing to clear away")


def test_forget_machine_names_the_machines_there_are(run, harbor: Path, mirror: Path) -> None:
    result = run("-C", harbor, "remote", "forget-machine", "desktop-00000000", check=3)

    assert result.err.splitlines() == [
        "error: no other machine here is called desktop-00000000",
        "hint: other machines: none",
    ]


def test_forget_machine_removes_what_is_held_elsewhere(run, harbor: Path, mirror: Path) -> None:
    run("clone", mirror, harbor.parent / "desk", check=0)
    run("-C", harbor.parent / "desk", "push", "backup", check=0)
    (desk,) = (p.name for p in mirror.iterdir() if p.is_dir() and not p.name.startswith("laptop"))

    result = run("-C", harbor, "remote", "forget-machine", desk, check=0)
    assert (mirror / desk).is_dir()
    answer = run("-C", harbor, "remote", "forget-machine", desk, "--carry-out", "--json", check=0).json

    assert result.out.startswith(f"Would remove 2 files of {desk}; laptop-")
    assert answer["done"]
    assert not (mirror / desk).exists()


def test_status_tells_what_another_machine_has_seen(run, harbor: Path, mirror: Path, edit) -> None:
    run("clone", mirror, harbor.parent / "desk", check=0)
    run("-C", harbor.parent / "desk", "push", "backup", check=0)
    edit("Edit 3.", "Newer.")
    run("-C", harbor, "commit", check=0)

    output = run("-C", harbor, "status", check=0).out
    (state,) = run("-C", harbor, "status", "--json", check=0).json["mirrors"]

    assert re.search(r"backup: 1 commit behind \(push 4 is there\); machine-\w+ has seen push 4", output)
    assert (state["behind"], state["push"], state["seen_by"][0]["number"]) == (1, 4, 4)
