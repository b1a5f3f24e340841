"""Another repository that `git` itself speaks to: with the user's credentials, proxies and ssh settings."""

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from talekeep.core.errors import Outside
from talekeep.core.progress import Progress
from talekeep.store.git.environment import local_environment
from talekeep.store.git.link import urls
from talekeep.store.git.link.exchange import Offer
from talekeep.store.git.link.exchange import Update
from talekeep.store.git.link.exchange import only_branches_and_tags
from talekeep.store.git.link.exchange import tell
from talekeep.store.git.pack import packs
from talekeep.store.git.repository import Repository

_SAFE = {
    "core.fsmonitor": "false",
    "core.pager": "cat",
    "protocol.allow": "never",
    "protocol.http.allow": "always",
    "protocol.https.allow": "always",
    "protocol.ssh.allow": "always",
    # One pack, which can be moved, however little there is.
    "fetch.unpackLimit": "1",
    "gc.auto": "0",
}
_ID = re.compile(r"[0-9a-f]{40}")
_ADVICE = ("warning:", "hint:", "remote: ")


class GitProgram:
    """A `Transport` to an address.

    Args:
        program: the path of git.
        repo: whose settings hold.
        name: what the remote is called there; None where it has no name.
    """

    def __init__(self, program: str, url: str, repo: Repository | None, name: str | None = None) -> None:
        self.program = program
        self.url = url
        self.repo = repo
        self.name = name

    def offer(self) -> Offer:
        place = self.repo.git_dir if self.repo else Path(tempfile.gettempdir())
        texts = self._run(["ls-remote", "--symref", "--", self.url], place, _quiet)
        refs, head = {}, None
        for line in texts.splitlines():
            value, _, name = line.partition("\t")
            if value.startswith("ref: ") and name == "HEAD":
                head = value[len("ref: ") :]
            elif _ID.fullmatch(value):
                refs[name] = value
        return Offer(only_branches_and_tags(refs), head)

    def take(
        self, repo: Repository, haves: Sequence[str], work: Path, progress: Progress
    ) -> tuple[dict[str, str], packs.Objects]:
        place = work / "incoming.git"
        made = Repository.init_bare(place)
        # Git finds what we have through this, and our settings (credentials, proxies) through the other.
        made.objects.add_alternate_path(os.path.abspath(os.fspath(repo.objects.path)))  # noqa: PTH100
        made.settings.set({("include", None, "path"): os.fspath(repo.common_dir.resolve() / "config")})
        made.close()
        words = ["fetch", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--progress"]
        refspecs = [f"+refs/{kind}/*:refs/{kind}/*" for kind in ("heads", "tags")]
        # Stronger than what the included settings say of that other repository.
        own = [word for key in (f"core.hooksPath={os.devnull}", "core.bare=true") for word in ("-c", key)]
        self._run([*own, *words, "--", self.url, *refspecs], place, progress)
        incoming = Repository.open(place)
        return incoming.refs(), incoming.objects

    def send(
        self, repo: Repository, updates: Sequence[Update], work: Path, progress: Progress
    ) -> dict[str, str | None]:
        words = ["push", "--porcelain", "--progress", "--no-follow-tags", "--no-recurse-submodules"]
        # By id: what is sent is what was validated, also where a branch moves meanwhile.
        refspecs = [f"{update.after}:{update.ref}" for update in updates]
        texts = self._run([*words, "--", self.name or self.url, *refspecs], repo.path, progress, failing=True)
        result: dict[str, str | None] = {
            update.ref: "git did not say what became of it" for update in updates
        }
        for line in texts.splitlines():
            flag, _, rest = line.partition("\t")
            names, _, summary = rest.partition("\t")
            ref = names.partition(":")[2]
            if ref in result:
                result[ref] = _reason(summary) if flag == "!" else None
        return result

    def _run(self, words: list[str], place: Path, progress: Progress, *, failing: bool = False) -> str:
        """What git prints. With `failing` an answer counts although git ends with an error.

        Raises:
            Outside: git failed; the message is its own.
        """
        options = [word for key, value in _SAFE.items() for word in ("-c", f"{key}={value}")]
        command = [self.program, "-C", os.fspath(place), *options, *words]
        with tempfile.TemporaryFile() as out:
            with subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, env=local_environment()
            ) as running:
                assert running.stderr is not None
                text = _follow(running.stderr, progress)
            out.seek(0)
            output = out.read().decode("utf-8", "surrogateescape")
        if running.returncode != 0 and not (failing and "\n!\t" in f"\n{output}"):
            raise self._failed(text)
        return output

    def _failed(self, lines: list[str]) -> Outside:
        errors = [line for line in lines if line.startswith(("fatal:", "error:"))]
        rest = [line for line in lines if not line.startswith(_ADVICE)]
        why = (errors or rest or ["git gave no reason"])[0]
        why = re.sub(r"^(fatal|error): ", "", why).replace(self.url, urls.shown(self.url))
        return Outside(
            f"{urls.shown(self.url)} cannot be used: {why}",
            f"try it by itself: git ls-remote {urls.shown(self.url)}",
        )


def _reason(summary: str) -> str:
    """`[rejected] (fetch first)` → `fetch first`."""
    return summary.partition("(")[2].rstrip(")") or summary


def _follow(stream: IO[bytes], progress: Progress) -> list[str]:
    """Read what git says about its work; the last lines of it that are no progress."""
    lines: list[str] = []
    pending = b""
    while block := os.read(stream.fileno(), 4096):
        *complete, pending = re.split(rb"[\r\n]", pending + block)
        for raw in complete:
            line = raw.decode("utf-8", "replace")
            tell(progress, line)
            if line.strip() and "%" not in line:
                lines.append(line)
    return [*lines, pending.decode("utf-8", "replace")][-50:]


def _quiet(doing: str, done: int, total: int | None) -> None:
    """Nothing to show for a question that takes a moment."""
