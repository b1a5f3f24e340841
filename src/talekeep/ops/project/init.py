"""A dataset as a whole: `init`, `setup`, `status`."""

import json
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops import message
from talekeep.ops.workspace import html
from talekeep.ops.workspace import paths
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.counts import counted
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import config
from talekeep.store.clone import setup as wiring
from talekeep.store.clone.clone import Clone
from talekeep.store.dataset import Dataset
from talekeep.store.files import shipped
from talekeep.store.view import Difference

# Files of a dataset that stand beside its folders.
_OWN = (config.NAME, "README.md", ".gitattributes", ".gitignore")


@dataclass(frozen=True, slots=True)
class Initialised:
    """`author` is who commits are made as; None with `dry_run`."""

    dataset: str
    path: str
    name: str
    commit: str | None
    warnings: list[str]
    author: str | None = None


def init(
    path: Path,
    *,
    name: str | None = None,
    template: str = "blank",
    force: bool = False,
    neutral: bool = False,
    dry_run: bool = False,
) -> Initialised:
    """Make a new dataset at `path`: repository, first commit, hooks and drivers. Where the files of a dataset
    lie without a repository (a downloaded archive), they become its first commit, with the id they have.

    Args:
        template: prompts, tags and a recipe to begin with, one of `templates()`.
        neutral: keep the user's name and address, as git knows them, out of commits.

    Raises:
        Refused: the folder is not empty or lies in a git repository, unless `force`; or holds a dataset.
        Usage: the name has no printable character, or another than the files have; no such template.
        Invalid: the files have an error.
    """
    path = path.resolve()
    if _is_unpacked(path):
        return _adopt(path, name, neutral=neutral, dry_run=dry_run)
    title = "".join(c for c in (name or path.name) if c.isprintable()).strip()
    if not title:
        raise Usage("a dataset needs a name", "talekeep init PATH --name NAME")
    if template not in templates():
        raise Usage(f"there is no template {template!r}", f"one of: {', '.join(templates())}")
    _refuse_place(path, force)
    settings = config.Config(format=config.FORMAT, id=str(uuid.uuid4()), name=title)
    if dry_run:
        return Initialised(settings.id, str(path), title, None, paths.warnings(path))
    if _is_unfinished(path):
        Clone.create(path)
    with Dataset(path) as dataset, dataset.writing("init"):
        wiring.install(dataset)
        if neutral:
            dataset.settings.set({("talekeep", None, "identity"): "neutral"})
        files = _first_files(settings, dataset) | _template_files(template, dataset)
        commit = dataset.write(files, message(f"New dataset {title}", "init"))
        set_validated(dataset, dataset.head_tree(), None)
        author = dataset.signature().identity.decode()
    return Initialised(settings.id, str(path), title, commit, paths.warnings(path), author)


def templates() -> tuple[str, ...]:
    """The names of the templates, `blank` first."""
    return ("blank", *sorted(folder.name for folder in (shipped("templates") / "starts").iterdir()))


def _is_unpacked(path: Path) -> bool:
    """Whether the files of a dataset lie here without a repository."""
    return (path / config.NAME).is_file() and not (path / ".git").exists()


def _adopt(path: Path, name: str | None, *, neutral: bool, dry_run: bool) -> Initialised:
    settings = config.parse((path / config.NAME).read_bytes())
    if name not in (None, settings.name):
        raise Usage(f"{path} holds the dataset {settings.name}", "leave --name out")
    if dry_run:
        return Initialised(settings.id, str(path), settings.name, None, paths.warnings(path))
    whole = False
    try:
        Clone.create(path)
        commit, author = _commit_all(path, settings, neutral=neutral)
        whole = True
    finally:
        if not whole:
            shutil.rmtree(path / ".git", ignore_errors=True)
    return Initialised(settings.id, str(path), settings.name, commit, paths.warnings(path), author)


def _commit_all(path: Path, settings: config.Config, *, neutral: bool) -> tuple[str | None, str]:
    with Dataset(path) as dataset, dataset.writing("init"):
        wiring.install(dataset)
        if neutral:
            dataset.settings.set({("talekeep", None, "identity"): "neutral"})
        now = Workspace(dataset).now
        between = Difference(dataset.nothing(), now)
        validation.require_valid(dataset, between)
        own = {p: (path / p).read_bytes() for p in _OWN if (path / p).is_file()}
        files = _first_files(settings, dataset) | own | {p: now.read(p) for p in now.files}
        counts = counted(between).named()
        commit = dataset.write(files, message(f"Dataset {settings.name}", "init", **counts), sweep=now)
        set_validated(dataset, dataset.head_tree(), None)
        return commit, dataset.signature().identity.decode()


def _is_unfinished(path: Path) -> bool:
    """Whether there is no repository yet: none at all, or one that was not laid out to the end, where HEAD is
    the last file."""
    git = path / ".git"
    return not git.exists() or (git.is_dir() and not (git / "HEAD").exists())


def _has_no_commit(path: Path) -> bool:
    with Clone.in_folder(path) as clone:
        return clone.history.head() is None


def _refuse_place(path: Path, force: bool) -> None:
    if path.exists() and not path.is_dir():
        raise Refused(f"{path} is a file")
    if (path / config.NAME).exists():
        raise Refused(f"{path} is a dataset already", f"talekeep -C {path} status")
    if force:
        return
    # A killed `init` leaves a repository without a commit, which is completed without a question.
    git = path / ".git"
    fresh = git.is_dir() and (_is_unfinished(path) or _has_no_commit(path))
    if path.is_dir() and any(p.name != ".git" or not fresh for p in path.iterdir()):
        raise Refused(f"{path} is not empty", "choose a new folder, or --force to use this one as it is")
    for parent in path.parents:
        if (parent / ".git").exists():
            raise Refused(
                f"{path} lies inside the git repository {parent}",
                "choose a place outside it, or --force for a repository inside a repository",
            )


def _first_files(settings: config.Config, dataset: Dataset) -> dict[str, bytes]:
    """What a new dataset holds; a file that is there already stays as it is."""
    folder = shipped("templates") / "dataset"
    values = {
        "name": settings.name,
        "quoted_id": json.dumps(settings.id),
        "quoted_name": json.dumps(settings.name, ensure_ascii=False),
        "entries": "0",
        "messages": "0",
        "tags": "0",
    }
    own, card = (
        html.render_card((folder / name).read_text(encoding="utf-8"), values).encode()
        for name in (config.NAME, "README.md")
    )
    files = {
        config.NAME: config.edited(own, dataset.models),
        "README.md": card,
        ".gitattributes": (folder / "gitattributes").read_bytes(),
        ".gitignore": (folder / "gitignore").read_bytes(),
    }
    return {name: data for name, data in files.items() if not (dataset.path / name).exists()}


def _template_files(template: str, dataset: Dataset) -> dict[str, bytes]:
    """What a template adds to a new dataset; a file that is there already stays as it is."""
    folder = shipped("templates") / "starts" / template
    files = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*.toml"))}
    return {name: file.read_bytes() for name, file in files.items() if not (dataset.path / name).exists()}
