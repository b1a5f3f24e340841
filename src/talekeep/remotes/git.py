"""A git repository somewhere else, by path or address: the remote kind `git`."""

import os
import secrets
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.errors import BadRecord
from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.core.progress import Progress
from talekeep.core.progress import silent
from talekeep.remotes.access import Access
from talekeep.remotes.access import Made
from talekeep.remotes.access import NewRemote
from talekeep.remotes.access import Prepare
from talekeep.remotes.access import remote_settings
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Cloned
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Moved
from talekeep.remotes.base import Sent
from talekeep.remotes.base import Status
from talekeep.remotes.mirror.folder.manifest import check_refs
from talekeep.remotes.mirror.reader.new_repository import NEW
from talekeep.remotes.mirror.reader.new_repository import whole
from talekeep.remotes.mirror.reader.state_reader import local_tips
from talekeep.remotes.mirror.reader.tracking_refs import track
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.remotes.mirror.writer.ref_snapshot import stand_in
from talekeep.store.clone.clone import Clone
from talekeep.store.git.link import transport
from talekeep.store.git.link import urls
from talekeep.store.git.link.exchange import Offer
from talekeep.store.git.link.exchange import Transport
from talekeep.store.git.link.exchange import Update
from talekeep.store.git.pack import packs
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.pack.reach import peel
from talekeep.store.git.pack.reach import reachable
from talekeep.store.git.repository import Repository
from talekeep.store.scratch import scratch_folder

KIND = "git"
_HEADS, _TAGS = "refs/heads/", "refs/tags/"


@dataclass(frozen=True, slots=True)
class GitRemote:
    """The repository at `url`, known here as `name`. Whoever pushes or fetches holds the writer lock."""

    name: str
    url: str
    kind: str = KIND
    progress: Progress = silent

    def _transport(self, repo: Repository | None) -> Transport:
        # A relative path that `git remote add` wrote is seen from the top folder, as git sees it.
        base = repo.path if repo is not None else Path()
        return transport.connect(urls.locate(self.url, base), repo, self.name)

    def push(self, repo: Repository, *, entries: int | None = None, full: bool = False) -> Sent:
        """Push the branch HEAD is on and the tags that lead into it; never by force.

        Raises:
            Refused: HEAD is on no branch, or commits are there that are not here.
            Outside: it cannot be reached.
        """
        branch, way = _current(repo), self._transport(repo)
        there = way.offer().refs
        self._require_descendant(repo, branch, there.get(branch))
        wanted, notes = _wanted(repo, branch, there)
        local = Local(repo.git_dir, self.name)
        with local.locked(f"a push to {self.name}"), local.staging() as work:
            refused = way.send(repo, wanted, work, self.progress) if wanted else {}
        if refused.get(branch) is not None:
            raise self._said_no(branch, str(refused[branch]))
        notes += [f"{ref} was refused there: {why}" for ref, why in refused.items() if why is not None]
        moved = tuple(Moved(u.ref, u.before, u.after) for u in wanted if refused[u.ref] is None)
        self._follow(repo, branch)
        return Sent(self.name, urls.shown(self.url), moved, tuple(notes))

    def _require_descendant(self, repo: Repository, branch: str, there: str | None) -> None:
        if there is None:
            return
        if peel(repo.objects, there) is None or not reachable(repo.objects, [there], [str(repo.ref(branch))]):
            raise self._behind(branch)

    def _behind(self, branch: str) -> Refused:
        short = branch.removeprefix(_HEADS)
        return Refused(
            f"{self.name} has commits on {short} that are not here, so nothing was pushed",
            f"talekeep fetch {self.name} && talekeep merge {self.name}/{short}",
        )

    def _said_no(self, branch: str, why: str) -> Refused:
        if why in ("fetch first", "non-fast-forward", "it moved meanwhile"):
            return self._behind(branch)
        short = branch.removeprefix(_HEADS)
        hint = "talekeep branch NEW && talekeep switch NEW, then push that"
        return Refused(f"{self.name} did not take {short}: {why}", hint)

    def _follow(self, repo: Repository, branch: str) -> None:
        """Note what is there now, and make it what the branch follows if it follows nothing yet."""
        short = branch.removeprefix(_HEADS)
        track(repo, self.name, "", {branch: str(repo.ref(branch))}, tags=False, prune=False)
        if repo.settings.get("branch", "remote", short) is None:
            repo.settings.set(upstream(self.name, short))

    def fetch(self, repo: Repository) -> Fetched:
        """Bring its branches to `refs/remotes/<name>/…`, and tags that are not here yet.

        Raises:
            Refused: it holds what a dataset may not hold, or is damaged; nothing moves then.
            Outside: it cannot be reached.
        """
        local = Local(repo.git_dir, self.name)
        with local.locked(f"a fetch from {self.name}"), local.staging() as work:
            refs, _ = self.take(repo, work)
            tracked = track(repo, self.name, "", refs, tags=True)
        return Fetched((), tuple(tracked.moved), tuple(tracked.notes))

    def take(self, repo: Repository, work: Path) -> tuple[dict[str, str], int]:
        """Bring all its objects into a repository once they are found whole; no ref moves.

        Returns:
            Its branches and tags, and how many objects are new.
        """
        tips = local_tips(repo)
        refs, scratch = self._transport(repo).take(repo, tips, work, self.progress)
        try:
            refs = self._allowed(refs)
            new = check_complete(scratch, refs.values(), tips)
            packs.adopt_packs(repo.objects, scratch)
        finally:
            scratch.close()
        return refs, new

    def _allowed(self, refs: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in refs.items() if name != f"{_HEADS}HEAD"}
        try:
            check_refs(list(kept))
        except BadRecord as error:
            raise Refused(f"{urls.shown(self.url)} cannot be used: {error}") from error
        return kept

    def offer(self, repo: Repository | None = None) -> Offer:
        """Its branches and tags, and the branch it is on; nothing is brought here."""
        offer = self._transport(repo).offer()
        return Offer(self._allowed(offer.refs), offer.head)

    def describe(self, repo: Repository) -> Status:
        """Its branches and tags."""
        return Status(urls.shown(self.url), KIND, (), refs=self.offer(repo).refs)

    def check(self, *, restore: bool = False, everything: bool = False) -> Checked:
        """See that it answers; with `restore`, bring all of it to a scratch folder and follow it."""
        with scratch_folder() as scratch:
            try:
                refs = self.offer().refs
                if restore:
                    repo = Repository.init_bare(scratch / "repository")
                    self.take(repo, scratch)
                    repo.close()
            except (Refused, Outside) as problem:
                return Checked("none", (), (), (problem.message,))
        return Checked("good", tuple(refs), () if restore else ("what its branches and tags lead to",))


def clone(
    url: str, target: Path, *, name: str, prepare: Callable[[Repository], None], progress: Progress = silent
) -> Cloned:
    """Make a repository from another one: there is all of it in the end, or nothing. None of the other's
    hooks or settings come along.

    Args:
        prepare: called with the repository before it gets its name, to look at it and fill its work tree.

    Raises:
        Refused: the target is in use; or it holds what a dataset may not hold. NotFound: no repository.
        Outside: it cannot be reached, or the disk failed.
    """
    remote = GitRemote(name, url, progress=progress)
    with whole(target, secrets.token_hex(4)) as work:
        repo = Repository.init(work / NEW)
        try:
            head = remote.offer(repo).head
            refs, objects = remote.take(repo, work)
            branch = head if head in refs else stand_in(refs, None)
            if branch is None:
                raise Refused(f"{urls.shown(url)} is empty: no branch has a commit", "talekeep init NAME")
            notes = _follow_all(repo, name, url, refs, branch)
            prepare(repo)
        finally:
            repo.close()
    short = branch.removeprefix(_HEADS)
    return Cloned(os.fspath(target), urls.shown(url), name, short, refs, objects, tuple(notes))


def _follow_all(repo: Repository, name: str, url: str, refs: dict[str, str], branch: str) -> list[str]:
    """Refs and settings as `git clone` leaves them: one branch of our own, the others as they are there."""
    tracked = track(repo, name, "", refs, tags=True)
    repo.set_ref(branch, refs[branch], None, f"clone: from {urls.shown(url)}")
    repo.set_head(branch)
    short = branch.removeprefix(_HEADS)
    repo.set_head(f"refs/remotes/{name}/{short}", f"refs/remotes/{name}/HEAD")
    repo.settings.set(remote_settings(name, url) | upstream(name, short))
    return tracked.notes


def upstream(remote: str, branch: str) -> dict[tuple[str, str | None, str], str | None]:
    """The settings that make a branch follow the one of the same name, as `git clone` writes them."""
    return {("branch", branch, "remote"): remote, ("branch", branch, "merge"): f"{_HEADS}{branch}"}


def _current(repo: Repository) -> str:
    branch = repo.head_ref()
    if branch is None:
        raise Refused("HEAD is on no branch, so there is none to push", "talekeep switch BRANCH")
    if repo.ref(branch) is None:
        raise Refused("there is nothing to push yet: nothing is committed", "talekeep import FILE")
    return branch


def _wanted(repo: Repository, branch: str, there: Mapping[str, str]) -> tuple[list[Update], list[str]]:
    """What differs there: the branch, then each tag that leads to one of its commits."""
    tip = str(repo.ref(branch))
    updates = [] if there.get(branch) == tip else [Update(branch, there.get(branch), tip)]
    notes = []
    for tag, value in sorted(repo.refs_under(_TAGS).items()):
        if there.get(tag) == value or not reachable(repo.objects, [value], [tip]):
            continue
        if tag in there:
            notes.append(f"the tag {tag.removeprefix(_TAGS)} is another one there; it stays as it is")
        else:
            updates.append(Update(tag, None, value))
    return updates, notes


class GitAccess(Access):
    """Git repositories: by address, or by a path where one is."""

    def address(self, place: str, base: Path) -> str:
        return urls.locate(place, base).url

    def shown(self, place: str, base: Path) -> str:
        return urls.shown(self.address(place, base))

    def default_target(self, place: str, base: Path) -> str:
        return urls.last_name(place) if urls.is_remote(place) else super().default_target(place, base)

    def add(self, clone: Clone, new: NewRemote, *, dry_run: bool = False) -> Made:
        result = urls.locate(new.place, new.base)
        if result.path is not None and result.path == clone.path.resolve():
            raise Refused(f"{new.place} is this dataset itself", "name another place")
        return Made(result.url, remote_settings(new.name, result.url))

    def clone(
        self, place: str, target: Path, *, base: Path, name: str, prepare: Prepare, progress: Progress
    ) -> Cloned:
        url = self.address(place, base)
        return clone(url, target, name=name, prepare=lambda repo: prepare(Clone(repo)), progress=progress)

    def look(self, place: str, base: Path) -> Status:
        url = self.address(place, base)
        return Status(urls.shown(url), self.kind, (), refs=GitRemote("origin", url).offer().refs)
