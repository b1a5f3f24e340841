"""Another repository where no git is on PATH: dulwich speaks the protocol, by https or the `ssh` program."""

import contextlib
import os
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dulwich.client import GitClient
from dulwich.client import HTTPProxyUnauthorized
from dulwich.client import HTTPUnauthorized
from dulwich.client import get_transport_and_path
from dulwich.errors import GitProtocolError
from dulwich.errors import HangupException
from dulwich.errors import NotGitRepository
from dulwich.errors import SendPackError
from dulwich.objects import ObjectID
from dulwich.refs import Ref
from urllib3.exceptions import HTTPError

from talekeep.core.errors import Outside
from talekeep.core.progress import Progress
from talekeep.store.git import names
from talekeep.store.git.link import urls
from talekeep.store.git.link.exchange import Offer
from talekeep.store.git.link.exchange import Update
from talekeep.store.git.link.exchange import only_branches_and_tags
from talekeep.store.git.link.exchange import tell
from talekeep.store.git.pack import packs
from talekeep.store.git.pack.reach import peel
from talekeep.store.git.repository import Repository

# Everything dulwich raises for a server that is away, says no, or talks nonsense.
_FAILURES = (
    AssertionError,
    GitProtocolError,
    HTTPError,
    HTTPProxyUnauthorized,
    HTTPUnauthorized,
    HangupException,
    NotGitRepository,
    OSError,
    SendPackError,
    ValueError,
)


class Wire:
    """A `Transport` to an address; `repo` is whose settings hold."""

    def __init__(self, url: str, repo: Repository | None) -> None:
        self.url = url
        self.repo = repo

    @contextlib.contextmanager
    def _client(self) -> Iterator[tuple[GitClient, str]]:
        config = self.repo.dulwich.get_config_stack() if self.repo else None
        ssh = os.environ.get("GIT_SSH_COMMAND") or os.environ.get("GIT_SSH")
        try:
            client, path = get_transport_and_path(self.url, config=config, ssh_command=ssh)
            with contextlib.closing(client):
                yield client, path
        except _FAILURES as error:
            why = _why(error).replace(self.url, urls.shown(self.url))
            raise Outside(
                f"{urls.shown(self.url)} cannot be used: {why}",
                "with git on PATH its credential helpers and settings are used",
            ) from error

    def offer(self) -> Offer:
        with self._client() as (client, path):
            result = client.get_refs(path.encode())
            head = (result.symrefs or {}).get(names.ref("HEAD"))
            return Offer(_plain(result.refs), head.decode() if head else None)

    def take(
        self, repo: Repository, haves: Sequence[str], work: Path, progress: Progress
    ) -> tuple[dict[str, str], packs.Objects]:
        scratch = packs.scratch_store(work / "scratch", repo.objects)
        commits = [names.oid(c) for c in (peel(repo.objects, have) for have in haves) if c is not None]
        walker = repo.dulwich.get_graph_walker(commits)
        with (work / "pack").open("w+b") as stream:

            def keep(data: bytes) -> int:
                if stream.tell() + len(data) > packs.MAX_PACK:
                    raise ValueError(f"it sends more than {packs.MAX_PACK} bytes")
                return stream.write(data)

            def wants(refs: Any, depth: int | None = None) -> list[ObjectID]:
                result = map(names.oid, sorted(set(_plain(refs).values())))
                return [oid for oid in result if oid not in repo.objects]

            with self._client() as (client, path):
                result = client.fetch_pack(path, wants, walker, keep, _telling(progress))
                refs = _plain(result.refs)
            if stream.tell():
                stream.seek(0)
                packs.read_pack(scratch, stream)
        return refs, scratch

    def send(
        self, repo: Repository, updates: Sequence[Update], work: Path, progress: Progress
    ) -> dict[str, str | None]:
        result: dict[str, str | None] = {}

        def move(there: dict[Ref, ObjectID]) -> dict[Ref, ObjectID]:
            now = _plain(there)
            result.update((u.ref, "it moved meanwhile") for u in updates if now.get(u.ref) != u.before)
            return {names.ref(u.ref): names.oid(u.after) for u in updates if u.ref not in result}

        with self._client() as (client, path):
            sent = client.send_pack(path.encode(), move, repo.objects.generate_pack_data, _telling(progress))
        reasons = {name.decode(): why for name, why in (sent.ref_status or {}).items()}
        return {u.ref: None for u in updates} | reasons | result


def _why(error: Exception) -> str:
    if isinstance(error, NotGitRepository):
        return "there is no git repository"
    if isinstance(error, HTTPUnauthorized | HTTPProxyUnauthorized):
        return "it asks for a name and a password"
    # What urllib3 says of itself on the way to the reason.
    cause = getattr(error, "reason", None) or error
    return str(cause).rpartition(": ")[2] or type(error).__name__


def _plain(refs: Any) -> dict[str, str]:
    result = {name.decode("utf-8", "surrogateescape"): oid.decode() for name, oid in refs.items() if oid}
    return only_branches_and_tags(result)


def _telling(progress: Progress) -> Any:
    return lambda data: tell(progress, data.decode("utf-8", "replace"))
