"""What reaches a terminal, a pipe or a file: colours by choice, and nothing that a terminal obeys."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.cli import main
from talekeep.cli.output import Output
from talekeep.cli.output import harmless
from talekeep.core.script import script

EVIL = "\x1b]0;owned\x07 \x1b[2J \x1b[8mhidden \x9b31m \x07 \u202egnp.exe \r overwritten \x7f"
# C0 but tab and newline, DEL, C1, and what turns text around.
FORBIDDEN = {
    *map(chr, range(32)),
    *map(chr, range(127, 160)),
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
}
FORBIDDEN -= {"\n", "\t"}


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


def on_terminal(
    monkeypatch: pytest.MonkeyPatch, *arguments: str | Path, encoding: str = "utf-8"
) -> tuple[int, str]:
    out, err = Terminal(encoding), Terminal(encoding)
    with monkeypatch.context() as screen:
        screen.setattr(sys, "stdout", out)
        screen.setattr(sys, "stderr", err)
        code = main([str(a) for a in arguments])
    return code, out.text + err.text


@pytest.fixture
def evil(run, harbor: Path, tmp_path: Path) -> Path:
    """A dataset whose every text is out to get the terminal."""
    message = {"role": "user", "name": "wren", "content": EVIL}
    record = {
        "id": "00000000-e89b-42d3-a456-426614174000",
        "messages": [message, {"role": "assistant", "content": EVIL}],
        "tags": [EVIL],
        EVIL: EVIL,
    }
    (tmp_path / f"x{chr(27)}[2Jy.jsonl").write_text(
        json.dumps(record) + "\n" + json.dumps({EVIL: EVIL}) + "\n"
    )
    run("-C", harbor, "import", f"../x{chr(27)}[2Jy.jsonl", check=1)
    return harbor


COMMANDS = [
    ["list"],
    ["show", "00000000"],
    ["show", "00000000", "--json"],
    ["list", "--json"],
    ["log"],
    ["log", "00000000-e89b"],
    ["log", EVIL],
    ["blame", "00000000"],
    ["restore", EVIL, "--from", "HEAD"],
    ["restore", "--where", "", "--from", EVIL],
    ["snapshot", EVIL],
    ["snapshot", "kept", "--note", EVIL],
    ["diff", "HEAD~1"],
    ["diff", "HEAD~1", "--html", EVIL],
    ["diff", "HEAD~1", "--entry", EVIL],
    ["diff", "HEAD~1", "--stat"],
    ["diff", "HEAD", "HEAD~1", "--json"],
    ["validate", "--all"],
    ["validate", "--json"],
    ["status"],
    ["show", EVIL],
    ["list", "--where", EVIL],
    ["switch", EVIL],
    [EVIL],
    ["import", EVIL],
    ["import", "../x\x1b[2Jy.jsonl", "-n"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda a: harmless(" ".join(a))[:30])
def test_no_control_character_of_an_entry_reaches_a_terminal(
    evil: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    _, text = on_terminal(monkeypatch, "-C", evil, *arguments)

    assert text
    assert FORBIDDEN & set(text) == set()


@pytest.mark.parametrize(
    "arguments", [["list"], ["show", "00000000"], ["diff", "HEAD~1"], ["validate"]], ids=" ".join
)
def test_colours_come_from_us_alone(
    evil: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    _, text = on_terminal(monkeypatch, "--color=always", "-C", evil, *arguments)

    assert "\x1b[8m" not in text
    assert "\x1b[2J" not in text
    assert "\x1b]" not in text


def test_what_show_writes_to_a_pipe_reads_back_as_the_entry(run, evil: Path) -> None:
    shown = run("-C", evil, "show", "00000000", check=0).out

    entry = run("-C", evil, "show", "00000000", "--json", check=0).json["entry"]
    assert script.parse(shown) == entry
    assert entry["messages"][0]["content"] == EVIL


@given(st.text())
def test_harmless_text_has_nothing_to_obey_and_keeps_the_rest(text: str) -> None:
    shown = harmless(text)

    assert FORBIDDEN & set(shown) == set()
    assert FORBIDDEN & set(text) or shown == text


def coloured(run, harbor: Path, *before: str) -> bool:
    return "\x1b[" in run(*before, "-C", harbor, "status", check=0).out


def test_colour_goes_by_choice_then_environment(run, harbor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    assert not coloured(run, harbor)
    assert coloured(run, harbor, "--color", "always")
    assert coloured(run, harbor, "--color=always")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert coloured(run, harbor)
    assert not coloured(run, harbor, "--color", "never")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured(run, harbor)
    assert coloured(run, harbor, "--color", "always")


@pytest.mark.parametrize("spelled", [["--color", "always"], ["--color=always"]], ids=" ".join)
def test_errors_are_coloured_by_the_same_choice(run, harbor: Path, spelled: list[str]) -> None:
    assert "\x1b[" in run(*spelled, "-C", harbor, "show", "ffff", check=3).err
    assert "\x1b[" not in run("-C", harbor, "show", "ffff", check=3).err


def test_a_dumb_terminal_gets_no_colour(harbor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b[" not in on_terminal(monkeypatch, "-C", harbor, "status")[1]
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" in on_terminal(monkeypatch, "-C", harbor, "status")[1]


def test_json_is_never_coloured(run, harbor: Path) -> None:
    assert run("--color", "always", "-C", harbor, "status", "--json", check=0).json["ok"]


@pytest.mark.parametrize(
    "command", [["list"], ["import", "../chat.jsonl"], ["diff", "HEAD~1"], ["list", "--json"]], ids=" ".join
)
def test_an_old_console_crashes_nothing(
    harbor: Path, edit, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    edit("Question 0?", "恋愛 → café?")

    code, text = on_terminal(monkeypatch, "-C", harbor, *command, encoding="cp1252")

    assert code == 0
    assert text
    if command == ["list"]:
        assert "café" in text
        assert "\\u604b" in text


def test_a_pipe_gets_utf8_and_plain_line_ends_whatever_the_system_says(
    talekeep: list[str], harbor: Path, edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("Question 0?", "恋愛 → café?")
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")

    completed = subprocess.run([*talekeep, "-C", str(harbor), "list"], capture_output=True, check=True)

    assert "恋愛 → café?".encode() in completed.stdout
    assert b"\r" not in completed.stdout


def test_a_reader_that_has_seen_enough_is_no_error(talekeep: list[str], harbor: Path) -> None:
    command = f"{' '.join(talekeep)} rule --json | head -c 1; exit ${{PIPESTATUS[0]}}"

    completed = subprocess.run(["bash", "-c", command], capture_output=True, check=False)

    assert (completed.returncode, completed.stderr) == (0, b"")


def test_quiet_says_the_answer_and_nothing_else(run, harbor: Path) -> None:
    loud, quiet = run("init", "a", check=0), run("init", "b", "--quiet", check=0)

    assert "next: " in loud.err
    assert quiet.err == ""
    assert quiet.out.startswith("Made the dataset b")


def test_right_to_left_text_is_isolated_on_a_terminal_and_nowhere_else(monkeypatch, capsys):
    output = Output()
    output.line(output.isolated("منارة") + "  [fog]")
    assert capsys.readouterr().out == "منارة  [fog]\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    output.line(output.isolated("منارة") + "  [fog] \u202e")
    output.line(output.isolated("lamp"))
    assert capsys.readouterr().out == "\u2068منارة\u2069  [fog] \\u202e\nlamp\n"
