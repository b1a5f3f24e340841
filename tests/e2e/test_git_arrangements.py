"""A table of git states and commands. Whatever flags, attributes, settings and work trees a repository has:
a command makes of it what git would make of it, or refuses and changes nothing."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows keeps neither modes nor links"),
]


def record(number: int) -> str:
    messages = [{"role": "user", "content": f"{number}? {'sea ' * 600}"}]
    messages.append({"role": "assistant", "content": f"Reply {number}"})
    return json.dumps({"messages": messages}) + "\n"


@dataclass
class Place:
    """A folder with the dataset `harbor`; `top` is where the commands work, in an environment of its own."""

    folder: Path
    run: Any
    git_: Any
    top: Path
    entry: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def git(self, *words: Any, cwd: Path | None = None, check: int | None = 0) -> str:
        out: str = self.git_(*words, cwd=cwd or self.top, check=check).out
        return out

    def save(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "state")

    def part(self, number: int) -> Path:
        """One of the parts that git knows, in the folder or not."""
        names = [n for n in self.git("ls-files", "entries").splitlines() if n.endswith(".jsonl")]
        return self.top / names[number]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return []


@pytest.fixture
def place(tmp_path: Path, tmp_path_factory: Any, run: Any, git: Any, made: list[Path]) -> Place:
    """Three parts, files beside them, and a branch that differs in both."""
    if not made:
        folder = tmp_path_factory.mktemp("made")
        fresh = Place(folder, run, git, folder / "harbor")
        run("init", fresh.top, check=0)
        run("config", "storage.target", "4096", cwd=fresh.top, check=0)
        (folder / "in.jsonl").write_text("".join(map(record, range(5))))
        run("import", folder / "in.jsonl", cwd=fresh.top, check=0)
        assert len([*fresh.top.glob("entries/*/*.jsonl")]) > 2
        (fresh.top / "notes").mkdir()
        for name in ("a.txt", "b.txt"):
            (fresh.top / "notes" / name).write_text("one\ntwo\n")
        fresh.save()
        fresh.git("switch", "-q", "-c", "side")
        fresh.part(0).write_bytes(fresh.part(0).read_bytes().replace(b"Reply 0", b"Reply of the side"))
        (fresh.top / "notes/a.txt").write_text("of the side\n")
        fresh.save()
        fresh.git("switch", "-q", "main")
        made.append(folder)
    shutil.copytree(made[0], tmp_path / "place", symlinks=True)
    git("-C", tmp_path / "place/harbor", "update-index", "-q", "--refresh", check=0)
    copied = Place(tmp_path / "place", run, git, tmp_path / "place/harbor")
    copied.entry = json.loads(copied.part(0).read_text().splitlines()[0])["id"]
    return copied


# --- States


def configured(**settings: str) -> Callable[[Place], None]:
    """Settings of the repository, a section and a key each."""

    def make(place: Place) -> None:
        for name, value in settings.items():
            place.git("config", name.replace("_", "."), value)

    return make


def attributed(*rows: str) -> Callable[[Place], None]:
    """Attributes that were there when the files were committed, on both branches."""

    def make(place: Place) -> None:
        place.git("config", "filter.mine.clean", "sed s/^/kept:/")
        place.git("config", "filter.mine.smudge", "sed s/^kept://")
        place.git("config", "core.safecrlf", "false")
        for branch in ("side", "main"):
            place.git("switch", "-q", branch)
            if any("UTF-16" in row for row in rows):
                text = (place.top / "notes/a.txt").read_text()
                (place.top / "notes/a.txt").write_bytes(text.encode("utf-16-le"))
            with (place.top / ".gitattributes").open("a") as stream:
                stream.write("\n".join(rows) + "\n")
            place.git("add", "--renormalize", ".")
            place.save()
            # As git lays them out.
            place.git("rm", "-rq", "--cached", ".")
            place.git("reset", "-q", "--hard")
        # What `undo` takes back is of an entry.
        place.part(0).write_bytes(place.part(0).read_bytes().replace(b"Reply 1", b"Answer 1"))
        place.save()

    return make


def flagged(flag: str, what: str) -> Callable[[Place], None]:
    """A flag of the index on a file, whose bytes in the folder are private ones."""

    def make(place: Place) -> None:
        name = place.part(1).relative_to(place.top).as_posix() if what == "part" else what
        place.git("update-index", flag, name)
        if flag != "--fsmonitor-valid":
            file = place.top / name
            file.write_bytes(file.read_bytes().replace(b"Reply", b"Private reply"))
            if what != "part":
                file.write_text("private\n")

    return make


def fsmonitor(place: Place) -> None:
    script = place.folder / "monitor"
    # It answers what changed since its last answer: everything.
    script.write_text("#!/bin/sh\nprintf 'token\\0/\\0'\n")
    script.chmod(0o755)
    place.git("config", "core.fsmonitor", str(script))
    place.git("update-index", "--fsmonitor")
    place.git("status")


def fsmonitor_valid(place: Place) -> None:
    fsmonitor(place)
    flagged("--fsmonitor-valid", "notes/b.txt")(place)


def indexed(*words: str) -> Callable[[Place], None]:
    """Another form of the index."""

    def make(place: Place) -> None:
        place.git("update-index", *words)

    return make


def intent_to_add(place: Place) -> None:
    (place.top / "notes/new.txt").write_text("new\n")
    place.git("add", "--intent-to-add", "notes/new.txt")


def sparse(*words: str) -> Callable[[Place], None]:
    def make(place: Place) -> None:
        place.git("sparse-checkout", "set", *words)

    return make


def linked(place: Place) -> None:
    place.git("worktree", "add", "-q", "-b", "linked", place.folder / "linked")
    place.top = place.folder / "linked"


def bare(place: Place) -> None:
    place.git("clone", "-q", "--bare", place.top, place.folder / "bare.git")
    place.git("worktree", "add", "-q", place.folder / "tree", "main", cwd=place.folder / "bare.git")
    place.top = place.folder / "tree"


def separate(place: Place) -> None:
    place.git("init", "-q", "--separate-git-dir", place.folder / "elsewhere.git")


def submodule(place: Place) -> None:
    place.git("init", "-q", place.folder / "super")
    words = ("-c", "protocol.file.allow=always", "submodule", "add", "-q", place.top, "sub")
    place.git(*words, cwd=place.folder / "super")
    place.top = place.folder / "super/sub"
    place.git("branch", "-q", "side", "origin/side")


def behind_a_link(place: Place) -> None:
    (place.folder / "way").symlink_to(place.top)
    place.top = place.folder / "way"


def cloned(*words: str) -> Callable[[Place], None]:
    def make(place: Place) -> None:
        place.git("clone", "-q", *words, place.top, place.folder / "clone")
        place.top = place.folder / "clone"
        place.git("branch", "-q", "side", "origin/side")

    return make


def inside_another(place: Place) -> None:
    place.git("init", "-q", place.folder)


def own_work_tree(place: Place) -> None:
    place.git("config", "core.worktree", str(place.top))


def packed(place: Place) -> None:
    place.git("gc", "-q")
    place.git("multi-pack-index", "write")
    place.git("commit-graph", "write", "--reachable")


def detached(place: Place) -> None:
    place.git("checkout", "-q", "--detach")


def in_environment(**variables: str) -> Callable[[Place], None]:
    """Variables of another repository, as its hook leaves them behind; FOLDER is where it lies."""

    def make(place: Place) -> None:
        place.git("init", "-q", place.folder / "another")
        place.environment = {k: v.replace("FOLDER", str(place.folder)) for k, v in variables.items()}

    return make


NOTES, PARTS = "/notes/a.txt", "/entries/**/*.jsonl"
ON_FILES = (
    *(
        "text",
        "-text",
        "text=auto",
        "eol=crlf",
        "eol=lf",
        "working-tree-encoding=UTF-16LE",
        "ident",
        "filter=mine",
    ),
    *("filter=unknown", "export-ignore", "export-subst", "merge=union", "-merge"),
    *("diff=nothing", "-diff"),
    *("binary", "-delta", "whitespace=cr-at-eol", "merge=nothing", "linguist-generated", "crlf", "-crlf"),
)
# A part with a filter is refused (test_git_states.py).
ON_PARTS = (
    "text",
    "-text",
    "eol=crlf",
    "ident",
    "export-ignore",
    "binary",
    "merge=union",
    "-diff",
)
STATES: dict[str, Callable[[Place], None]] = {
    "nothing": lambda place: None,
    **{f"notes {name}": attributed(f"{NOTES} {name}") for name in ON_FILES},
    **{f"parts {name}": attributed(f"{PARTS} {name}") for name in ON_PARTS},
    "everything text=auto": attributed("* text=auto"),
    "everything eol=crlf": attributed("* text=auto eol=crlf"),
    "macro": attributed("[attr]mine -text -diff", "notes/* mine"),
    "skip-worktree file": flagged("--skip-worktree", "notes/b.txt"),
    "skip-worktree part": flagged("--skip-worktree", "part"),
    "assume-unchanged file": flagged("--assume-unchanged", "notes/b.txt"),
    "assume-unchanged part": flagged("--assume-unchanged", "part"),
    "fsmonitor": fsmonitor,
    "fsmonitor-valid": fsmonitor_valid,
    "untracked cache": indexed("--force-untracked-cache"),
    "index v4": indexed("--index-version", "4"),
    "intent to add": intent_to_add,
    "sparse patterns": sparse("--no-cone", "/*", "!/entries/0000/00001*", "!/notes/b.txt"),
    "sparse without entries": sparse("--no-cone", "/*", "!/entries"),
    "sparse cone": sparse("--cone", "library", "notes"),
    "linked": linked,
    "bare": bare,
    "separate": separate,
    "submodule": submodule,
    "behind a link": behind_a_link,
    "shared clone": cloned("--shared"),
    "local clone": cloned("--local"),
    "inside another": inside_another,
    "core.worktree": own_work_tree,
    "packed": packed,
    "detached": detached,
    "autocrlf": configured(core_autocrlf="true"),
    "autocrlf input": configured(core_autocrlf="input"),
    "eol": configured(core_eol="crlf"),
    "fileMode": configured(core_fileMode="false"),
    "ignoreCase": configured(core_ignoreCase="true"),
    "symlinks": configured(core_symlinks="false"),
    "precomposeUnicode": configured(core_precomposeUnicode="true"),
    "quotePath": configured(core_quotePath="false"),
    "checkStat": configured(core_checkStat="minimal", core_trustctime="false"),
    "protectNTFS": configured(core_protectNTFS="true", core_protectHFS="true"),
    "no reflog": configured(core_logAllRefUpdates="false"),
    "big files": configured(core_bigFileThreshold="1", core_compression="0"),
    "commit settings": configured(commit_cleanup="scissors", core_commentChar=";", commit_verbose="true"),
    "encoding": configured(i18n_commitEncoding="ISO-8859-1"),
    "diff settings": configured(diff_noprefix="true", diff_external="false", core_pager="false"),
    "merge settings": configured(merge_ff="false", merge_conflictStyle="diff3", rerere_enabled="true"),
    "shared repository": configured(core_sharedRepository="group"),
    "GIT_DIR": in_environment(GIT_DIR="FOLDER/another/.git", GIT_WORK_TREE="FOLDER/another"),
    "GIT_INDEX_FILE": in_environment(GIT_INDEX_FILE="FOLDER/another/.git/index"),
    "GIT_OBJECT_DIRECTORY": in_environment(GIT_OBJECT_DIRECTORY="FOLDER/another/.git/objects"),
    "alternates": in_environment(GIT_ALTERNATE_OBJECT_DIRECTORIES="FOLDER/another/.git/objects"),
    "GIT_PREFIX": in_environment(GIT_PREFIX="notes/", GIT_LITERAL_PATHSPECS="1", GIT_NAMESPACE="x"),
}  # fmt: skip


# --- Commands


def append(place: Place) -> None:
    """Edit a part and a file beside it, where they are in the folder."""
    for file in (place.part(0), place.top / "notes/a.txt"):
        if file.is_file():
            data = file.read_bytes()
            if file.suffix == ".txt":
                more = "more\n".encode("utf-16-le" if b"\0" in data else "utf-8")
                file.write_bytes(data + more)
            else:
                file.write_bytes(data.replace(b"Reply 0", b"Edited 0"))


COMMANDS: dict[str, Callable[[Place], list[str]]] = {
    "status": lambda place: ["status", "--json"],
    "commit": lambda place: ["commit", "-m", "all"],
    "switch": lambda place: ["switch", "side"],
    "undo": lambda place: ["undo"],
    "import": lambda place: ["import", str(place.folder / "more.jsonl")],
    "edit": lambda place: ["edit", place.entry, "--file", str(place.folder / "text.md")],
    "tag": lambda place: ["tag", "add", "raw", place.entry],
    "discard": lambda place: ["discard", "--all"],
    "restore": lambda place: ["restore", "--where", "", "--from", "side"],
    "merge": lambda place: ["merge", "side"],
}  # fmt: skip
EDITED_FIRST = ("status", "commit", "discard")


@dataclass
class Seen:
    """What git says of a place, with nothing it remembers of times."""

    head: str
    tree: str
    staged: str
    flags: str
    dirty: str
    files: dict[str, bytes]


def shown_by(place: Place) -> Seen:
    for name in place.git("ls-files", "-z").split("\0")[:-1]:
        if (place.top / name).is_file():
            os.utime(place.top / name)
    files = {
        path.relative_to(place.top).as_posix(): path.read_bytes()
        for path in place.top.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(place.top).parts
    }
    return Seen(
        place.git("rev-parse", "HEAD"),
        place.git("rev-parse", "HEAD^{tree}"),
        place.git("ls-files", "-s"),
        place.git("ls-files", "-v"),
        place.git("status", "--porcelain"),
        files,
    )


def as_git_commits(place: Place, git: Any) -> str:
    """The tree that `git commit --all` would make now."""
    index = place.git("rev-parse", "--path-format=absolute", "--git-path", "index").strip()
    copy = f"{index}.copy"
    shutil.copy(index, copy)
    with pytest.MonkeyPatch.context() as given:
        given.setenv("GIT_INDEX_FILE", copy)
        place.git("add", "--update", ".")
        tree = place.git("write-tree")
    Path(copy).unlink()
    return tree


@pytest.mark.parametrize("state", STATES)
def test_a_command_does_what_git_would_or_changes_nothing(place: Place, git: Any, state: str) -> None:
    (place.folder / "more.jsonl").write_text(record(90))
    (place.folder / "text.md").write_text("## user\n\nWho?\n\n## assistant\n\nA friend.\n")
    STATES[state](place)
    kept, top = place.folder.with_name("kept"), place.top
    shutil.copytree(place.folder, kept, symlinks=True)
    faults = []
    for name in COMMANDS:
        shutil.rmtree(place.folder)
        shutil.copytree(kept, place.folder, symlinks=True)
        place.top = top
        git("-C", top, "status")
        try:
            check_command(place, git, name)
        except (AssertionError, pytest.fail.Exception) as error:
            faults.append(f"{state} / {name}: {error}"[:1500])
    assert not faults, "\n\n".join(faults)


def check_command(place: Place, git: Any, name: str) -> None:
    if name in EDITED_FIRST:
        append(place)
    words = COMMANDS[name](place)
    expected = as_git_commits(place, git)
    before = shown_by(place)
    with pytest.MonkeyPatch.context() as given:
        for key, value in place.environment.items():
            given.setenv(key, value)
        result = place.run(*words, cwd=place.top)
    after = shown_by(place)
    assert result.code in (0, 4), result.err
    if result.code == 4:
        assert result.err.strip()
        assert after == before, ("refused, yet changed", result.err)
        return
    check_change(place, name, expected, before, after, result)
    assert git("fsck", cwd=place.top).code == 0


def check_change(place: Place, name: str, expected: str, before: Seen, after: Seen, result: Any) -> None:
    changed = place.git("diff", "--name-only", before.head.strip(), after.head.strip()).split()
    kept_private = [row[2:] for row in before.flags.splitlines() if row[0] in "Shs"]
    for path in kept_private:
        assert before.files.get(path) == after.files.get(path), path
    if name == "switch":
        assert place.git("symbolic-ref", "HEAD").strip() == "refs/heads/side"
    else:
        assert not set(changed) & set(kept_private)
    assert sorted(row for row in before.flags.splitlines() if row[2:] in kept_private) == sorted(
        row for row in after.flags.splitlines() if row[2:] in kept_private
    )
    if name == "status":
        assert after == before
        named = {row[3:] for row in before.dirty.splitlines() if row[0] != "?"}
        changes = result.json["changes"]
        parts = {n for n in named if n.startswith(("entries/", "sidecars/"))}
        assert bool(parts) == bool(changes["changed"]), (named, changes)
        assert {*changes["other"]} - {"notes/new.txt"} == named - parts - {"notes/new.txt"}, (named, changes)
    elif name == "commit":
        assert after.tree == expected, place.git("diff", "--stat", expected.strip(), "HEAD")
        assert not [row for row in after.dirty.splitlines() if row[:2] != "??"], after.dirty
    elif name == "discard":
        assert after.head == before.head
        assert not [row for row in after.dirty.splitlines() if row[:2] == " M"], after.dirty
    else:
        assert after.dirty == before.dirty, (after.dirty, before.dirty)
    if name in ("import", "edit", "tag", "restore"):
        assert all(p.startswith(("entries/", "sidecars/", "library/")) for p in changed), changed
