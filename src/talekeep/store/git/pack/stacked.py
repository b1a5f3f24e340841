"""The reading half of an object store, and two stores read as one."""

from typing import Protocol

from dulwich.objects import ObjectID


class Store(Protocol):
    """The part of a dulwich object store that is read here."""

    def get_raw(self, name: ObjectID) -> tuple[int, bytes]: ...

    def __contains__(self, sha1: ObjectID) -> bool: ...


class Stacked:
    """Objects of the first store, else of the second."""

    def __init__(self, first: Store, second: Store) -> None:
        self.first = first
        self.second = second

    def get_raw(self, name: ObjectID) -> tuple[int, bytes]:
        try:
            return self.first.get_raw(name)
        except KeyError:
            return self.second.get_raw(name)

    def __contains__(self, sha1: ObjectID) -> bool:
        return sha1 in self.first or sha1 in self.second
