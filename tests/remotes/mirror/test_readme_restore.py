"""README.txt restores a dataset with git and a shell alone, typed exactly as it stands there."""

import os
import re
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or shutil.which("sha256sum") is None,
    reason="git or sha256sum is not installed",
)


def commands(readme):
    """The lines set in by four, as they would be typed."""
    return "\n".join(line[4:] for line in readme.splitlines() if re.match(r"    [^ .]|      git", line))


def run(script, cwd, home):
    home.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["sh", "-c", script], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def in_git(home, *arguments):
    return subprocess.run(
        ["git", "-C", str(home / "restored"), *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("on", ["main", "other"])
def test_the_commands_in_readme_restore_everything(laptop, tmp_path, on):
    laptop.tag("v1")
    laptop.save("other", entries__o="other\n")
    laptop.push()
    laptop.save(on, entries__a="newest\n")
    laptop.repo.set_head(f"refs/heads/{on}")
    laptop.push()
    for path in list(laptop.folder.iterdir()):
        shutil.copy(path, path.with_name(f"{path.stem} (1){path.suffix}"))
    (laptop.folder / "desktop.ini").write_text("x")
    script = commands((laptop.mirror.folder / "README.txt").read_text())
    assert script.count("git") >= 5
    assert " " in str(laptop.folder)
    result = run(script, laptop.folder, tmp_path / "my home")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count(": OK") == 4
    assert in_git(tmp_path / "my home", "rev-parse", "HEAD") == laptop.repo.head()
    assert (tmp_path / "my home/restored/entries/a").read_text() == "newest\n"
    bare = tmp_path / "my home/restored.git"
    listed = subprocess.run(
        ["git", "--git-dir", str(bare), "show-ref"], capture_output=True, text=True, check=True
    ).stdout
    assert dict(line.split()[::-1] for line in listed.splitlines()) == laptop.repo.refs()


def test_a_missing_file_stops_at_the_last_good_version(laptop, tmp_path):
    good = laptop.repo.head()
    for n in range(2):
        laptop.save(entries__a=f"{n}\n")
        laptop.push()
    next(laptop.folder.glob("000003-incr*")).unlink()
    script = commands((laptop.mirror.folder / "README.txt").read_text())
    result = run(script, laptop.folder, tmp_path / "home")
    assert "FAILED" in result.stdout
    assert in_git(tmp_path / "home", "rev-parse", "HEAD") == good


def test_readme_says_what_must_be_said(laptop):
    text = (laptop.mirror.folder / "README.txt").read_text()
    assert "Whoever can open this folder can read every conversation" in text
    assert "offline" in text
    assert "shasum -a 256" in text
    assert "@" not in text
    assert max(map(len, text.splitlines())) <= 100
