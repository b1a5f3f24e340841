"""What a remote is, and what its operations answer. The answers are plain values, ready for JSON."""

from dataclasses import dataclass
from dataclasses import field
from typing import Protocol

from talekeep.store.git.repository import Repository


@dataclass(frozen=True, slots=True)
class Known:
    """A push of ours that another machine says it could read: the only proof of an upload there is."""

    writer: str
    number: int


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did. `bytes` were written now; `chain` bytes are needed to restore.

    `already` means nothing had changed since push `number`, so nothing was written.
    """

    number: int
    bytes: int
    folder: str
    writer: str
    client: str
    already: bool = False
    full: bool = False
    chain: int = 0
    seen_by: tuple[Known, ...] = ()
    notes: tuple[str, ...] = ()
    bare: bool = False

    def sentence(self) -> str:
        """For people: what is certain (the folder has it) and what is not (the upload)."""
        if self.bare:
            text = (
                "Nothing new" if self.already else f"Saved to the repository ({human(self.bytes)}, checked)"
            )
            return f"{text}: {self.folder}"
        if self.already:
            text = f"Nothing new since push {self.number}; it is whole in the folder."
        else:
            text = f"Saved push {self.number} to the folder ({human(self.bytes)}, checked)."
        if not self.seen_by:
            return f"{text} Uploading is {self.client}'s job."
        newest = max(self.seen_by, key=lambda known: known.number)
        return (
            f"{text} Uploading is {self.client}'s job; "
            f"last push another machine has seen: {newest.number} ({newest.writer})."
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """A ref that changed here; `before` is None where it is new."""

    ref: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What a push to a git repository did: the refs that moved there, none where it had them all."""

    remote: str
    url: str
    moved: tuple[Moved, ...] = ()
    notes: tuple[str, ...] = ()

    def sentence(self) -> str:
        if not self.moved:
            return f"Nothing new for {self.remote} ({self.url})."
        names = ", ".join(moved.ref.split("/", 2)[2] for moved in self.moved)
        return f"Pushed {names} to {self.remote} ({self.url})."


@dataclass(frozen=True, slots=True)
class Taken:
    """The state of one writer that was read: its push, and its branches and tags as it has them.

    `detached` is a commit it was working on outside any branch.
    """

    writer: str
    number: int
    made: str
    refs: dict[str, str]
    head: str | None = None
    detached: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    writers: tuple[Taken, ...]
    moved: tuple[Moved, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """A dataset made anew from a mirror; `taken` is the state its branches come from."""

    path: str
    taken: Taken
    others: tuple[Taken, ...] = ()
    objects: int = 0
    salvaged: bool = False
    notes: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"Restored push {self.taken.number} of {self.taken.writer} to {self.path}"


@dataclass(frozen=True, slots=True)
class Cloned:
    """A clone of a git repository: on `branch`, with the others as branches of `remote`."""

    path: str
    url: str
    remote: str
    branch: str
    refs: dict[str, str]
    objects: int = 0
    notes: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"Cloned {self.url} to {self.path}, on {self.branch}"


@dataclass(frozen=True, slots=True)
class WriterStatus:
    """One machine's folder as its names and sizes tell; nothing was read but manifests.

    `number` is the newest push that is whole, None where none is; `arriving` lists newer ones that are
    not, with the files they lack; `download` is how many bytes are still in the cloud.
    """

    writer: str
    number: int | None
    made: str | None = None
    mine: bool = False
    download: int = 0
    arriving: tuple[tuple[int, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """What a remote holds: the machines that saved to a folder, or the `refs` of a git repository."""

    folder: str
    client: str
    writers: tuple[WriterStatus, ...]
    seen_by: tuple[Known, ...] = ()
    foreign: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """`state`: `good`, `older` (a newest push is damaged, something older is whole), `partly` (the newest
    are good, something older that was asked for is not) or `none`."""

    state: str
    checked: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a clean-up of our own folder took away, or (not `done`) would. `kept` are the first pushes of the
    generations that stay."""

    folder: str
    writer: str
    kept: tuple[int, ...]
    removed: tuple[str, ...]
    bytes: int
    done: bool


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What of a retired machine went, or (not `done`) would; `kept_by` is who holds all it had saved."""

    folder: str
    writer: str
    kept_by: tuple[str, ...]
    removed: tuple[str, ...]
    done: bool
    notes: tuple[str, ...] = ()


class Remote(Protocol):
    """A place where a copy of a dataset can live."""

    @property
    def kind(self) -> str:
        """Its name in lists and JSON."""

    def push(self, repo: Repository, *, entries: int | None = None, full: bool = False) -> Pushed | Sent:
        """Save every branch and tag there; in a git repository the branch HEAD is on and its tags.

        Raises:
            Refused: doing it could lose or hide data.
            Outside: the disk failed; what was saved before is untouched.
        """

    def fetch(self, repo: Repository) -> Fetched:
        """Bring what is there into `refs/remotes/…`; branches and files here stay as they are."""

    def describe(self, repo: Repository) -> Status:
        """What is there, without reading or downloading any of it."""

    def check(self, *, restore: bool = False, everything: bool = False) -> Checked:
        """Read it and say what is whole; with `restore`, rebuild it in a scratch folder."""


def human(size: int) -> str:
    """A number of bytes for people: `27 KB`, `1.3 MB` (thousands, not 1024s)."""
    if size < 1000:
        return f"{size} bytes"
    for unit, scale in (("KB", 10**3), ("MB", 10**6), ("GB", 10**9)):
        if size < 1000 * scale:
            value = size / scale
            return f"{value:.0f} {unit}" if value >= 10 or unit == "KB" else f"{value:.1f} {unit}"
    return f"{size / 10**12:.1f} TB"
