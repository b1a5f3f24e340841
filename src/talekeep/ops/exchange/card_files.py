"""Character cards among files that are imported: `import` does with them what `character import` does."""

from collections.abc import Sequence
from pathlib import Path

from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug
from talekeep.library import cards
from talekeep.library.characters import card_of
from talekeep.ops.exchange.import_result import ImportLog
from talekeep.ops.exchange.import_result import Options
from talekeep.ops.exchange.import_result import RefusedRecord
from talekeep.ops.exchange.import_result import printable
from talekeep.ops.library import import_cards
from talekeep.ops.library.card_data import read_card
from talekeep.ops.library.characters import read
from talekeep.ops.workspace.changeset import Draft
from talekeep.store.dataset import Dataset

_HEAD = 64 * 1024
_PICTURES = (b"\x89PNG", b"PK\x03\x04")


def card_in(file: Path) -> cards.Card | None:
    """The card a file is, None for another file; only what may be one is read whole."""
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
        if not head.startswith(_PICTURES) and not cards.may_be_card(head):
            return None
        data = head + opened.read(cards.MAX_FILE + 1 - len(head))
    try:
        return read_card(data)
    except BadRecord:
        # What it is instead, the reader of conversations says.
        return None


def take_cards(dataset: Dataset, files: Sequence[Path], options: Options, log: ImportLog) -> list[Path]:
    """Put the characters of the cards among the files into the library, as a commit of their own.

    A character who is there with this very card stays; one with another card is refused, as nothing that
    is imported replaces anything.

    Returns: the other files, in their order.
    """
    result = {} if options.format or options.shape else {file: card_in(file) for file in files}
    fresh: dict[str, Path] = {}
    known = read(Draft(dataset).now) if any(result.values()) else {}
    for file, card in result.items():
        if card is None:
            continue
        named = slug(card.name)
        if named in known or named in fresh or not named:
            character = known.get(named)
            if character is None or card_of(character) != card.whole:
                reason = f"a card of {card.name!r}, who is here already: talekeep character import --replace"
                log.refused.append(RefusedRecord(printable(file.name), 1, 1, reason))
            else:
                log.notes.append(f"{printable(file.name)}: the character {named} has this card already")
            continue
        fresh[named] = file
    if fresh:
        edited = import_cards.import_cards(
            dataset, list(fresh.values()), dry_run=options.dry_run, commit=options.commit
        )
        log.commit = edited.commit or log.commit
        log.took([("characters", list(fresh))])
    return [file for file in files if result.get(file) is None]
