"""One git repository: refs, commits, configuration. Ids are 40-digit hex strings everywhere above."""

import codecs
import contextlib
import os
import re
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from pathlib import PurePosixPath

from dulwich.errors import FileFormatException
from dulwich.errors import NotGitRepository
from dulwich.errors import PackedRefsException
from dulwich.object_store import DiskObjectStore
from dulwich.objects import Blob
from dulwich.objects import Commit as GitCommit
from dulwich.objects import ObjectID
from dulwich.refs import SYMREF
from dulwich.refs import check_ref_format
from dulwich.repo import InvalidWorktreeConfiguration
from dulwich.repo import Repo
from dulwich.repo import UnsupportedVersion
from dulwich.walk import Walker

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.store.files import replace
from talekeep.store.git import bases
from talekeep.store.git import config_text
from talekeep.store.git import locks
from talekeep.store.git import names
from talekeep.store.git import reflog
from talekeep.store.git.commits import Commit
from talekeep.store.git.commits import Signature
from talekeep.store.git.files.layout import lay_out
from talekeep.store.git.pack.objects import write_objects
from talekeep.store.git.revisions import Revisions
from talekeep.store.git.settings import ConfiguredRepo
from talekeep.store.git.settings import Settings

# What dulwich raises for a repository that it does not understand.
_UNREADABLE = (
    AssertionError,
    FileFormatException,
    InvalidWorktreeConfiguration,
    UnsupportedVersion,
    ValueError,
)
_ID = re.compile(rb"[0-9a-f]{40}")


class Repository:
    def __init__(self, repo: Repo) -> None:
        self.dulwich = repo
        self.settings = Settings(repo)
        self.git_dir = Path(os.fspath(repo.controldir()))
        # Of a linked work tree (`git worktree add`) branches, tags and hooks are the main one's.
        self.common_dir = Path(os.fspath(repo.commondir()))
        self.path = Path(os.fspath(repo.path))
        # What `index` read last, and the state of the file it was read from.
        self.last_index: tuple[object, object] | None = None
        store = repo.object_store
        assert isinstance(store, DiskObjectStore)
        self.objects = store
        # dulwich syncs refs but, by default, not the objects they name; and git writes loose
        # objects at level 1, which is several times faster for a few per cent of size.
        store.fsync_object_files = True
        store.loose_compression_level = 1

    @classmethod
    def init(cls, path: Path, branch: str = "main") -> "Repository":
        """Make a repository with a work tree at `path`, or complete one that was interrupted there."""
        lay_out(path / ".git", branch, bare=False)
        return cls.open(path)

    @classmethod
    def init_bare(cls, path: Path, branch: str = "main") -> "Repository":
        """Make a repository without a work tree."""
        lay_out(path, branch, bare=True)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> "Repository":
        """Open the repository at exactly this path.

        Raises:
            NotFound: there is none. Refused: it is of a kind that this program cannot read, or damaged.
        """
        try:
            return cls(ConfiguredRepo(path))
        except NotGitRepository:
            raise NotFound(f"{path} is not a git repository", "talekeep init") from None
        except _UNREADABLE as error:
            raise Refused(
                f"the repository at {path} cannot be read: {error}", f"git -C {path} fsck"
            ) from error

    def close(self) -> None:
        self.dulwich.close()

    @property
    def is_shallow(self) -> bool:
        """Whether the beginning of the history was left out (`git clone --depth`)."""
        return bool(self._shallow)

    def require_history(self, doing: str) -> None:
        """Stop before a step that needs every commit.

        Raises:
            Refused: this is a shallow clone.
        """
        if self.is_shallow:
            raise Refused(
                f"cannot {doing}: this clone is shallow, the beginning of its history is not here",
                "git fetch --unshallow",
            )

    # Refs

    def refs(self) -> dict[str, str]:
        """Every branch and tag by full name, as it is: annotated tags are not peeled."""
        return self.refs_under("refs/heads/") | self.refs_under("refs/tags/")

    def refs_under(self, prefix: str) -> dict[str, str]:
        """The refs below a prefix such as `refs/heads/`, by full name; symbolic ones left out."""
        result = {}
        with self._reading_refs():
            for rest in self.dulwich.refs.subkeys(names.ref(prefix)):
                name = prefix + rest.decode("utf-8", "surrogateescape")
                value = self.dulwich.refs.read_ref(names.ref(name))
                # What a sync program left among the refs is none.
                if value is not None and _ID.fullmatch(value):
                    result[name] = value.decode()
        return result

    @contextlib.contextmanager
    def _reading_refs(self) -> Iterator[None]:
        try:
            yield
        except PackedRefsException as error:
            place = self.common_dir / "packed-refs"
            raise Refused(f"{place} is damaged: {error}", f"git -C {self.path} fsck") from error

    def ref(self, name: str) -> str | None:
        """The id a ref (or HEAD) leads to; None where it leads nowhere.

        Raises:
            Refused: it is damaged.
        """
        try:
            with self._reading_refs():
                value = self.dulwich.refs[names.ref(name)]
        except KeyError:
            return None
        if not _ID.fullmatch(value):
            raise Refused(f"{name} is damaged: it does not hold a commit", f"git -C {self.path} fsck")
        return value.decode()

    def users_of(self, branch: str) -> list[Path]:
        """The other work trees that are on a branch (full ref name), or in the middle of rebasing or
        bisecting it."""
        own = self.git_dir.resolve()
        places = [self.common_dir, *sorted((self.common_dir / "worktrees").glob("*"))]
        return [_work_tree(p) for p in places if p.resolve() != own and _is_on(p, branch)]

    def refuse_in_use(self, branch: str) -> None:
        """Stop before a branch moves under another work tree, whose next commit would take it back.

        Raises:
            Refused: another work tree is on it.
        """
        for place in self.users_of(branch):
            short = branch.removeprefix("refs/heads/")
            raise Refused(
                f"{short} is checked out at {place}", f"work there, or git -C {place} switch another"
            )

    def set_ref(self, name: str, new: str | None, old: str | None, reason: str = "talekeep") -> bool:
        """Move a ref from `old` (None: it must not exist) to `new` (None: remove it); False if it was
        elsewhere. `HEAD` stands for the branch it is on.

        Raises:
            Refused: another program holds the ref's lock, or another work tree is on the branch.
        """
        current = self.head_ref()
        target = (current or name) if name == "HEAD" else name
        if target.startswith("refs/heads/") and target != current:
            self.refuse_in_use(target)
        home = self.git_dir if target == "HEAD" else self.common_dir
        if new is None:
            return self._remove_ref(target, old)
        if old is None:
            self._refuse_in_the_way(target)
        with self._locked(home / target):
            if self.ref(target) != old:
                return False
            _remove_empty_below(home / target)
            # The log first, as git does it: where it cannot be written, the ref stays.
            self._log_move(target, old, new, reason)
            try:
                replace(home / target, new.encode() + b"\n", staging=self._marks)
            except Outside:
                # The file may be in place although the disk failed; where it is new, it goes again.
                if old is None:
                    (home / target).unlink(missing_ok=True)
                raise
        return True

    @property
    def _marks(self) -> Path:
        return self.git_dir / "talekeep"

    def _locked(self, place: Path) -> AbstractContextManager[None]:
        """Hold git's lock of a file."""
        return locks.held(place.with_name(f"{place.name}.lock"), self._marks)

    def _remove_ref(self, name: str, old: str | None) -> bool:
        place, packed = self.common_dir / name, self.common_dir / "packed-refs"
        with self._locked(packed), self._locked(place):
            if old is not None and self.ref(name) != old:
                return False
            # First where it is packed: a loose one that went alone would uncover an older value.
            _without_packed(packed, name, self._marks)
            place.unlink(missing_ok=True)
        # A log left behind would stand in the way of `name/…`.
        (self.common_dir / "logs" / name).unlink(missing_ok=True)
        _remove_empty(place.parent, self.common_dir / "refs")
        return True

    def _refuse_in_the_way(self, name: str) -> None:
        # Git keeps refs as files and folders: `a` and `a/b` cannot both be.
        above = [parent for parent in map(str, PurePosixPath(name).parents) if "/" in parent]
        for other in [*filter(self._is_ref, above), *self.refs_under(f"{name}/")]:
            raise Refused(f"{other} is in the way of {name}", "choose another name")

    def _is_ref(self, name: str) -> bool:
        with self._reading_refs():
            value = self.dulwich.refs.read_ref(names.ref(name))
        return value is not None and _ID.fullmatch(value) is not None

    def _log_move(self, ref: str, old: str | None, new: str, reason: str) -> None:
        """Append to the reflogs git would append to; tags have none."""
        if ref.startswith("refs/tags/"):
            return
        name, email = self.settings.identity()
        who = f"{name or 'talekeep'} <{email or 'talekeep@localhost'}> {int(time.time())} +0000"
        line = f"{old or '0' * 40} {new} {who}\t{reason}\n"
        logged = [ref, "HEAD"] if ref == self.head_ref() and ref != "HEAD" else [ref]
        for name in logged if self.git_dir != self.path else []:
            log = (self.git_dir if name == "HEAD" else self.common_dir) / "logs" / name
            reflog.append(log, line)

    def _log_switch(self, ref: str) -> None:
        """Say in HEAD's log which branch it leaves: `git switch -` and `@{-1}` read it there."""
        left, old, new = self.head_ref(), self.head(), self.ref(ref)
        if left != ref and old is not None and new is not None:
            short = (left or old).removeprefix("refs/heads/")
            self._log_move(
                "HEAD", old, new, f"checkout: moving from {short} to {ref.removeprefix('refs/heads/')}"
            )

    @staticmethod
    def branch_ref(name: str) -> str:
        """The full name of a branch.

        Raises:
            Refused: git allows no such name.
        """
        ref = f"refs/heads/{name}"
        if not check_ref_format(names.ref(ref)) or name.startswith("-"):
            raise Refused(f"{name!r} is no name for a branch", "letters, digits, - and / are safe")
        return ref

    def head_ref(self) -> str | None:
        """The branch HEAD is on (`refs/heads/main`), None when detached."""
        with self._reading_refs():
            value = self.dulwich.refs.read_ref(names.ref("HEAD"))
        if value is not None and value.startswith(SYMREF):
            return value[len(SYMREF) :].decode()
        return None

    def set_head(self, ref: str, symbolic: str = "HEAD") -> None:
        """Make HEAD (or another symbolic ref) stand for a ref.

        Raises:
            Refused: another program holds its lock. Outside: the disk refused.
        """
        place = (self.git_dir if symbolic == "HEAD" else self.common_dir) / symbolic
        with self._locked(place):
            if symbolic == "HEAD":
                self._log_switch(ref)
            replace(place, f"ref: {ref}\n".encode("utf-8", "surrogateescape"), staging=self._marks)

    def head(self) -> str | None:
        """The commit HEAD is at, None before the first one."""
        return self.ref("HEAD")

    # Commits

    def commit(self, commit_id: str) -> Commit:
        result = self.objects[names.oid(commit_id)]
        assert isinstance(result, GitCommit)
        text = _decoder(result.encoding)
        return Commit(
            id=commit_id,
            tree=result.tree.decode(),
            parents=() if commit_id in self._shallow else tuple(p.decode() for p in result.parents),
            author=text(result.author),
            time=int(result.author_time),
            offset=int(result.author_timezone),
            message=text(result.message),
            boundary=commit_id in self._shallow,
        )

    def create_commit(self, tree: str, parents: list[str], message: str, signature: Signature) -> str:
        """Write a commit object and return its id; no ref moves. With `commit.gpgsign` it is signed.

        Raises:
            Refused: it has to be signed, and cannot be.
        """
        if self.settings.is_on("commit", "gpgsign"):
            # Few sign; what runs git for it is not loaded for the others.
            from talekeep.store.git import signed

            return signed.create_commit(self.path, tree, parents, message, signature)
        commit = GitCommit()
        commit.tree = names.oid(tree)
        commit.parents = [names.oid(p) for p in parents]
        commit.author = commit.committer = signature.identity
        commit.author_time = commit.commit_time = signature.time
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = None
        commit.message = message.encode()
        write_objects(self.objects, [commit])
        return commit.id.decode()

    def resolve(self, revision: str) -> str:
        """The commit a revision names, in git's spellings (see `revisions`).

        Raises:
            NotFound: nothing has that name. Refused: several things have. Usage: it is a range of commits.
        """
        return self._revisions.commit(revision, self._tips)

    def branch_named(self, text: str) -> str:
        """The branch that `-` or `@{-N}` stands for, by its short name; any other text as it is.

        Raises:
            NotFound: no branch was left here.
        """
        return self._revisions.branch(text)

    @cached_property
    def _revisions(self) -> Revisions:
        places = self.git_dir, self.common_dir
        return Revisions(*places, self.objects, self.settings, self.ref, self.head_ref, self._parents)

    def _tips(self) -> list[str]:
        head = self.head()
        return [*self.refs_under("refs/").values(), *([head] if head else [])]

    def walk(self, *starts: str, limit: int | None = None, hidden: Iterable[str] = ()) -> Iterator[Commit]:
        """Commits from these to the first, newest first, without what leads up to a hidden one."""
        ends = [names.oid(commit_id) for commit_id in hidden]
        begins = [names.oid(commit_id) for commit_id in starts]
        parents = self._parents
        for step in Walker(self.objects, begins, exclude=ends, max_entries=limit, get_parents=parents):
            yield self.commit(step.commit.id.decode())

    @cached_property
    def _shallow(self) -> frozenset[str]:
        """Commits whose parents `git clone --depth` left out."""
        try:
            return frozenset(oid.decode() for oid in self.dulwich.get_shallow())
        except FileFormatException as error:
            place = self.common_dir / "shallow"
            raise Refused(f"{place} is damaged: {error}", "git fetch --unshallow") from error

    def _parents(self, commit: GitCommit) -> list[ObjectID]:
        return [] if commit.id.decode() in self._shallow else commit.parents

    def merge_bases(self, one: str, others: Iterable[str]) -> list[str]:
        """The best common ancestors of a commit and any of these others, newest first."""
        return bases.merge_bases(bases.history_of(self.objects, self._parents), one, others)

    def merge_base(self, a: str, b: str) -> str | None:
        return next(iter(self.merge_bases(a, [b])), None)

    def count_beyond(self, commit_id: str, known: list[str]) -> int:
        """How many commits lead up to `commit_id` that none of `known` has."""
        hidden = [names.oid(k) for k in known]
        walker = Walker(self.objects, [names.oid(commit_id)], exclude=hidden, get_parents=self._parents)
        return sum(1 for _ in walker)

    def is_ancestor(self, ancestor: str, commit_id: str) -> bool:
        return self.merge_base(ancestor, commit_id) == ancestor

    # Blobs

    def blob(self, blob_id: str) -> bytes:
        return bytes(self.objects.get_raw(names.oid(blob_id))[1])

    @staticmethod
    def blob_id(data: bytes) -> str:
        return Blob.from_string(data).id.decode()

    def write_blobs(self, blobs: list[bytes]) -> list[str]:
        made = [Blob.from_string(data) for data in blobs]
        write_objects(self.objects, made)
        return [blob.id.decode() for blob in made]


def _decoder(encoding: bytes | None) -> Callable[[bytes], str]:
    """How to read the text of a commit; its header names an encoding where it is not UTF-8."""
    try:
        name = codecs.lookup((encoding or b"utf-8").decode("ascii", "replace")).name
    except LookupError:
        name = "utf-8"
    return lambda data: data.decode(name, "replace")


def _is_on(git_dir: Path, branch: str) -> bool:
    """Whether the work tree of a git directory is on a branch, or will be when what it is doing ends."""
    for name in ("HEAD", "rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"):
        try:
            text = (git_dir / name).read_text(encoding="utf-8", errors="surrogateescape").strip()
        except OSError:
            continue
        value = text.removeprefix("ref:").strip()
        if value == branch or (name == "BISECT_START" and f"refs/heads/{value}" == branch):
            # The HEAD of a bare repository is nobody's work tree.
            return name != "HEAD" or not _is_bare(git_dir)
    return False


def _is_bare(git_dir: Path) -> bool:
    try:
        entries = config_text.parse((git_dir / "config").read_bytes()).entries
    except (OSError, config_text.SyntaxFault):
        return False
    return any(e.section == (b"core", None) and e.name == b"bare" and e.value == b"true" for e in entries)


def _work_tree(git_dir: Path) -> Path:
    """Where the work tree of a git directory lies."""
    try:
        return Path((git_dir / "gitdir").read_text(encoding="utf-8", errors="surrogateescape").strip()).parent
    except OSError:
        return git_dir.parent


def _without_packed(packed: Path, name: str, staging: Path) -> None:
    """Take a ref out of `packed-refs`, with the line below it that says what a tag of it leads to."""
    if not packed.is_file():
        return
    kept, wanted, removing = [], b" " + name.encode("utf-8", "surrogateescape"), False
    lines = packed.read_bytes().splitlines(keepends=True)
    for line in lines:
        removing = line.rstrip(b"\n").endswith(wanted) or (removing and line.startswith(b"^"))
        if not removing:
            kept.append(line)
    if len(kept) < len(lines):
        replace(packed, b"".join(kept), staging, keep_mode=True)


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder of refs and those above it that are empty, but not `refs/heads` itself."""
    while folder.parent != top and top in folder.parents:
        try:
            folder.rmdir()
        except OSError:
            # Not empty, or gone already.
            return
        folder = folder.parent


def _remove_empty_below(place: Path) -> None:
    """Remove folders that refs left behind where a ref is to be; what is not empty stays."""
    for folder, _, _ in os.walk(place, topdown=False):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()
