"""What stands between a file in the work tree and its blob: line ends, done here; filters, encodings and
`$Id$`, which only git applies. The rules are those of gitattributes(5) and git-config(1)."""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from talekeep.core.errors import Refused
from talekeep.store.git import command
from talekeep.store.git.files.attributes import NAME
from talekeep.store.git.files.attributes import Attributes
from talekeep.store.git.files.attributes import Value
from talekeep.store.git.repository import Repository

_TELLING = (b"filter", b"ident", b"working-tree-encoding", b"crlf", b"[attr]")
_IDENT = "the attribute ident"
# Those that git does not expect in a text: all but backspace, tab, line feed, form feed, CR and escape.
_CONTROLS = (*range(1, 8), 11, *range(14, 27), *range(28, 32), 127)
# The id of no object: a file that git alone could read, or that is no plain file.
UNKNOWN = "0" * 40


class Ends(Enum):
    """What happens to line ends: nothing; always; or only where a file looks like text."""

    AS_THEY_ARE = "as they are"
    TEXT = "text"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Rule:
    """How one path is stored. `crlf`: its lines end in CR LF in the work tree; `only_git` names what has to
    be left to git."""

    ends: Ends = Ends.AS_THEY_ARE
    crlf: bool = False
    only_git: str | None = None


class Conversion:
    """The conversions that hold in a work tree.

    Args:
        coming: attribute files that are about to be written, see `Attributes`.
    """

    def __init__(self, repo: Repository, coming: Mapping[str, bytes | None] = MappingProxyType({})) -> None:
        self._repo = repo
        self._attributes = Attributes(repo, coming)
        self._rules: dict[str, Rule] = {}

    def rule(self, path: str) -> Rule:
        if path not in self._rules:
            self._rules[path] = self._rule(self._attributes.of(path))
        return self._rules[path]

    def lays_out_blobs(self, paths: Iterable[str]) -> bool:
        """True where every file of these paths lies in the work tree as it is stored, told without a look at
        each of them; False may be too careful."""
        nested = [path for path in paths if path.endswith("/" + NAME)]
        lines = b"\n".join(self._attributes.texts(nested)).split(b"\n")
        # Every dataset's own file speaks of `core.autocrlf` in a comment.
        rules = [line for line in lines if not line.lstrip(b" \t").startswith(b"#")]
        return not self._native_crlf and not any(sign in line for line in rules for sign in _TELLING)

    def stored(self, path: str, data: bytes, staged: str | None = None) -> bytes:
        """The bytes git stores for a work-tree file.

        Args:
            data: what lies in the work tree.
            staged: the blob in the index, where there is one.

        Raises:
            Refused: only git can store it, and there is none or it fails.
        """
        what = self._only_git_for(path, data)
        if what is None:
            return self._with_stored_ends(path, data, staged)
        answer = self._ask(path, data, "-w")
        if answer is None:
            raise Refused(f"{path} has {what}, which only git applies", "put git on PATH")
        oid, reason = answer
        if reason is not None:
            raise Refused(f"{path} has {what}, and git cannot store it: {reason}", f"git add {path}")
        return self._repo.blob(oid.decode().strip())

    def stored_id(self, path: str, data: bytes, staged: str | None = None) -> str:
        """The id of what git stores for a work-tree file; an id of nothing where that cannot be told."""
        if self._only_git_for(path, data) is None:
            return self._repo.blob_id(self._with_stored_ends(path, data, staged))
        answer = self._ask(path, data)
        return UNKNOWN if answer is None or answer[1] is not None else answer[0].decode().strip()

    def _only_git_for(self, path: str, data: bytes) -> str | None:
        what = self.rule(path).only_git
        return None if what == _IDENT and b"$Id" not in data else what

    def _with_stored_ends(self, path: str, data: bytes, staged: str | None) -> bytes:
        ends = self.rule(path).ends
        if ends is Ends.AS_THEY_ARE or b"\r\n" not in data:
            return data
        if ends is Ends.AUTO and (_is_binary(data) or self._has_crlf(staged)):
            return data
        return data.replace(b"\r\n", b"\n")

    def laid_out(self, path: str, data: bytes) -> bytes:
        """The bytes of a blob as they lie in the work tree.

        Raises:
            Refused: only git can put it there.
        """
        what, rule = self._only_git_for(path, data), self.rule(path)
        if what is not None:
            raise Refused(f"{path} has {what}, which only git applies", "run this step with git itself")
        if not rule.crlf or rule.ends is Ends.AS_THEY_ARE or b"\n" not in data.replace(b"\r\n", b""):
            return data
        if rule.ends is Ends.AUTO and (b"\r" in data or _is_binary(data)):
            return data
        return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def _ask(self, path: str, data: bytes, *options: str) -> tuple[bytes, str | None] | None:
        return command.run(self._repo.path, "hash-object", *options, f"--path={path}", "--stdin", data=data)

    def _has_crlf(self, staged: str | None) -> bool:
        blob = self._repo.blob(staged) if staged is not None else b""
        return b"\r\n" in blob and not _is_binary(blob)

    def _rule(self, values: Mapping[str, Value]) -> Rule:
        only_git = self._only_git(values)
        # `crlf` is the older name of `text`.
        action = _action(values.get("text")) or _action(values.get("crlf"))
        if action == "binary":
            return Rule(only_git=only_git)
        if values.get("eol") in ("lf", "crlf"):
            ends = Ends.AUTO if action == "auto" else Ends.TEXT
            return Rule(ends, values["eol"] == "crlf", only_git)
        if action is not None:
            ends = Ends.AUTO if action == "auto" else Ends.TEXT
            return Rule(ends, action != "input" and self._native_crlf, only_git)
        ends = Ends.AUTO if self._autocrlf else Ends.AS_THEY_ARE
        return Rule(ends, self._autocrlf == "true", only_git)

    def _only_git(self, values: Mapping[str, Value]) -> str | None:
        name = values.get("filter")
        keys = ("clean", "smudge", "process", "required")
        if isinstance(name, str) and any(self._repo.settings.effective("filter", k, name) for k in keys):
            return f"the filter {name}"
        encoding = values.get("working-tree-encoding")
        if isinstance(encoding, str) and encoding and encoding.lower() not in ("utf-8", "utf8"):
            return f"the encoding {encoding}"
        return _IDENT if values.get("ident") is True else None

    @cached_property
    def _autocrlf(self) -> str | None:
        """`true` or `input`, None where it is off."""
        value = (self._repo.settings.effective("core", "autocrlf") or "").lower()
        if value in ("true", "yes", "on", "1"):
            return "true"
        return value if value == "input" else None

    @cached_property
    def _native_crlf(self) -> bool:
        if self._autocrlf is not None:
            return self._autocrlf == "true"
        return (self._repo.settings.effective("core", "eol") or "").lower() == "crlf"


def _action(value: Value | None) -> str | None:
    if isinstance(value, bool):
        return "text" if value else "binary"
    return value if value in ("input", "auto") else None


def _is_binary(data: bytes) -> bool:
    """Git's guess: a zero byte, a lone CR, or one control character in 128."""
    if b"\0" in data or b"\r" in data.replace(b"\r\n", b""):
        return True
    controls = sum(data.count(bytes([n])) for n in _CONTROLS)
    printable = len(data) - controls - data.count(b"\r") - data.count(b"\n")
    # A DOS end-of-file sign at the very end is none.
    return (printable >> 7) < controls - data.endswith(b"\x1a")
