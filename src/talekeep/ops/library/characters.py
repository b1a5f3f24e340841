"""Characters: those of the library, those that speak, and those named in system prompts."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.entry_edit.sidecars import following
from talekeep.core.entry_edit.speakers import speakers_of
from talekeep.core.errors import Refused
from talekeep.core.reviews import carried
from talekeep.core.slug import slug
from talekeep.formats.conversation.speakers import relabelled
from talekeep.library.characters import KIND
from talekeep.library.characters import Character
from talekeep.ops.library.library_table import LibraryTable
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.rules.word_match import folded
from talekeep.rules.word_match import mentions
from talekeep.store.dataset import Dataset
from talekeep.store.view import View
from talekeep.store.view import of_folder

CHARACTERS = LibraryTable(KIND, "character", Character, "Set aside", "Activate", "talekeep character list")


@dataclass(frozen=True, slots=True)
class Row:
    """A character and how much it speaks; `known` is False for a speaker who is not in the library."""

    slug: str
    name: str
    description: str
    active: bool
    known: bool
    card: bool
    entries: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Roster:
    characters: list[Row]


@dataclass(frozen=True, slots=True)
class Portrait:
    """One character: messages by `roles`, and the entries whose system prompt names it (`prompts`)."""

    character: Row
    roles: dict[str, int] = field(default_factory=dict)
    prompts: list[str] = field(default_factory=list)


def read(view: View) -> dict[str, Character]:
    """The characters of a view.

    Raises:
        Refused: the library cannot be read.
    """
    return CHARACTERS.read(view)


def display_names(dataset: Dataset, view: View) -> dict[str, str]:
    """The display name of each slug of the character library."""
    return {slug: character.name for slug, character in read(view).items()}


def names_now(dataset: Dataset) -> dict[str, str]:
    """The same of the library in the folder, on one line each."""
    known = {slug: " ".join(character.name.split()) for slug, character in known_now(dataset).items()}
    return {slug: name for slug, name in known.items() if name}


def known_now(dataset: Dataset) -> dict[str, Character]:
    """The characters of the library in the folder; none where it cannot be read, which is validation's
    business."""
    try:
        # Checked once for each version of the file, as in every other view of the dataset.
        return read(replace(of_folder(dataset.path, [KIND.path]), models=dataset.models))
    except Refused:
        return {}


def listed(
    dataset: Dataset, *, used: bool = False, inactive: bool = False, revision: str | None = None
) -> Roster:
    """Every character of the library and every speaker, by slug.

    Args:
        used: only who speaks somewhere.
        inactive: only inactive characters.

    Raises:
        NotFound: no such revision.
    """
    view = view_of(dataset, revision)
    known, messages, entries = read(view), Counter[str](), Counter[str]()
    for selected in select(dataset, view):
        speakers = Counter(speakers_of(selected.entry))
        messages.update(speakers)
        entries.update(speakers.keys())
    rows = [_row(name, known, entries[name], messages[name]) for name in sorted({*known, *messages})]
    return Roster([r for r in rows if (r.messages or not used) and not (inactive and r.active)])


def _row(name: str, known: Mapping[str, Character], entries: int, messages: int) -> Row:
    who = known.get(name)
    if who is None:
        return Row(name, name, "", True, False, False, entries, messages)
    return Row(name, who.name, who.description, who.active, True, bool(who.card), entries, messages)


def show(dataset: Dataset, name: str, *, revision: str | None = None) -> Portrait:
    """One character: what the library says, where it speaks, which prompts name it.

    Raises:
        NotFound: nobody of this name in the library or the entries; no such revision.
    """
    view = view_of(dataset, revision)
    known, wanted = read(view), slug(name)
    roles, entries, prompts = Counter[str](), 0, []
    names = names_of(wanted, known)
    for selected in select(dataset, view):
        spoken = [m for m in messages_of(selected.entry) if speaks(m, wanted)]
        roles.update(str(m.get("role")) for m in spoken)
        entries += bool(spoken)
        if is_named(selected.entry, names):
            prompts.append(str(selected.entry.get("id")))
    if wanted not in known and not roles:
        raise CHARACTERS.unknown(name)
    return Portrait(_row(wanted, known, entries, roles.total()), dict(roles.most_common()), prompts)


def names_of(name: str, known: Mapping[str, Character]) -> list[str]:
    """The names of a character, normalised as texts are for comparison."""
    spelled = [name, name.replace("_", " "), known[name].name if name in known else ""]
    return list(dict.fromkeys(folded(each) for each in spelled if each))


def speaks(message: Mapping[str, object], name: str) -> bool:
    spoken = message.get("name")
    return message.get("role") != "tool" and isinstance(spoken, str) and slug(spoken) == name


def is_named(entry: Entry, names: Sequence[str]) -> bool:
    """True where the system prompt holds one of these names as whole words."""
    messages = messages_of(entry)
    if not messages or messages[0].get("role") not in ("system", "developer"):
        return False
    text = folded(text_of(messages[0]))
    return any(mentions(text, name) for name in names)


def recast(
    draft: Draft, selected: Selected, entry: Entry, names: Mapping[str, str], *, same_words: bool = False
) -> None:
    """Write an entry whose speakers changed, and rename the labels of its source in the sidecar.

    Args:
        same_words: only the spelling of a name changed, so that reviews hold on.
    """
    sidecar = following(selected.sidecar, selected.entry, entry)
    if same_words:
        sidecar = carried(sidecar, selected.entry, entry)
    source = sidecar.get("source")
    shape = source.get("shape") if isinstance(source, dict) else None
    if isinstance(source, dict) and isinstance(shape, dict):
        shape = relabelled(shape, selected.entry, entry, names)
        sidecar = {**sidecar, "source": {**source, "shape": shape}}
    draft.change(selected, entry, sidecar)
