"""The best common ancestors are those git names, in its order, also where clocks were wrong."""

import random
from pathlib import Path

import pytest

from talekeep.store.git.bases import merge_bases
from talekeep.store.git.commits import Signature
from talekeep.store.git.repository import Repository
from talekeep.store.git.trees import EMPTY


def made(repo: Repository, parents: list[str], time: int) -> str:
    return repo.create_commit(EMPTY, parents, f"At {time}\n", Signature("Tess", "t@x", time))


@pytest.mark.parametrize("clock", ["right", "one second", "wrong"])
@pytest.mark.parametrize("seed", range(4))
def test_they_are_those_git_names(seed: int, clock: str, tmp_path: Path, git) -> None:
    repo, dice = Repository.init(tmp_path / "r"), random.Random(seed)
    repo.write_blobs([b""])
    commits: list[str] = []
    for number in range(25):
        time = {"right": number, "one second": 0, "wrong": dice.randrange(25)}[clock] + 1_700_000_000
        parents = dice.sample(
            commits[-6:], min(len(commits), dice.choice([0, 1, 1, 2, 2]) or (number % 9 and 1))
        )
        commits.append(made(repo, parents, time))
    for _ in range(12):
        one, *others = dice.sample(commits, dice.choice([2, 2, 3]))

        result = repo.merge_bases(one, others)

        output = git("merge-base", "--all", one, *others, cwd=repo.path).out.split()
        assert (result if clock == "right" else sorted(result)) == (
            output if clock == "right" else sorted(output)
        )


def test_of_a_crosswise_merge_there_are_two_and_the_newer_is_first() -> None:
    history = {
        "root": ((), 1),
        "a": (("root",), 2),
        "b": (("root",), 3),
        "ab": (("a", "b"), 4),
        "ba": (("b", "a"), 5),
        "alone": ((), 6),
    }

    assert merge_bases(history.__getitem__, "ab", ["ba"]) == ["b", "a"]
    assert merge_bases(history.__getitem__, "a", ["ab"]) == ["a"]
    assert merge_bases(history.__getitem__, "ab", ["ab"]) == ["ab"]
    assert merge_bases(history.__getitem__, "ab", ["alone"]) == []
    assert merge_bases(history.__getitem__, "a", ["b", "ba"]) == ["a"]
