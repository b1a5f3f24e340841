"""Manifests: a push is complete when its manifest is there; it names every file needed and has a checksum.

`sha256sum -c` and `shasum -a 256 -c` check the files it lists, because they skip lines with `#`.
Lines this version does not know are kept out of the way, not refused, so that later ones can add some.
"""

import hashlib
import re
from dataclasses import dataclass

from talekeep.core.errors import BadRecord

MAGIC = b"# talekeep-mirror "
FORMAT = 1
MAX_BYTES = 2**20
MAX_REFS = 10_000
MAX_FILES = 4096
MAX_SIZE = 2**44

WRITER = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{0,22}-[0-9a-f]{8}")
BUNDLE = re.compile(r"([0-9]{6})-(full|incr)-([0-9a-f]{16})\.bundle(?:\.age)?")
MANIFEST = re.compile(r"([0-9]{6})-manifest-([0-9a-f]{16})\.txt")
# Words that ignore lists of sync clients catch, so that no name of ours may have them.
IGNORED = re.compile(r"cache|conflict|temp|tmp|lock|\b(?:bak|old|log|part)\b")
_HEX40 = re.compile(r"[0-9a-f]{40}")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_STORE = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_SIZE = re.compile(r"[0-9]{1,14}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_TAIL = re.compile(rb"# self-sha256 ([0-9a-f]{64})\n")
_BAD_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|[/.]$|\.lock(?:/|$)|\./")


@dataclass(frozen=True, slots=True)
class Link:
    """One bundle of the chain; `size` in bytes."""

    name: str
    size: int
    sha256: str

    @property
    def number(self) -> int:
        return int(self.name[:6])

    @property
    def full(self) -> bool:
        return self.name[7:11] == "full"

    @property
    def sealed(self) -> bool:
        return self.name.endswith(".age")


@dataclass(frozen=True, slots=True)
class Seen:
    """The highest complete push of another machine that the writer could read."""

    writer: str
    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of one writer. `made` (UTC) is for people and orders nothing.

    Of a sealed one (its bundles are encrypted) refs, heads and numbers stand in the bundle alone.
    """

    store: str
    writer: str
    number: int
    made: str
    refs: tuple[tuple[str, str], ...]
    chain: tuple[Link, ...]
    head: str | None = None
    detached: str | None = None
    previous: str | None = None
    seen: tuple[Seen, ...] = ()
    entries: int | None = None

    @property
    def sealed(self) -> bool:
        return self.chain[-1].sealed

    @property
    def tips(self) -> list[str]:
        """Every object a reader must be able to reach."""
        return sorted(
            {object_id for _, object_id in self.refs} | ({self.detached} if self.detached else set())
        )


def bundle_name(number: int, full: bool, sha256: str, *, sealed: bool = False) -> str:
    return f"{number:06d}-{'full' if full else 'incr'}-{sha256[:16]}.bundle{'.age' if sealed else ''}"


def manifest_name(number: int, sha256: str) -> str:
    return f"{number:06d}-manifest-{sha256[:16]}.txt"


def is_ref(name: str) -> bool:
    """True for a branch or tag that git and every terminal can take (git-check-ref-format(1))."""
    return (
        name.startswith(("refs/heads/", "refs/tags/"))
        and len(name.encode("utf-8", "surrogatepass")) <= 250
        and _BAD_REF.search(name) is None
        and name.isprintable()
    )


def check_refs(names: list[str]) -> None:
    """Check a whole set of names: allowed, each once, none the folder of another.

    Raises:
        BadRecord: which one is wrong.
    """
    known = set(names)
    if len(names) > MAX_REFS or len(known) != len(names):
        raise BadRecord(f"{len(names)} refs, some twice or more than {MAX_REFS}")
    for name in names:
        if not is_ref(name):
            raise BadRecord(f"the ref name {name!r} is not allowed")
        parts = name.split("/")
        if any("/".join(parts[:n]) in known for n in range(3, len(parts))):
            raise BadRecord(f"the ref {name!r} lies below another ref")


def render(manifest: Manifest) -> bytes:
    """The bytes of a manifest; the same value always gives the same ones."""
    lines = [
        f"# talekeep-mirror {FORMAT}",
        f"# push {manifest.number}",
        f"# store {manifest.store}",
        f"# writer {manifest.writer}",
        f"# made {manifest.made} by this machine's clock (never used to order anything)",
    ]
    optional = (
        ("contains", f"{manifest.entries} entries" if manifest.entries is not None else None),
        ("previous", manifest.previous),
        ("head", manifest.head),
        ("detached", manifest.detached),
    )
    lines += [f"# {key} {value}" for key, value in optional if value is not None]
    lines += [f"# seen {s.writer} {s.number} {s.sha256}" for s in manifest.seen]
    lines += [f"# ref {object_id} {name}" for name, object_id in manifest.refs]
    lines += [f"# size {link.size} {link.name}" for link in manifest.chain]
    lines += [f"{link.sha256}  {link.name}" for link in manifest.chain]
    text = "".join(f"{line}\n" for line in lines).encode()
    return text + b"# self-sha256 " + hashlib.sha256(text).hexdigest().encode() + b"\n"


def parse(data: bytes) -> Manifest:
    """Read a manifest that may come from anywhere.

    Raises:
        BadRecord: it is damaged, hostile, of a newer format, or no manifest.
    """
    fields = _fields(data)
    _require(_only(fields, "talekeep-mirror") == str(FORMAT), "it is of a newer format; upgrade talekeep")
    refs = tuple(_ref(line) for line in fields.get("ref", []))
    check_refs([name for name, _ in refs])
    number = int(_match(_NUMBER, _only(fields, "push"), "push number"))
    head, detached = _optional(fields, "head"), _optional(fields, "detached")
    _require(head is None or head in dict(refs), "its head is none of its refs")
    previous = _optional(fields, "previous")
    return Manifest(
        store=_match(_STORE, _only(fields, "store"), "store id"),
        writer=_match(WRITER, _only(fields, "writer"), "writer"),
        number=number,
        made=_match(_TIME, _only(fields, "made")[:20], "time"),
        refs=refs,
        chain=_chain(fields, number),
        head=head,
        detached=_match(_HEX40, detached, "commit id") if detached else None,
        previous=_match(_HEX64, previous, "hash") if previous else None,
        seen=tuple(_seen(line) for line in fields.get("seen", [])),
        entries=_entries(_optional(fields, "contains")),
    )


def _fields(data: bytes) -> dict[str, list[str]]:
    """Values by key; the lines of sums, which have none, under the empty key."""
    _require(len(data) <= MAX_BYTES, "it is too long")
    _require(data.startswith(MAGIC), "it does not begin like a manifest")
    end = data.rfind(b"# self-sha256 ")
    tail = _TAIL.fullmatch(data, end) if end > 0 else None
    _require(tail is not None, "its checksum is missing")
    assert tail is not None
    _require(hashlib.sha256(data[:end]).hexdigest().encode() == tail[1], "it does not match its checksum")
    try:
        lines = data[:end].decode().split("\n")[:-1]
    except UnicodeDecodeError:
        raise BadRecord("it is not UTF-8") from None
    fields: dict[str, list[str]] = {}
    for line in lines:
        key, _, value = line[2:].partition(" ") if line.startswith("# ") else ("", "", line)
        fields.setdefault(key, []).append(value)
    return fields


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise BadRecord(reason)


def _only(fields: dict[str, list[str]], key: str) -> str:
    values = fields.get(key, [])
    _require(len(values) == 1, f"{key!r} stands there {len(values)} times")
    return values[0]


def _optional(fields: dict[str, list[str]], key: str) -> str | None:
    return _only(fields, key) if key in fields else None


def _match(pattern: re.Pattern[str], text: str, what: str) -> str:
    _require(pattern.fullmatch(text) is not None, f"{text[:80]!r} is no {what}")
    return text


def _entries(text: str | None) -> int | None:
    match = re.match(r"([0-9]{1,12}) entries\b", text) if text is not None else None
    return int(match[1]) if match else None


def _ref(line: str) -> tuple[str, str]:
    object_id, _, name = line.partition(" ")
    return name, _match(_HEX40, object_id, "object id")


def _seen(line: str) -> Seen:
    writer, number, sha256 = (*line.split(" "), "", "")[:3]
    return Seen(
        _match(WRITER, writer, "writer"),
        int(_match(_NUMBER, number, "push number")),
        _match(_HEX64, sha256, "hash"),
    )


def _chain(fields: dict[str, list[str]], number: int) -> tuple[Link, ...]:
    sizes = dict(line.partition(" ")[::-2] for line in fields.get("size", []))
    links = []
    for line in fields.get("", []):
        sha256, _, name = line.partition("  ")
        match = BUNDLE.fullmatch(name)
        _require(match is not None, f"{name[:80]!r} is no bundle name")
        size = int(_match(_SIZE, sizes.get(name, ""), "size"))
        links.append(Link(name, size, _match(_HEX64, sha256, "hash")))
        _require(sha256.startswith(match[3] if match else ""), f"{name} does not carry its own hash")
    _require(len({link.sealed for link in links}) <= 1, "only a part of its chain is encrypted")
    numbers = [link.number for link in links]
    _require(0 < len(links) <= MAX_FILES and len(sizes) == len(links), "its chain is empty or too long")
    _require(
        [link.full for link in links] == [n == 0 for n in range(len(links))], "its chain has no beginning"
    )
    _require(numbers == sorted(set(numbers)) and numbers[-1] == number, "its chain is out of order")
    _require(sum(link.size for link in links) <= MAX_SIZE, "its chain is too large")
    return tuple(links)
