"""Characters from character cards."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.slug import slug
from talekeep.library import cards
from talekeep.library.characters import KIND
from talekeep.library.characters import Character
from talekeep.library.characters import in_pieces
from talekeep.ops import plural
from talekeep.ops.library.card_data import read_cards
from talekeep.ops.library.characters import CHARACTERS
from talekeep.ops.library.characters import read
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.changeset import Edited
from talekeep.store import toml
from talekeep.store.dataset import Dataset


def import_cards(
    dataset: Dataset,
    files: Sequence[Path],
    *,
    replace: bool = False,
    dry_run: bool = False,
    commit: bool = True,
) -> Edited:
    """Put the characters of card files into the library, each card whole beside its name and description.

    Args:
        replace: a character who is there already gets the new card, name and description.

    Raises:
        NotFound: no such file. Refused: no card, a damaged one, or a slug that is taken; nothing is taken
        in then.
    """
    named_cards = [(file.name, card) for file in files for card in _read(file)]
    return store_cards(dataset, named_cards, replace=replace, dry_run=dry_run, commit=commit)


def store_cards(
    dataset: Dataset,
    named_cards: Sequence[tuple[str, cards.Card]],
    *,
    replace: bool = False,
    dry_run: bool = False,
    commit: bool = True,
) -> Edited:
    """Put the characters of cards, each with the name of its file, into the library; see `import_cards`.

    Raises:
        Refused: a slug that is taken, or a name without one; nothing is stored then.
    """
    with dataset.writing("character"):
        draft = Draft(dataset)
        known = read(draft.now)
        for file, card in named_cards:
            named = slug(card.name)
            if not named:
                raise Refused(f"{file}: {card.name!r} has no letter or digit to name a character by")
            if named in known and not replace:
                raise Refused(f"{file}: there is a character {named} already", "--replace takes the card")
            fields: dict[str, Any] = {
                "name": card.name,
                "description": card.description,
                "card": _storable(card.whole),
            }
            before = known.get(named)
            known[named] = before.replaced(**fields) if before else Character(**fields)
        subject = f"Import {plural(len(named_cards), 'character card')}"
        return CHARACTERS.write(draft, known, subject, dry_run=dry_run, commit=commit)


def _read(file: Path) -> list[cards.Card]:
    if not file.is_file():
        raise NotFound(f"there is no file {file}")
    with file.open("rb") as opened:
        data = opened.read(cards.MAX_FILE + 1)
    try:
        return read_cards(data)
    except BadRecord as reason:
        raise Refused(f"{file.name}: {reason}") from None


def _storable(card: dict[str, Any]) -> dict[str, Any] | list[str]:
    """The card as it lies in the library: its object if TOML gives that back, else its JSON in pieces."""
    return card if _in_toml(card) else in_pieces(card)


def _in_toml(card: dict[str, Any]) -> bool:
    # With a carriage return anywhere in the file every text is one long line: a card must fit even then.
    try:
        data = toml.dump({"character": {"card": card, "other": "\r"}})
        return bool(toml.parse(data, KIND.path)["character"]["card"] == card)
    except (TypeError, Refused):
        return False
