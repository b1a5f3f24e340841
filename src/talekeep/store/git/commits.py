"""A commit and who makes one, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; `time` is seconds since 1970, `offset` its time zone in seconds east of UTC. `boundary`: this
    clone is shallow and has nothing of what came before."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    time: int
    offset: int
    message: str
    boundary: bool = False

    @property
    def subject(self) -> str:
        return self.message.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who makes a commit, and when (seconds since 1970, UTC)."""

    name: str
    email: str
    time: int

    @property
    def identity(self) -> bytes:
        return f"{self.name} <{self.email}>".encode()
