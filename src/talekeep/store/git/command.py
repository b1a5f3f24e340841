"""Run the `git` program, where there is one on PATH."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from talekeep.store.git.environment import local_environment


def run(
    folder: Path, *words: str, data: bytes = b"", variables: Mapping[str, str] = MappingProxyType({})
) -> tuple[bytes, str | None] | None:
    """Run git in the work tree of a repository.

    Args:
        folder: the top of the work tree.
        data: what it reads on stdin.
        variables: what its environment says beside this process's own.

    Returns:
        What it prints and why it failed (None: it did not); None where there is no git.
    """
    program = shutil.which("git")
    if program is None:
        return None
    command = [program, "-C", str(folder), "-c", "core.fsmonitor=false", *words]
    env = {**local_environment(), **variables}
    completed = subprocess.run(command, input=data, capture_output=True, env=env, check=False)
    reason = completed.stderr.decode("utf-8", "replace").strip() or f"git ended with {completed.returncode}"
    return completed.stdout, reason if completed.returncode else None
