"""Change the character library, and the names in entries that refer to it."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from functools import partial

from talekeep.core.entry import Entry
from talekeep.core.entry_edit.speakers import speakers_of
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.library.characters import COLOURS
from talekeep.library.characters import Character
from talekeep.ops import plural
from talekeep.ops.library.characters import CHARACTERS
from talekeep.ops.library.characters import is_named
from talekeep.ops.library.characters import names_of
from talekeep.ops.library.characters import read
from talekeep.ops.library.characters import recast
from talekeep.ops.library.characters import speaks
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.store.dataset import Dataset
from talekeep.store.view import View


def create(
    dataset: Dataset, name: str, *, description: str = "", given: str | None = None, dry_run: bool = False
) -> Edited:
    """Put a character into the library, under the slug of its name or the one that is `given`.

    Raises:
        Usage: the name has no letter or digit. Refused: the slug is taken.
    """
    wanted = slug(name if given is None else given)
    if not wanted or not name.strip():
        raise Usage(f"{name!r} has no letter or digit to name a character by")
    with dataset.writing("character"):
        draft = Draft(dataset)
        known = read(draft.now)
        if wanted in known:
            raise taken(wanted, known[wanted])
        known[wanted] = Character(name=name.strip(), description=description)
        return CHARACTERS.write(draft, known, f"Create the character {wanted}", dry_run=dry_run)


def taken(name: str, who: Character) -> Refused:
    if who.active:
        return Refused(f"there is a character {name} already: {who.name}", f"talekeep character show {name}")
    return Refused(f"there is an inactive character {name}", f"talekeep character restore {name}")


def edit(
    dataset: Dataset,
    name: str,
    *,
    display: str | None = None,
    description: str | None = None,
    color: str | None = None,
    dry_run: bool = False,
) -> Edited:
    """Change how a character is called, described and coloured; the slug, and so every message, stays.

    Args:
        color: one of `COLOURS`; "" takes it away.

    Raises:
        NotFound: no such character. Usage: nothing to change, a blank name, or no such colour.
    """
    if display is None and description is None and color is None:
        raise Usage("nothing to change", "--name NAME, --description TEXT, or talekeep character rename")
    if color and color not in COLOURS:
        raise Usage(f"{color!r} is no colour here", f"colours: {', '.join(COLOURS)}")
    if display is not None and not display.strip():
        raise Usage("a character needs a name")
    with dataset.writing("character"):
        draft = Draft(dataset)
        known = read(draft.now)
        character_slug = CHARACTERS.require(known, name)
        wanted = {"name": display and display.strip(), "description": description, "color": color}
        new = {key: value for key, value in wanted.items() if value is not None}
        known[character_slug] = known[character_slug].replaced(**new)
        return CHARACTERS.write(draft, known, f"Describe the character {character_slug}", dry_run=dry_run)


def archive(dataset: Dataset, names: Sequence[str], *, dry_run: bool = False) -> Edited:
    """Keep characters, but offer them no longer; no message is touched. The notes name the system prompts
    that still mention them.

    Raises:
        NotFound: one of them is not in the library; then nothing changes.
    """
    remarks = partial(_references, dataset)
    return CHARACTERS.set_active(dataset, names, False, remarks=remarks, dry_run=dry_run)


def restore(dataset: Dataset, names: Sequence[str], *, dry_run: bool = False) -> Edited:
    """Offer characters again.

    Raises:
        NotFound: one of them is not in the library; then nothing changes.
    """
    return CHARACTERS.set_active(dataset, names, True, dry_run=dry_run)


def _references(
    dataset: Dataset, view: View, known: Mapping[str, Character], names: Sequence[str]
) -> Iterator[str]:
    spelled = {name: names_of(name, known) for name in names}
    for selected in select(dataset, view):
        for name in names:
            if is_named(selected.entry, spelled[name]):
                yield f"the system prompt of {selected.entry.get('id')} still names {known[name].name}"


def delete(dataset: Dataset, name: str, *, dry_run: bool = False) -> Edited:
    """Remove a character that never speaks.

    Raises:
        NotFound: no such character. Refused: it speaks somewhere.
    """

    def refuse_used(view: View, character: str) -> None:
        speaking = sum(character in speakers_of(each.entry) for each in select(dataset, view))
        if speaking:
            raise Refused(
                f"{character} speaks in {plural(speaking, 'entry')}",
                f"talekeep character archive {character}",
            )

    return CHARACTERS.delete(dataset, [name], refuse_used=refuse_used, dry_run=dry_run)


def rename(dataset: Dataset, old: str, new: str, *, merge: bool = False, dry_run: bool = False) -> Edited:
    """Give a character another slug, in the library and in every message; with `merge` it may become one
    that is there already, whose name and description stay. A new name that is no slug becomes the display
    name too.

    Raises:
        NotFound: no such character. Usage: the new name has no letter or digit. Refused: it is taken.
    """
    before, after = slug(old), slug(new)
    if not after:
        raise Usage(f"{new!r} has no letter or digit to name a character by")
    with dataset.writing("character"):
        draft = Draft(dataset)
        known = read(draft.now)
        speaking = [e for e in select(dataset, draft.now) if before in speakers_of(e.entry)]
        if before not in known and not speaking:
            raise CHARACTERS.unknown(old)
        if after != before and after in known and not merge:
            raise Refused(f"there is a character {after} already", "--merge makes the two one")
        who = known.pop(before, None)
        if who is not None:
            display = {} if new == after else {"name": new.strip()}
            known.setdefault(after, who.replaced(**display))
        names = {each: character.name for each, character in known.items()}
        for selected in speaking:
            recast(draft, selected, _renamed(selected, before, after), names, same_words=True)
        return CHARACTERS.write(draft, known, f"Rename the character {before} to {after}", dry_run=dry_run)


def _renamed(selected: Selected, before: str, after: str) -> Entry:
    messages = [
        {**m, "name": after} if isinstance(m, dict) and speaks(m, before) else m
        for m in selected.entry["messages"]
    ]
    return {**selected.entry, "messages": messages}
