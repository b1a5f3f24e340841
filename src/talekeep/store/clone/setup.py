"""What makes plain git understand a dataset, in this clone: hooks and the diff driver. All of it can be
taken out again, and whatever stood in its place is back then."""

import contextlib
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from talekeep.store import config
from talekeep.store.clone.clone import Clone
from talekeep.store.files import all_or_none
from talekeep.store.files import at_home
from talekeep.store.files import outside
from talekeep.store.files import replace
from talekeep.store.files import shipped
from talekeep.store.git.files.attributes import NAME as ATTRIBUTES
from talekeep.store.git.files.attributes import Attributes

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
# Git runs it in the top folder and takes what lies at %A for the result, older gits even when the driver was
# killed. So nothing lies there until the result is whole:
# 1. ours is moved aside (where that cannot be, it stays);
# 2. the wrapper asks Talekeep, which writes %A; only its codes 40 and 41 are believed;
# 3. else git's text merge marks the conflict in ours, and ours is moved back;
# 4. where that fails (NUL bytes), both sides are put one below the other;
# 5. if even that cannot be written, git finds no file at %A and stops the merge.
# Some readers of git's configuration take `;` for a comment, so the steps are joined by && and || alone.
_DRIVER = " ".join(
    (
        "trap 'rm -f %A.ours %A.both' EXIT && c=0 && o=%A.ours && mv -f %A $o || o=%A &&",
        '"$(git rev-parse --git-common-dir)/hooks/talekeep-merge" %O $o %B %A %P{} || c=$? &&',
        "[ $c = 40 ] && exit 0 || [ $c = 41 ] && exit 1 || c=0 &&",
        "git merge-file --marker-size=%L -L ours -L base -L theirs $o %O %B || c=$? &&",
        "[ $c -lt 128 ] && ( [ $o = %A ] || mv -f $o %A ) && exit $c ||",
        '( echo "<<<<<<< ours" && cat $o && echo && echo "=======" && cat %B && echo',
        '&& echo ">>>>>>> theirs" ) >%A.both && mv -f %A.both %A || rm -f %A && exit 1 || exit 1',
    )
)
# -P: git starts this in the top folder, and a dataset may hold a file with the name of a module.
_TEXTCONV = ["-P", "-m", "talekeep", "textconv"]

# One path of each kind, and the attributes that it needs.
_ATTRIBUTES = {
    "/entries/**/*.jsonl": ("entries/0000/00000-0000.jsonl", ("diff", "merge")),
    "/sidecars/**/*.jsonl": ("sidecars/0000/00000-0000.jsonl", ("diff", "merge")),
    "/library/*.toml": ("library/tags.toml", ("merge",)),
}

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


def install(clone: Clone) -> None:
    """Install hooks and settings; doing it again repairs them. An older hook of the same name is kept and
    still runs; so do hooks in a `core.hooksPath`, which is moved aside.

    Raises:
        Outside: the disk refused; all is as before.
    """
    with _changing_hooks(clone):
        _install(clone)


@contextlib.contextmanager
def _changing_hooks(clone: Clone) -> Iterator[None]:
    """All changes of hooks and settings inside happen, or none. Raises: Outside: the disk refused."""
    try:
        with all_or_none(_files(clone)):
            yield
    except OSError as error:
        raise outside(f"cannot change the hooks in {clone.hooks}", error) from error


def _files(clone: Clone) -> list[Path]:
    """Every file that setting up or removing may touch."""
    names = [f"{name}{end}" for name in (*_GIT_HOOKS, _WRAPPER) for end in ("", _BEFORE, ".legacy")]
    return [clone.settings.path, clone.path / ATTRIBUTES, *(clone.hooks / name for name in names)]


def _install(clone: Clone) -> None:
    settings: dict[_Key, str | None] = dict(_settings())
    if clone.settings.get("diff", "textconv", "talekeep") is None:
        core = [name for section, _, name in _settings() if section == "core"]
        settings |= {("talekeep", "before", name): clone.settings.get("core", name) for name in core}
    ours = clone.hooks.as_posix()
    elsewhere = clone.settings.effective("core", "hooksPath")
    if elsewhere not in (None, ours):
        settings["talekeep", None, "hookspath"] = elsewhere
        own = clone.settings.get("core", "hooksPath")
        settings["core", None, "hooksPath"] = None
        clone.settings.set(settings)
        if clone.settings.effective("core", "hooksPath") is not None:
            # Set for all repositories of this user: only a value of our own is stronger.
            settings["core", None, "hooksPath"] = ours
        settings["talekeep", "before", "hooksPath"] = own
    clone.settings.set(settings)
    for name in (*_answered(clone), _WRAPPER):
        _install_hook(_place(clone, name), _script(name))
    _complete_attributes(clone)


def _complete_attributes(clone: Clone) -> None:
    """Name our drivers in `.gitattributes` where they are missing: a change like any other."""
    lines = [
        f"{pattern} text eol=lf {' '.join(f'{name}=talekeep' for name in needed)}\n"
        for pattern, needed in _missing_attributes(clone).items()
    ]
    place = clone.path / ATTRIBUTES
    if lines and not place.is_symlink():
        before = place.read_bytes() if place.is_file() else b""
        end = b"" if before.endswith(b"\n") or not before else b"\n"
        replace(place, before + end + "".join(lines).encode())


def _missing_attributes(clone: Clone) -> dict[str, tuple[str, ...]]:
    """The patterns whose files git would merge and show as any text, with the attributes they need."""
    here = (clone.path / ATTRIBUTES).exists()
    if not (clone.path / config.NAME).exists() or (not here and ATTRIBUTES in clone.staging.read().files):
        # No dataset; or not checked out, or deleted and not committed: git reads what is staged.
        return {}
    attributes = Attributes(clone.repo)
    return {
        pattern: needed
        for pattern, (path, needed) in _ATTRIBUTES.items()
        if any(attributes.of(path).get(name) != "talekeep" for name in needed)
    }


def _answered(clone: Clone) -> list[str]:
    """The hooks to install: ours, and those of the folder `core.hooksPath` named."""
    elsewhere = clone.settings.get("talekeep", "hookspath")
    folder = clone.path / at_home(elsewhere) if elsewhere else None
    return [name for name in _GIT_HOOKS if name in HOOKS or (folder and (folder / name).is_file())]


def _place(clone: Clone, name: str) -> Path:
    """Where a script of ours lies or is to lie: `pre-commit.legacy` where `pre-commit install` moved it
    to; it still runs from there."""
    place = clone.hooks / name
    moved = place.with_name(f"{name}.legacy")
    if _is_ours(moved) and not _is_ours(place) and place.is_file() and b"pre-commit" in place.read_bytes():
        return moved
    return place


def _is_ours(place: Path) -> bool:
    return place.is_file() and _MARK in place.read_bytes()


def _install_hook(place: Path, script: bytes) -> None:
    if place.is_file() and not _is_ours(place):
        place.replace(place.with_name(place.name + _BEFORE))
    replace(place, script)
    place.chmod(0o755)


def _script(name: str) -> bytes:
    """The file that is installed under this name."""
    file = name if name == _WRAPPER else "hook"
    template = (shipped("hooks") / file).read_text(encoding="utf-8")
    return template.replace("@NAME@", name).replace("@PYTHON@", shlex.quote(_python())).encode()


def faults(clone: Clone) -> list[str]:
    """What is missing or changed, a sentence each; [] where all is in place."""
    return [*_hook_faults(clone), *_setting_faults(clone), *_attribute_faults(clone)]


def _attribute_faults(clone: Clone) -> Iterator[str]:
    for pattern in _missing_attributes(clone):
        yield f"{ATTRIBUTES} names no driver of ours for {pattern}, so git merges these files by line"


def interpreters(clone: Clone) -> dict[str, str]:
    """Hook → the Python it starts, for the hooks of ours that are installed."""
    scripts = {name: _place(clone, name) for name in (*_answered(clone), _WRAPPER)}
    return {name: _interpreter(place) for name, place in scripts.items() if _is_ours(place)}


def _interpreter(place: Path) -> str:
    lines = place.read_text(encoding="utf-8").splitlines()
    line = next((line for line in lines if line.startswith("python=")), "python=")
    return "".join(shlex.split(line.partition("=")[2]))


def _hook_faults(clone: Clone) -> Iterator[str]:
    for name in (*_answered(clone), _WRAPPER):
        place = _place(clone, name)
        if not _is_ours(place):
            yield f"the {name} hook is not installed"
        elif _without_python(place.read_bytes()) != _without_python(_script(name)):
            yield f"the {name} hook is of another Talekeep"
        elif not os.access(place, os.X_OK):
            yield f"the {name} hook is not executable, so git ignores it"
    elsewhere = clone.settings.effective("core", "hooksPath")
    if elsewhere not in (None, clone.hooks.as_posix()):
        yield f"core.hooksPath sends git to other hooks, in {elsewhere}"


def _without_python(script: bytes) -> list[bytes]:
    """Any interpreter will do; the hook itself says so when it is gone."""
    return [line for line in script.split(b"\n") if not line.startswith(b"python=")]


def _setting_faults(clone: Clone) -> Iterator[str]:
    for (section, subsection, name), value in _settings().items():
        result = clone.settings.get(section, name, subsection)
        if result != value and not (name == "textconv" and _runs(result)):
            key = ".".join(step for step in (section, subsection, name) if step)
            yield f"{key} is {'not set' if result is None else f'set to {result}'}"


def _runs(driver: str | None) -> bool:
    """True for our driver by an interpreter that is there, be it this one or another."""
    words = shlex.split(driver or "")
    # Not Path.exists: a place this user may not look into is an error there, and no answer.
    return words[1:] == _TEXTCONV and os.path.exists(words[0])  # noqa: PTH110


def remove(clone: Clone) -> None:
    """Take hooks and settings out and put back what they replaced.

    Raises:
        Outside: the disk refused; all is as before.
    """
    with _changing_hooks(clone):
        _remove(clone)


def _remove(clone: Clone) -> None:
    gone: dict[_Key, str | None] = {}
    for name in (name for section, _, name in _settings() if section == "core"):
        gone["core", None, name] = clone.settings.get("talekeep", name, "before")
    answered = _answered(clone)
    if clone.settings.get("talekeep", "hookspath") is not None:
        gone["core", None, "hooksPath"] = clone.settings.get("talekeep", "hooksPath", "before")
        gone["talekeep", None, "hookspath"] = None
    clone.settings.set(gone, _OWN_SECTIONS)
    for name in (*answered, _WRAPPER):
        place = clone.hooks / name
        before = place.with_name(name + _BEFORE)
        for ours in filter(_is_ours, (place, place.with_name(f"{name}.legacy"))):
            ours.unlink()
        if before.is_file() and not place.exists():
            before.replace(place)
