"""What a revision names, in the spellings that git takes (gitrevisions(7)); a date stands for itself, without
`@{…}`, and names the newest commit of HEAD that is not younger."""

import re
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dulwich.object_store import DiskObjectStore
from dulwich.objects import Commit as GitCommit
from dulwich.objects import ObjectID
from dulwich.objects import Tag
from dulwich.refs import check_ref_format
from dulwich.walk import Walker

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.store.git import dates
from talekeep.store.git import names
from talekeep.store.git.settings import Settings

FORMS = "a branch, tag, remote, id or date; HEAD~2, HEAD^2, main@{1}, @{-1}, @{upstream}, :/words"

_REVISION = re.compile(r"(?P<base>(?:@\{[^{}]*\}|[^\^~])*)(?P<steps>(?:\^\{[^{}]*\}|\^\d*|~\d*)*)", re.DOTALL)
_STEP = re.compile(r"\^\{(?P<kind>[^{}]*)\}|\^(?P<parent>\d*)|~(?P<back>\d*)")
_AT = re.compile(r"(?P<ref>.*)@\{(?P<what>[^{}]*)\}", re.DOTALL)
_RANGE = re.compile(r"(?P<before>.*?)(?P<dots>\.{2,3})(?P<after>.*)", re.DOTALL)
_DESCRIBED = re.compile(r".+-\d+-g([0-9a-f]{4,40})")
_HEX = re.compile(r"[0-9a-f]{4,40}")
_ID = re.compile(r"[0-9a-f]{40}")
# The places git looks for a name, in its order (git-rev-parse(1)).
_PLACES = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_LOGGED_SWITCH = re.compile(r"checkout: moving from (\S+) to ")


@dataclass(frozen=True, slots=True)
class Span:
    """`before..after`; `symmetric` with three dots. A side that is left out is HEAD."""

    before: str
    after: str
    symmetric: bool


def span(text: str | None) -> Span | None:
    """The two ends of a range of commits; None where the text is no range."""
    if text is None or text.startswith(":/"):
        return None
    outside = re.sub(r"\{[^{}]*\}", lambda match: "x" * len(match[0]), text)
    match = _RANGE.fullmatch(outside)
    if match is None or outside in ("..", "..."):
        return None
    before, after = text[: match.end("before")], text[match.start("after") :]
    return Span(before or "HEAD", after or "HEAD", match["dots"] == "...")


class Revisions:
    """The revisions of one repository.

    Args:
        ref: the id a full ref name leads to, None where it leads nowhere.
        parents: a commit's parents, as far as its history is here.
    """

    def __init__(
        self,
        git_dir: Path,
        common_dir: Path,
        objects: DiskObjectStore,
        settings: Settings,
        ref: Callable[[str], str | None],
        head_ref: Callable[[], str | None],
        parents: Callable[[GitCommit], list[ObjectID]],
    ) -> None:
        self._git_dir, self._common_dir = git_dir, common_dir
        self._objects, self._settings = objects, settings
        self._ref, self._head_ref, self._parents = ref, head_ref, parents

    def commit(self, text: str, tips: Callable[[], Iterable[str]]) -> str:
        """The commit that a revision names.

        Args:
            tips: where `:/words` begins to look.

        Raises:
            NotFound: nothing has that name. Refused: several things have. Usage: it is a range.
        """
        if span(text) is not None:
            raise Usage(
                f"{text} names a range of commits, and one commit is wanted",
                "name one of its ends; log and diff take A..B",
            )
        result = self._search(text[2:], tips()) if text.startswith(":/") else self._resolved(text)
        if result is None:
            raise NotFound(f"there is no revision {text!r}", f"talekeep log; a revision is {FORMS}")
        return result

    def branch(self, text: str) -> str:
        """The branch that `-` or `@{-N}` stands for, by its short name; any other text as it is.

        Raises:
            NotFound: not so many branches were left here.
        """
        number = 1 if text == "-" else _previous(text)
        if number is None:
            return text
        left = [match[1] for line in self._log("HEAD") if (match := _LOGGED_SWITCH.match(line[1]))]
        if number > len(left):
            raise NotFound(f"there is no branch before this one ({text})", "talekeep branch lists them")
        return left[-number]

    def _resolved(self, text: str) -> str | None:
        match = _REVISION.fullmatch(text)
        if match is None:
            return None
        current = self._base(match["base"])
        for step in _STEP.finditer(match["steps"]):
            current = self._stepped(current, step) if current else None
        return self._peeled(current) if current else None

    def _stepped(self, current: str, step: re.Match[str]) -> str | None:
        """The object one `^`, `~` or `^{…}` leads to."""
        kind = step["kind"]
        if kind is not None and kind.startswith("/"):
            return self._search(kind[1:], [current])
        if kind is not None:
            return self._peeled(current) if kind in ("", "commit", "object") else None
        commit_id = self._peeled(current)
        if step["parent"] is not None:
            return self._parent(commit_id, int(step["parent"] or 1))
        for _ in range(int(step["back"] or 1)):
            commit_id = self._parent(commit_id, 1)
            if commit_id is None:
                break
        return commit_id

    def _parent(self, commit_id: str | None, number: int) -> str | None:
        if commit_id is None or number == 0:
            return commit_id
        commit = self._objects[names.oid(commit_id)]
        assert isinstance(commit, GitCommit)
        parents = self._parents(commit)
        return parents[number - 1].decode() if number <= len(parents) else None

    def _base(self, name: str) -> str | None:
        if name == "-" or _previous(name) is not None:
            name = self.branch(name)
        if name == "@":
            name = "HEAD"
        if _ID.fullmatch(name):
            return name if names.oid(name) in self._objects else None
        if match := _AT.fullmatch(name):
            return self._at(match["ref"], match["what"].lower())
        full = self._full_ref(name)
        if full is not None:
            return self._value(full)
        described = _DESCRIBED.fullmatch(name)
        return self._abbreviated(described[1] if described else name) or self._at_date(name)

    def _full_ref(self, name: str) -> str | None:
        """The ref a short name stands for."""
        candidates = (place.format(name) for place in _PLACES)
        return next((ref for ref in candidates if _is_ref_name(ref) and self._value(ref)), None)

    def _value(self, ref: str) -> str | None:
        if ref.startswith("refs/") or ref == "HEAD":
            return self._ref(ref)
        # MERGE_HEAD, ORIG_HEAD, FETCH_HEAD: a file that begins with an id.
        text = _read(self._git_dir / ref)[:40]
        return text if _ID.fullmatch(text) else None

    def _at(self, name: str, what: str) -> str | None:
        """`NAME@{N}` is what a ref led to N moves ago, `NAME@{upstream}` what a branch follows."""
        ref = self._full_ref("HEAD" if name == "@" else name) if name else (self._head_ref() or "HEAD")
        if ref is None:
            return None
        if what.isdigit():
            return self._moves_ago(ref, int(what))
        if what in ("u", "upstream", "push"):
            followed = self._upstream((self._head_ref() or "") if ref == "HEAD" else ref)
            return self._ref(followed) if followed else None
        return None

    def _moves_ago(self, ref: str, number: int) -> str | None:
        if number == 0:
            return self._value(ref)
        lines = self._log(ref)
        if number > len(lines):
            return None
        # Behind the oldest move stands what it began from.
        ends = lines[-number][0].split(" ", 2)
        older = lines[-number - 1][0].split(" ", 2)[1] if number < len(lines) else ends[0]
        return older if older.strip("0") else None

    def _log(self, ref: str) -> list[tuple[str, str]]:
        """The moves of a ref, oldest first: `(old, new and who; why)`."""
        home = self._common_dir if ref.startswith("refs/") else self._git_dir
        lines = _read(home / "logs" / ref).splitlines()
        return [(who, why) for who, _, why in (line.partition("\t") for line in lines) if " " in who]

    def _upstream(self, ref: str) -> str | None:
        branch = ref.removeprefix("refs/heads/")
        remote = self._settings.effective("branch", "remote", branch)
        merged = self._settings.effective("branch", "merge", branch)
        if remote is None or merged is None or remote == ".":
            return merged if remote else None
        source, _, target = (
            (self._settings.effective("remote", "fetch", remote) or "").lstrip("+").partition(":")
        )
        start = source.removesuffix("*")
        if not source.endswith("*") or not merged.startswith(start):
            return target if source == merged else None
        return target.removesuffix("*") + merged[len(start) :]

    def _at_date(self, text: str) -> str | None:
        """The newest commit that led to HEAD and is not younger than a date; None where it is no date."""
        end, at = dates.end_of(text), self._ref("HEAD")
        if end is None:
            return None
        while at is not None:
            commit = self._objects[names.oid(at)]
            assert isinstance(commit, GitCommit)
            if int(commit.author_time) <= end:
                return at
            at = self._parent(at, 1)
        raise NotFound(f"there is no commit on or before {text}", "talekeep log shows the dates")

    def _abbreviated(self, name: str) -> str | None:
        if not _HEX.fullmatch(name):
            return None
        ids = [oid.decode() for oid in self._objects.iter_prefix(name.encode())]
        # Of several objects the only commit is meant, as git takes it where a commit is wanted.
        commits = [object_id for object_id in ids if len(ids) == 1 or self._peeled(object_id)]
        if len(commits) > 1 or (len(ids) > 1 and not commits):
            raise Refused(f"{name} is the beginning of {len(ids)} ids", "give more digits")
        return commits[0] if commits else None

    def _peeled(self, object_id: str) -> str | None:
        """The commit an object is, or a tag leads to."""
        try:
            result = self._objects[names.oid(object_id)]
            while isinstance(result, Tag):
                result = self._objects[result.object[1]]
        except KeyError:
            return None
        return result.id.decode() if isinstance(result, GitCommit) else None

    def _search(self, words: str, starts: Iterable[str]) -> str | None:
        """The newest commit behind these whose message matches."""
        try:
            pattern = re.compile(words.encode("utf-8", "surrogateescape"), re.MULTILINE)
        except re.error as error:
            raise Usage(f"{words!r} is no pattern: {error}", FORMS) from error
        commits = {names.oid(start) for start in map(self._peeled, starts) if start}
        for entry in Walker(self._objects, sorted(commits), get_parents=self._parents) if commits else ():
            if pattern.search(entry.commit.message):
                return entry.commit.id.decode()
        return None


def _previous(text: str) -> int | None:
    """N of `@{-N}`."""
    match = re.fullmatch(r"@\{-([1-9]\d*)\}", text)
    return int(match[1]) if match else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except (OSError, ValueError):
        return ""


def _is_ref_name(name: str) -> bool:
    if name.startswith("refs/"):
        return check_ref_format(names.ref(name))
    return bool(re.fullmatch(r"[A-Z_]*HEAD", name))
