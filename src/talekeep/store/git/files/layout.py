"""A new, empty repository, laid out as `git init` does it; an interrupted one is completed."""

import os
import stat
import sys
import tempfile
from pathlib import Path

from talekeep.store.files import outside
from talekeep.store.files import replace
from talekeep.store.git import config_text

_FOLDERS = ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info", "hooks")


def lay_out(git_dir: Path, branch: str, *, bare: bool) -> None:
    """Make what is missing of an empty repository; HEAD comes last, because it makes it one.

    Raises:
        Outside: the disk refused.
    """
    try:
        for folder in _FOLDERS:
            (git_dir / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise outside(f"cannot make {git_dir}", error) from error
    files = {
        "description": b"Unnamed repository\n",
        "info/exclude": b"",
        "config": config_text.edited(b"", _settings(bare, keeps_modes=keeps_modes(git_dir))),
        "HEAD": f"ref: refs/heads/{branch}\n".encode(),
    }
    for name, data in files.items():
        if not (git_dir / name).exists():
            replace(git_dir / name, data)


def keeps_modes(folder: Path) -> bool:
    """Whether a file here can be made executable and plain again. On exFAT, SMB and drives of Windows under
    Linux every file looks executable, and each would count as changed."""
    if os.name == "nt":
        return False
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix="modes-") as probe:
            before = os.fstat(probe.fileno()).st_mode
            os.chmod(probe.name, stat.S_IMODE(before) ^ stat.S_IXUSR)  # noqa: PTH101
            return os.fstat(probe.fileno()).st_mode == before ^ stat.S_IXUSR
    except OSError:
        return False


def _settings(bare: bool, *, keeps_modes: bool) -> dict[config_text.Key, str | None]:
    values = {
        "repositoryformatversion": "0",
        "filemode": "true" if keeps_modes else "false",
        "bare": "true" if bare else "false",
        "logallrefupdates": "true",
    }
    # File systems that cannot hold what git takes for granted elsewhere.
    if os.name == "nt":
        values["symlinks"] = "false"
    if sys.platform == "darwin":
        values["precomposeunicode"] = "true"
    return {("core", None, name): value for name, value in values.items()}
