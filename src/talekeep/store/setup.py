"""What makes plain git understand a dataset, in this clone: hooks and the diff driver. All of it can be
taken out again, and whatever stood in its place is back then."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from talekeep.store.files import at_home
from talekeep.store.files import replace
from talekeep.store.files import shipped
from talekeep.store.git.repository import Repository

HOOKS = ("pre-commit", "pre-merge-commit", "commit-msg", "post-merge", "post-checkout", "pre-push")
# Names git knows; those that a `core.hooksPath` answers go on being answered.
_GIT_HOOKS = (
    *("applypatch-msg", "commit-msg", "post-applypatch", "post-checkout", "post-commit", "post-index-change"),
    *("post-merge", "post-rewrite", "pre-applypatch", "pre-auto-gc", "pre-commit", "pre-merge-commit"),
    *("pre-push", "pre-rebase", "prepare-commit-msg", "reference-transaction", "sendemail-validate"),
)
_WRAPPER = "talekeep-merge"
_MARK = b"Talekeep installs this file"
_BEFORE = ".before-talekeep"
# Git runs it in the top folder; where the script is gone, git's own text merge marks conflicts.
_DRIVER = (
    'd="$(git rev-parse --git-common-dir)/hooks/talekeep-merge" && [ -x "$d" ] && exec "$d" %O %A %B %L %P{}'
    " || exec git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B"
)
# -P: git starts this in the top folder, and a dataset may hold a file with the name of a module.
_TEXTCONV = ["-P", "-m", "talekeep", "textconv"]

_Key = tuple[str, str | None, str]
# Nobody but Talekeep writes there.
_OWN_SECTIONS = (
    ("diff", "talekeep"),
    ("merge", "talekeep"),
    ("merge", "talekeep-bases"),
    ("talekeep", "before"),
)


def _settings() -> dict[_Key, str]:
    return {
        ("diff", "talekeep", "textconv"): f"{shlex.quote(_python())} {shlex.join(_TEXTCONV)}",
        ("diff", "talekeep", "xfuncname"): "^(id: .*|## .*)$",
        ("merge", "talekeep", "name"): "conversations by entry",
        ("merge", "talekeep", "driver"): _DRIVER.format(""),
        # Where branches merged each other crosswise, git merges their bases first, by this one.
        ("merge", "talekeep", "recursive"): "talekeep-bases",
        ("merge", "talekeep-bases", "name"): "bases of conversations",
        ("merge", "talekeep-bases", "driver"): _DRIVER.format(" --bases"),
        # Line ends and names as committed, on every system this repository may travel to.
        ("core", None, "autocrlf"): "false",
        ("core", None, "protectHFS"): "true",
        ("core", None, "protectNTFS"): "true",
    }


def _python() -> str:
    # Git for Windows runs hooks and drivers in a POSIX shell.
    return Path(sys.executable).as_posix()


def install(repo: Repository) -> None:
    """Install hooks and settings; doing it again repairs them. An older hook of the same name is kept and
    still runs; so do hooks in a `core.hooksPath`, which is moved aside."""
    settings: dict[_Key, str | None] = dict(_settings())
    if repo.settings.get("diff", "textconv", "talekeep") is None:
        core = [name for section, _, name in _settings() if section == "core"]
        settings |= {("talekeep", "before", name): repo.settings.get("core", name) for name in core}
    ours = (repo.common_dir / "hooks").as_posix()
    elsewhere = repo.settings.effective("core", "hooksPath")
    if elsewhere not in (None, ours):
        settings["talekeep", None, "hookspath"] = elsewhere
        own = repo.settings.get("core", "hooksPath")
        settings["core", None, "hooksPath"] = None
        repo.settings.set(settings)
        if repo.settings.effective("core", "hooksPath") is not None:
            # Set for all repositories of this user: only a value of our own is stronger.
            settings["core", None, "hooksPath"] = ours
        settings["talekeep", "before", "hooksPath"] = own
    repo.settings.set(settings)
    for name in _answered(repo):
        _install_hook(repo.common_dir / "hooks" / name, _script())
    _install_hook(repo.common_dir / "hooks" / _WRAPPER, _script(_WRAPPER))


def _answered(repo: Repository) -> list[str]:
    """The hooks to install: ours, and those of the folder `core.hooksPath` named."""
    elsewhere = repo.settings.get("talekeep", "hookspath")
    folder = repo.path / at_home(elsewhere) if elsewhere else None
    return [name for name in _GIT_HOOKS if name in HOOKS or (folder and (folder / name).is_file())]


def _install_hook(place: Path, script: bytes) -> None:
    if place.is_file() and _MARK not in place.read_bytes():
        place.replace(place.with_name(place.name + _BEFORE))
    replace(place, script)
    place.chmod(0o755)


def _script(name: str = "hook") -> bytes:
    template = (shipped("hooks") / name).read_text(encoding="utf-8")
    return template.replace("@PYTHON@", shlex.quote(_python())).encode()


def faults(repo: Repository) -> list[str]:
    """What is missing or changed, a sentence each; [] where all is in place."""
    return [*_hook_faults(repo), *_setting_faults(repo)]


def interpreters(repo: Repository) -> dict[str, str]:
    """Hook → the Python it starts, for the hooks of ours that are installed."""
    scripts = {name: repo.common_dir / "hooks" / name for name in (*_answered(repo), _WRAPPER)}
    return {name: _interpreter(place) for name, place in scripts.items() if _is_ours(place)}


def _is_ours(place: Path) -> bool:
    return place.is_file() and _MARK in place.read_bytes()


def _interpreter(place: Path) -> str:
    lines = place.read_text(encoding="utf-8").splitlines()
    line = next((line for line in lines if line.startswith("python=")), "python=")
    return "".join(shlex.split(line.partition("=")[2]))


def _hook_faults(repo: Repository) -> Iterator[str]:
    for name in (*_answered(repo), _WRAPPER):
        place, script = repo.common_dir / "hooks" / name, _script(_WRAPPER if name == _WRAPPER else "hook")
        if not place.is_file() or _MARK not in place.read_bytes():
            yield f"the {name} hook is not installed"
        elif _without_python(place.read_bytes()) != _without_python(script):
            yield f"the {name} hook is of another Talekeep"
    elsewhere = repo.settings.effective("core", "hooksPath")
    if elsewhere not in (None, (repo.common_dir / "hooks").as_posix()):
        yield f"core.hooksPath sends git to other hooks, in {elsewhere}"


def _without_python(script: bytes) -> list[bytes]:
    """Any interpreter will do; the hook itself says so when it is gone."""
    return [line for line in script.split(b"\n") if not line.startswith(b"python=")]


def _setting_faults(repo: Repository) -> Iterator[str]:
    for (section, subsection, name), value in _settings().items():
        found = repo.settings.get(section, name, subsection)
        if found != value and not (name == "textconv" and _runs(found)):
            key = ".".join(step for step in (section, subsection, name) if step)
            yield f"{key} is {'not set' if found is None else f'set to {found}'}"


def _runs(driver: str | None) -> bool:
    """True for our driver by an interpreter that is there, be it this one or another."""
    words = shlex.split(driver or "")
    return words[1:] == _TEXTCONV and Path(words[0]).exists()


def remove(repo: Repository) -> None:
    """Take hooks and settings out and put back what they replaced."""
    gone: dict[_Key, str | None] = {}
    for name in (name for section, _, name in _settings() if section == "core"):
        gone["core", None, name] = repo.settings.get("talekeep", name, "before")
    answered = _answered(repo)
    if repo.settings.get("talekeep", "hookspath") is not None:
        gone["core", None, "hooksPath"] = repo.settings.get("talekeep", "hooksPath", "before")
        gone["talekeep", None, "hookspath"] = None
    repo.settings.set(gone, _OWN_SECTIONS)
    for name in (*answered, _WRAPPER):
        place = repo.common_dir / "hooks" / name
        before = place.with_name(name + _BEFORE)
        if place.is_file() and _MARK in place.read_bytes():
            place.unlink()
        if before.is_file() and not place.exists():
            before.replace(place)
