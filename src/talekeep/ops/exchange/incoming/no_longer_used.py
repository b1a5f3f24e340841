"""Tags and characters that a RoleThread Lite dataset used at its last import, and does not use or list now.

Its registry holds what its entries use, so what was deleted there is only missing. A tag that was taken off
its last entry is missing too: nothing but a person can tell which of both it was.
"""

from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.ops.library.library_editor import Shelf


@dataclass
class Uses:
    """The tags and characters of entries."""

    tags: set[str] = field(default_factory=set)
    characters: set[str] = field(default_factory=set)

    def add(self, entry: Entry) -> None:
        """Count in what one entry uses."""
        self.tags.update(tags_of(entry))
        self.characters.update(str(message["name"]) for message in messages_of(entry) if "name" in message)

    def without(self, other: "Uses") -> "Uses":
        """What these use and the others do not."""
        return Uses(self.tags - other.tags, self.characters - other.characters)

    def __bool__(self) -> bool:
        return bool(self.tags or self.characters)


def offered(unused: Uses, shelf: Shelf, listed: Collection[tuple[str, str]]) -> Uses:
    """What of this the library still offers though the registry does not list it."""
    tags = {
        name
        for name in unused.tags & shelf.tags.keys()
        if shelf.tags[name].status == "active" and ("tags", name) not in listed
    }
    characters = {
        name
        for name in unused.characters & shelf.characters.keys()
        if shelf.characters[name].active and ("characters", name) not in listed
    }
    return Uses(tags, characters)


def notes(unused: Uses) -> Iterator[str]:
    """One sentence for each, with the command that does here what may have been done there."""
    for tag in sorted(unused.tags):
        yield f"tag {tag}: no entry has it any more; if it was deleted there: talekeep tag delete {tag}"
    for name in sorted(unused.characters):
        yield (
            f"character {name}: nobody speaks as {name} any more; if it was deactivated there: "
            f"talekeep character archive {name}"
        )
