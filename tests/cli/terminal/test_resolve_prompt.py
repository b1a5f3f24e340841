"""`resolve` on a terminal, answer by answer; whatever is pressed, nothing of either side is lost."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

IDS = [f"123e4567-e89b-42d3-a456-42661417400{n}" for n in range(3)]


@pytest.fixture
def stopped(run, harbor: Path, edit) -> Path:
    """A merge that stopped over the answers of all three entries."""
    run("-C", harbor, "branch", "side", check=0)
    for branch, word in (("main", "Ours"), ("side", "Theirs")):
        if branch == "side":
            run("-C", harbor, "switch", branch, check=0)
        for number in range(3):
            edit(f"Answer {number}.", f"{word} {number}.")
        run("-C", harbor, "commit", check=0)
    run("-C", harbor, "switch", "main", check=0)
    run("-C", harbor, "merge", "side", check=1)
    return harbor


@pytest.fixture
def walk(run, stopped: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Answer the questions with these keys, one a line, at what looks like a terminal."""
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("talekeep.cli.commands.resolve.sys", terminal)
    return lambda keys, code, *more: run(
        "-C", stopped, "resolve", *more, input="".join(f"{key}\n" for key in keys), check=code
    )


@pytest.fixture
def answers(part: Path) -> Callable[[], list[str]]:
    return lambda: [e["messages"][1]["content"] for e in map(json.loads, part.read_text().splitlines())]


def shown(number: int, left: int) -> list[str]:
    sides = [f"  base   Answer {number}.", f"  ours   Ours {number}.", f"  theirs Theirs {number}."]
    return [f"{left} left", f"conflict in {IDS[number]} messages.1.content", *sides]


def lines(text: str) -> list[str]:
    """What was printed, without the questions (their line ends are the user's own)."""
    return [line for line in text.replace("[o,t,b,a,e,s,q,?] ", "").splitlines() if line]


def test_each_conflict_is_shown_and_settled_as_answered(walk, answers, part: Path, stopped: Path) -> None:
    output = walk(["o", "theirs", "b"], 0)

    assert lines(output.out) == [
        *shown(0, 3),
        *shown(1, 2),
        *shown(2, 1),
        "Settled 3, left 0",
        f"  staged {part.relative_to(stopped).as_posix()}",
        "next: talekeep commit",
    ]
    assert answers() == ["Ours 0.", "Theirs 1.", "Ours 2.\n\nTheirs 2."]


def test_base_and_an_edit_are_answers_too(walk, answers, editor) -> None:
    editor("", "text = 'Mine.\\n'")

    output = walk(["a", "e", "e", "o"], 0)

    assert "nothing was written; --ours keeps this branch's version" in lines(output.out)
    assert answers() == ["Answer 0.", "Mine.", "Ours 2."]


def test_skipped_ones_stay_open_and_help_or_nonsense_explains(walk, answers, run, stopped: Path) -> None:
    output = walk(["?", "what", "s", "t", "skip"], 1)

    explained = [line for line in lines(output.out) if line.startswith("  o  ours ")]
    assert len(explained) == 2
    assert lines(output.out)[-1] == "Settled 1, left 2"
    assert answers() == ["Ours 0.", "Theirs 1.", "Ours 2."]
    left = run("-C", stopped, "conflicts", "--json", check=1).json["conflicts"]
    assert [(c["entry"], c["ours"], c["theirs"]) for c in left] == [
        (IDS[n], f"Ours {n}.", f"Theirs {n}.") for n in (0, 2)
    ]


@pytest.mark.parametrize(("keys", "code"), [(["t", "q"], 1), (["t"], 130), (["t", "interrupt"], 130)])
def test_leaving_half_way_keeps_what_was_settled_and_both_sides_of_the_rest(
    keys: list[str], code: int, walk, answers, run, stopped: Path, monkeypatch
) -> None:
    if "interrupt" in keys:
        given = iter(keys)
        monkeypatch.setattr("click.prompt", lambda *_, **__: _pressed(next(given)))

    walk(keys, code)

    assert answers() == ["Theirs 0.", "Ours 1.", "Ours 2."]
    left = run("-C", stopped, "conflicts", "--json", check=1).json["conflicts"]
    assert [(c["ours"], c["theirs"]) for c in left] == [(f"Ours {n}.", f"Theirs {n}.") for n in (1, 2)]
    assert run("-C", stopped, "commit", check=4).err.startswith("error: ")


def _pressed(key: str) -> str:
    if key == "interrupt":
        raise KeyboardInterrupt
    return key


def test_a_dry_run_asks_everything_and_writes_nothing(walk, part: Path) -> None:
    before = part.read_bytes()

    output = walk(["o", "t", "b"], 1, "-n")

    assert lines(output.out)[-1] == "Would settle 3, left 3"
    assert part.read_bytes() == before


def test_a_choice_that_does_not_fit_is_asked_again(run, walk, edit, part: Path, stopped: Path) -> None:
    run("-C", stopped, "merge", "--abort", check=0)
    entry = json.loads(part.read_text().splitlines()[0])
    run("-C", stopped, "switch", "side", check=0)
    edit("Question 0?", "Asked on the side?")
    run("-C", stopped, "commit", check=0)
    run("-C", stopped, "switch", "main", check=0)
    for folder in ("entries", "sidecars"):
        for file in (stopped / folder).rglob("*.jsonl"):
            kept = [row for row in file.read_text().splitlines(keepends=True) if entry["id"] not in row]
            file.write_text("".join(kept))
    run("-C", stopped, "commit", check=0)
    run("-C", stopped, "merge", "side", check=1)

    output = walk(["b", "t", "q"], 1)

    assert (
        "both sides can be kept only of messages and of texts: choose --ours, --theirs or --edit"
        in output.out
    )
    assert "Asked on the side?" in part.read_text()


@pytest.mark.parametrize("wrong", ["{", "3", '[1, "x"]', '{"role": "user"}'])
def test_a_value_that_does_not_fit_is_not_taken(wrong: str, run, harbor: Path, part: Path, edit) -> None:
    run("-C", harbor, "branch", "side", check=0)
    reply = '"name":"mara","content":"Answer 0."}'
    for branch, word in (("main", "Ours."), ("side", "Theirs!")):
        if branch == "side":
            run("-C", harbor, "switch", branch, check=0)
        edit(reply, f'{reply},{{"role":"user","content":"{word}"}}')
        run("-C", harbor, "commit", check=0)
    run("-C", harbor, "switch", "main", check=0)
    run("-C", harbor, "merge", "side", check=1)
    before = part.read_bytes()
    (harbor.parent / "value").write_text(wrong)

    result = run("-C", harbor, "resolve", IDS[0], "messages.2", "--value", harbor.parent / "value", check=2)

    assert result.err.startswith("error: ")
    assert part.read_bytes() == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals of this kind")
@pytest.mark.parametrize(("end", "code"), [("q\n", 1), ("\x03", 130), ("\x04", 130)])
def test_on_a_real_terminal_it_asks_and_can_be_left(
    end: str, code: int, talekeep, stopped: Path, answers
) -> None:
    import pty

    ours, theirs = pty.openpty()
    walking = subprocess.Popen(
        [*talekeep, "resolve"],
        cwd=stopped,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_own_terminal,
    )
    os.close(theirs)
    text = ""
    for keys in ("?\n", "t\n", end):
        text += _until_asked(ours)
        os.write(ours, keys.encode())

    assert walking.wait(timeout=60) == code
    os.close(ours)
    assert f"conflict in {IDS[0]} messages.1.content" in text
    assert "keep the other branch's version" in text
    assert answers() == ["Theirs 0.", "Ours 1.", "Ours 2."]


def _own_terminal() -> None:
    import fcntl
    import termios

    # So that Ctrl-C reaches it, as from a keyboard.
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _until_asked(terminal: int) -> str:
    text = ""
    while not text.endswith("?] "):
        text += os.read(terminal, 4096).decode("utf-8", "replace")
    return text
