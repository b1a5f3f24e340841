"""Single questions to the `git` program about this repository, where there is one on PATH."""

import os
import shutil
import subprocess

from talekeep.store.git.repository import Repository

# What git tells its hooks about the repository it works in; ours may be another one.
LOCAL_VARIABLES = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
)


def environment() -> dict[str, str]:
    """This process's environment without what names another repository; git's messages in English."""
    kept = {name: value for name, value in os.environ.items() if name not in LOCAL_VARIABLES}
    return kept | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def run(repo: Repository, *words: str, data: bytes = b"") -> tuple[bytes, str | None] | None:
    """Run git in the work tree.

    Returns:
        What it prints and why it failed (None: it did not); None where there is no git.
    """
    program = shutil.which("git")
    if program is None:
        return None
    command = [program, "-C", os.fspath(repo.path), "-c", "core.fsmonitor=false", *words]
    done = subprocess.run(command, input=data, capture_output=True, env=environment(), check=False)
    reason = done.stderr.decode("utf-8", "replace").strip() or f"git ended with {done.returncode}"
    return done.stdout, reason if done.returncode else None
