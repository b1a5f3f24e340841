"""What conftest promises to every other test."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def test_a_connection_is_refused() -> None:
    with socket.socket(socket.AF_INET) as sock:
        for connect in (sock.connect, sock.connect_ex):
            with pytest.raises(AssertionError, match="reach the network"):
                connect(("192.0.2.1", 443))


def test_a_name_look_up_is_refused() -> None:
    with pytest.raises(AssertionError, match="reach the network"):
        socket.create_connection(("example.invalid", 443))


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('192.0.2.1', 443), 1)",
        "socket.socket(socket.AF_INET6).connect_ex(('2001:db8::1', 443))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.getaddrinfo('example.invalid', 443)",
        "urllib.request.urlopen('https://example.invalid/')",
        "subprocess.run([sys.executable, '-Pc', 'import socket; socket.gethostbyname(str())'], check=True)",
    ],
)
def test_no_python_that_a_test_starts_gets_out(code: str) -> None:
    imports = "import socket, subprocess, sys, urllib.request"

    completed = subprocess.run([sys.executable, "-c", f"{imports}; {code}"], capture_output=True, check=False)

    assert completed.returncode == 1
    assert b"a test tried to reach the network" in completed.stderr


def test_a_python_that_a_test_starts_may_talk_to_its_neighbours() -> None:
    code = "import socket; one, two = socket.socketpair(); one.sendall(b'hello'); print(two.recv(5))"

    assert subprocess.check_output([sys.executable, "-c", code]) == b"b'hello'\n"


@pytest.mark.parametrize(
    "url", ["https://192.0.2.1/x.git", "http://192.0.2.1/x.git", "ssh://192.0.2.1/x.git"]
)
def test_git_gets_nowhere_even_where_a_test_allows_it(git, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "https:http:ssh")

    assert git("ls-remote", url).code == 128


def test_processes_of_this_machine_may_talk() -> None:
    one, two = socket.socketpair()
    with one, two:
        one.sendall(b"hello")
        assert two.recv(5) == b"hello"


def test_home_is_a_fresh_folder(outside: dict[str, str], tmp_path: Path) -> None:
    assert outside.get("HOME") != str(Path.home())
    assert [p.name for p in Path.home().iterdir()] == ["gitconfig"]
    assert not Path.home().is_relative_to(tmp_path)


def test_it_starts_in_its_own_empty_folder(tmp_path: Path) -> None:
    assert Path.cwd().samefile(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_git_setting_of_the_caller_is_left() -> None:
    ours = {"CONFIG_GLOBAL", "CONFIG_NOSYSTEM", "ALLOW_PROTOCOL", "SSH_COMMAND", "TERMINAL_PROMPT"}
    ours |= {f"{role}_{key}" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    assert {name.removeprefix("GIT_") for name in os.environ if name.startswith("GIT_")} == ours


def test_git_commits_as_the_tester_and_reaches_no_network(git) -> None:
    git("init", "-q", "r", check=0)
    git("-C", "r", "commit", "-q", "--allow-empty", "-m", "x", check=0)

    assert git("-C", "r", "log", "--format=%an <%ae>").out == "Tess Tester <tess@example.invalid>\n"
    refused = git("ls-remote", "https://example.invalid/x.git")
    assert refused.code != 0
    assert "not allowed" in refused.err


def test_check_says_what_a_command_printed(git) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"exit 129, expected 0(.|\n)*usage: git"):
        git("hash-object", "--no-such-option", check=0)
    with pytest.raises(TypeError):
        git("--version", check=True)


def test_run_catches_code_and_both_streams(run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    version = run("--version", check=0)
    refused = run("status", cwd=tmp_path / "empty")

    assert (version.out.split()[0], version.err) == ("talekeep", "")
    assert (refused.code, refused.out) == (3, "")
    assert refused.err
    assert Path.cwd().samefile(tmp_path)
