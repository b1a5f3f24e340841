"""The dataset on disk: opening it, seeing it at a moment, changing it."""

import contextlib
import os
import shlex
import time
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Self

from talekeep.core import handles
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.slug import slug
from talekeep.store import config
from talekeep.store import parts
from talekeep.store import transaction
from talekeep.store import view
from talekeep.store.checked_files import CheckedFiles
from talekeep.store.clone import side_commit
from talekeep.store.clone.clone import Clone
from talekeep.store.git.commits import Signature
from talekeep.store.git.files import index
from talekeep.store.git.files.conversion import Conversion
from talekeep.store.git.repository import Repository
from talekeep.store.ids import IdIndex
from talekeep.store.intake import Intake
from talekeep.store.intake import Stored
from talekeep.store.lock import locked
from talekeep.store.models import Models
from talekeep.store.view import Difference
from talekeep.store.view import Line
from talekeep.store.view import View

if TYPE_CHECKING:
    from talekeep.store.cache import Cache

NEUTRAL_NAME = "Talekeep"
NEUTRAL_EMAIL = "talekeep@localhost"
NEUTRAL = f"{NEUTRAL_NAME} <{NEUTRAL_EMAIL}>"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: its part, the line there (from 1)."""

    entry: str
    part: str
    line: int


class Dataset(Clone):
    """One dataset, one git repository.

    Args:
        path: its top folder, the one with `talekeep.toml`.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(Repository.open(path))
        self.path = path
        self._ids = IdIndex(lambda: self.cache)
        # What `write` says in place of the subject it is given, and whether it only stages.
        self.subject: str | None = None
        self.stages = False

    @classmethod
    def open(cls, start: Path) -> Self:
        """Open the dataset that `start` lies in, finishing first what a killed command left undone.

        Raises:
            NotFound: no folder from `start` upwards is a dataset.
        """
        for folder in (start, *start.parents):
            if (folder / config.NAME).is_file() and (folder / ".git").exists():
                parts.allow_long_lines(folder)
                dataset = cls(folder)
                dataset.recover()
                return dataset
        raise _no_dataset(start)

    def close(self) -> None:
        if "cache" in vars(self):
            self.cache.close()
        super().close()

    @property
    def private(self) -> Path:
        """`.git/talekeep/`: caches, journals, locks; never anything that could not be made again."""
        return self.repo.common_dir / "talekeep"

    @cached_property
    def cache(self) -> "Cache":
        # Many commands need none, and SQLite takes as long to load as ten of our modules.
        from talekeep.store.cache import Cache

        return Cache(self.private / "cache.sqlite")

    @cached_property
    def models(self) -> Models:
        """What is known of the versions of `talekeep.toml` and of the libraries."""
        return Models(CheckedFiles(self.private / "checked"))

    @cached_property
    def config(self) -> config.Config:
        """`talekeep.toml` as it lies in the folder."""
        try:
            return config.parse((self.path / config.NAME).read_bytes(), self.models)
        except FileNotFoundError:
            raise NotFound(f"{config.NAME} is missing", "git checkout -- talekeep.toml") from None

    # Moments

    def head_tree(self) -> str:
        return self.history.head_tree()

    def at(self, revision: str) -> View:
        """The dataset at a revision.

        Raises:
            NotFound: there is no such revision.
        """
        return self.of_tree(self.repo.commit(self.repo.resolve(revision)).tree)

    def of_tree(self, tree: str) -> View:
        return self._with_memory(super().of_tree(tree))

    def staged(self, snapshot: index.Snapshot | None = None) -> View:
        """What is staged, by this snapshot or as it is now."""
        return self._with_memory(super().staged(snapshot))

    def now(self) -> View:
        """The dataset as it lies in the folder, edits that are not committed included."""
        return self.now_from(index.read(self.repo))

    def now_from(self, snapshot: index.Snapshot) -> View:
        changes = index.work_changes(self.repo, snapshot)
        return self._with_memory(view.of_work_tree(self.repo, snapshot, changes))

    def _with_memory(self, bare: View) -> View:
        """The view with what this dataset remembers of blobs and files."""
        return replace(view.with_ids(bare, self._ids), models=self.models)

    # Finding entries

    def learn(self, files: View) -> None:
        """Make sure the cache knows the ids of every entries part of a view; only parts are read that are
        new to the cache and that nobody has read before."""
        watched = view.with_ids(files, self._ids)
        self._ids.require({files.files[part]: part for part in files.parts()}, watched.read_through)

    def learn_change(self, between: Difference) -> None:
        """Note the ids of parts that changed; only lines that are new are decoded."""
        before, after = between.before, between.after
        changed = {part: after.files[part] for part in between.parts() if part in after.files}
        new = set(self.cache.unknown(changed.values()))
        known: dict[str, dict[int, str]] = {}
        for entry, blob, line in self.cache.ids({before.files[p] for p in changed if p in before.files}):
            known.setdefault(blob, {})[line] = entry
        for part, blob in changed.items():
            ids = known.get(before.files.get(part, ""))
            if blob in new and ids is not None:
                self._ids.note(blob, between.ids(part, ids))

    def count(self, view: View) -> int:
        """How many entries a view holds."""
        self.learn(view)
        sizes = self.cache.sizes(view.files[part] for part in view.parts())
        return sum(sizes[view.files[part]] for part in view.parts())

    def everywhere(self, view: View) -> list[Place]:
        """The place of every entry of a view that has an id, in dataset order."""
        self.learn(view)
        return self._placed(view, self.cache.ids({view.files[part] for part in view.parts()}))

    def places(self, view: View, ids: Iterable[str]) -> list[Place]:
        """Every place in a view where one of these ids stands."""
        self.learn(view)
        return self._placed(view, self.cache.places(ids))

    def find(self, view: View, entry: str) -> Place:
        """The place of an entry by its id, a unique beginning of it, or a unique piece, the end first.

        Raises:
            NotFound: no entry, or several, are meant by it.
        """
        result = self.starting(view, entry) or self._alike(view, entry)
        if not result:
            raise NotFound(f"there is no entry {entry!r}", "talekeep list shows the ids")
        ids = sorted({place.entry for place in result})
        if len(ids) > 1 and entry not in ids:
            begin = "begin with" if ids[0].startswith(entry) else "have"
            some = ", ".join(_ends(ids))
            raise NotFound(
                f"{len(ids)} entries {begin} {entry!r}; their ends: {some}",
                "name one by the end of its id, or by @N",
            )
        return next(place for place in result if place.entry == (entry if entry in ids else ids[0]))

    def starting(self, view: View, beginning: str) -> list[Place]:
        """The places of the entries whose ids begin like this."""
        self.learn(view)
        return self._placed(view, self.cache.starting(beginning))

    def _alike(self, view: View, piece: str) -> list[Place]:
        """The places of the entries whose ids end with a piece, or hold it."""
        places = self._placed(view, self.cache.alike(piece)) if piece else []
        ids = set(handles.alike((place.entry for place in places), piece))
        return [place for place in places if place.entry in ids]

    def line_at(self, view: View, place: Place) -> Line:
        return next(line for line in view.lines(place.part) if line.number == place.line)

    def _placed(self, view: View, rows: Iterable[tuple[str, str, int]]) -> list[Place]:
        rows = list(rows)
        wanted = {blob for _, blob, _ in rows}
        by_blob: dict[str, list[str]] = {}
        for part, blob in view.files.items():
            if blob in wanted and parts.is_entries(part):
                by_blob.setdefault(blob, []).append(part)
        result = [Place(entry, part, line) for entry, blob, line in rows for part in by_blob.get(blob, ())]
        return sorted(result, key=lambda place: (*parts.place_in_order(place.part), place.line))

    # Changing

    @contextlib.contextmanager
    def writing(self, doing: str) -> Iterator[None]:
        """Be the one writer while the block runs.

        Raises:
            Refused: another process is writing, or a merge by plain git is under way.
        """
        with locked(self.private / "lock", doing):
            transaction.recover(self.repo)
            yield

    def recover(self) -> None:
        """Finish what a killed command left; nothing to do while its writer still lives."""
        if transaction.is_interrupted(self.repo):
            with contextlib.suppress(Refused), locked(self.private / "lock", "recovery", patience=1):
                transaction.recover(self.repo)

    def write(
        self,
        files: Mapping[str, bytes | Stored | None],
        message: str,
        *,
        merging: str | None = None,
        commit: bool = True,
        sweep: View | None = None,
        unmerged: Mapping[str, tuple[str | None, str | None, str | None]] = MappingProxyType({}),
        unstaged: Collection[str] = (),
    ) -> str | None:
        """Write files and commit exactly them; see `transaction.write`. Call inside `writing`.

        Args:
            merging: the other parent of a merge commit.
            sweep: the folder as it lies, when its uncommitted changes to these files are what is committed.
            unmerged: paths in conflict, with the blobs of base, ours and theirs: the merge stops here.
            unstaged: paths to be written into the folder alone.

        Raises:
            Refused: one of the files has uncommitted changes (without `sweep`), or an operation of git's is
                under way that has to end first.
        """
        commit = commit and not self.stages
        self._refuse_unfinished(merging, commit)
        self.refuse_filtered(files, of_work_tree=sweep is not None)
        if sweep is None:
            transaction.refuse_uncommitted(self.repo, files, self.head_tree())
        before = None if sweep is None else {path: sweep.files.get(path) for path in files}
        change = transaction.Change(
            files,
            self._named(message),
            [p for p in (self.repo.head(), merging) if p is not None],
            before,
            commit,
            unmerged,
            merging if not commit else None,
            merged=commit and merging is not None,
            unstaged=unstaged,
        )
        return transaction.write(self.repo, change, self.signature())

    def record(self, parent: str, files: Mapping[str, bytes | None], message: str) -> str:
        """Make a commit on top of any other one, without moving HEAD or a file; see `side_commit.record`.
        Call inside `writing`."""
        return side_commit.record(self.repo, parent, files, message, self.signature())

    def _named(self, message: str) -> str:
        """The message with the user's own subject, where there is one, over the same trailers."""
        trailers = message.partition("\n\n")[2]
        return message if self.subject is None else f"{self.subject}\n\n{trailers}"

    def intake(self) -> Intake:
        """For a change of many files, made one after the other; `write` takes its `files`. Call inside
        `writing`."""
        return Intake(self.repo, transaction.taken_in(self.repo))

    def _refuse_unfinished(self, merging: str | None, commit: bool) -> None:
        other = self.unfinished.other()
        if other is not None and commit:
            raise Refused(f"a {other} is under way", f"talekeep status; or {other} --abort")
        under_way = self.unfinished.merging()
        if commit and under_way is not None and under_way != merging:
            raise Refused("a merge is under way", "talekeep conflicts, or talekeep merge --abort")

    def refuse_filtered(self, paths: Iterable[str], *, of_work_tree: bool) -> None:
        """Stop where git would store something else than what is written.

        Args:
            of_work_tree: what is written was read from the work tree, and went through git on the way; that
                will do for all files but those that Talekeep reads itself.

        Raises:
            Refused: one of the paths has an attribute that only git applies.
        """
        conversion = Conversion(self.repo)
        for path in paths:
            what = conversion.rule(path).only_git
            if what is not None and (not of_work_tree or path.startswith(view.DATASET_FOLDERS)):
                raise Refused(
                    f"{path} has {what}, and Talekeep has to read it as it is stored",
                    "take that attribute off it in .gitattributes",
                )

    def odd_kinds(self, snapshot: index.Snapshot) -> dict[str, str]:
        """What git would commit and Talekeep does not: changed permissions and kinds of file, by path."""
        return self.staging.odd_kinds(snapshot, self.head_tree())

    def refuse_odd_kinds(self, snapshot: index.Snapshot) -> None:
        """Stop before a commit that would leave such a change out.

        Raises:
            Refused: a file changed its permissions or its kind.
        """
        for path, what in self.odd_kinds(snapshot).items():
            raise Refused(
                f"{path} is now {what}; a dataset holds plain files", self.way_out_of_odd(path, what)
            )

    def way_out_of_odd(self, path: str, what: str) -> str:
        """The command that makes a file a plain one again; for permissions also the one that keeps them."""
        place = shlex.quote(path)
        if what.startswith(index.BEHIND):
            link = shlex.quote(what.removeprefix(index.BEHIND))
            return f"mv {link} elsewhere && git checkout -- {link}"
        if "executable" in what:
            sign = "-x" if what == "executable" else "+x"
            change = f"chmod {sign} {place} && git update-index --chmod={sign} {place}"
            return f"{change}, or git add {place} && git commit"
        committed = self.history.holds(self.head_tree(), path)
        # The hook refuses links and submodules in a commit by git as well.
        return f"git checkout HEAD -- {place}" if committed else f"git rm --cached {place}"

    def check_out(self, branch: str, commit: str, *, dry_run: bool = False) -> None:
        """Put a clean folder and HEAD on a branch (full ref name) at a commit. Call inside `writing`.

        Raises:
            Refused: another work tree is on it, or a file differs that only git can put in place.
        """
        transaction.check_out(self.repo, branch, commit, dry_run=dry_run)

    def fast_forward(self, commit: str) -> None:
        """Move a clean folder and its branch to a descendant. Call inside `writing`."""
        transaction.fast_forward(self.repo, commit)

    def stop_merging(self) -> None:
        """Put files and index back to the last commit and forget the merge. Call inside `writing`."""
        transaction.stop_merging(self.repo)

    @property
    def merging(self) -> str | None:
        """The commit a stopped merge is merging."""
        return self.unfinished.merging()

    @property
    def under_way(self) -> str | None:
        """What is in the middle of its work: `merge`, or what only git can end, such as `git rebase`."""
        return "merge" if self.merging else self.unfinished.other()

    @property
    def merge_message(self) -> str | None:
        """The message prepared for the merge that is under way."""
        return self.unfinished.message()

    def signature(self) -> Signature:
        """Who commits: as git would say, a neutral name where git knows nobody or `identity` is `neutral`."""
        name, email = self._author()
        return Signature(_plain(name) or NEUTRAL_NAME, _plain(email) or NEUTRAL_EMAIL, int(time.time()))

    @property
    def reviewer(self) -> str:
        """Who reviews in this clone, as a slug: `reviewer` of its settings, else whoever commits; "" where
        nobody is named."""
        return slug(self.repo.settings.get("talekeep", "reviewer") or _plain(self._author()[0]))

    def _author(self) -> tuple[str, str]:
        if self.repo.settings.get("talekeep", "identity") == "neutral":
            return "", ""
        name, email = self.repo.settings.identity()
        return os.environ.get("GIT_AUTHOR_NAME") or name or "", os.environ.get(
            "GIT_AUTHOR_EMAIL"
        ) or email or ""


def _ends(ids: list[str]) -> list[str]:
    """The ends of some ids, as long as it takes to tell all of them apart."""
    ends = [*handles.short(ids, len(ids)).values()]
    return ends if len(ends) < 4 else [*ends[:3], "…"]


def _plain(text: str) -> str:
    return "".join(c for c in text if c not in "<>\n\r\0").strip()


def _no_dataset(start: Path) -> NotFound:
    """Why a folder is in no dataset, with the step that leads into one."""
    around = (folder for folder in (start, *start.parents) if (folder / config.NAME).is_file())
    files = next(around, None)
    if files is None:
        if (start / "HEAD").is_file() and (start / "objects").is_dir():
            what = f"{start} is a repository without a folder of files"
            return NotFound(what, f"talekeep clone {shlex.quote(str(start))} FOLDER")
        return NotFound(f"{start} is not inside a dataset", "talekeep init NAME, or -C FOLDER")
    what = f"{files} holds the files of a dataset and no repository"
    elsewhere = os.environ.get("GIT_DIR")
    if elsewhere is None:
        return NotFound(what, f"talekeep init {shlex.quote(str(files))}")
    link = shlex.quote(f"gitdir: {Path(elsewhere).absolute()}")
    return NotFound(f"{what}: that is in {elsewhere}", f"echo {link} > {shlex.quote(str(files / '.git'))}")
