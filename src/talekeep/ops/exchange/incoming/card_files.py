"""Character cards among files that are imported: `import` does with them what `character import` does, and
makes entries of their greetings and example dialogues where that is asked."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from zipfile import is_zipfile

import talekeep.formats as formats
from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug
from talekeep.formats.base import Reading
from talekeep.formats.conversation.speakers import mapped
from talekeep.library import card_texts
from talekeep.library import cards
from talekeep.library.characters import Character
from talekeep.library.characters import card_of
from talekeep.ops import plural
from talekeep.ops.exchange.incoming.archive_cards import cards_in_archive
from talekeep.ops.exchange.incoming.import_result import ImportLog
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.incoming.import_result import RefusedRecord
from talekeep.ops.exchange.incoming.import_result import printable
from talekeep.ops.exchange.incoming.record_reader import Record
from talekeep.ops.library.card_data import read_cards
from talekeep.ops.library.characters import read
from talekeep.ops.library.import_cards import store_cards
from talekeep.ops.workspace.changeset import Draft
from talekeep.store.dataset import Dataset

NAME = "character-card"
# No text of a card is as long; a file of conversations may be.
_MAX_TEXT = 16 * 2**20


def cards_in(file: Path) -> list[cards.Card]:
    """The cards a file holds; none of another file.

    Raises:
        BadRecord: a picture without a card, or a card that cannot be read.
    """
    with file.open("rb") as opened:
        data = opened.read(cards.MAX_FILE + 1)
    if data.startswith(cards.PNG):
        return read_cards(data)
    if not data.startswith(b"PK\x03\x04") and len(data) > _MAX_TEXT:
        return []
    try:
        result = read_cards(data)
    except BadRecord:
        # What it is instead, the reader of conversations says.
        return []
    # A chat may have keys that cards have.
    return [] if any(formats.recognise(card.whole) for card in result) else result


def holds_card(file: Path) -> bool:
    """True for a file of a folder that is to be read as a card: one that holds a card, sound or damaged."""
    with file.open("rb") as opened:
        data = opened.read(cards.MAX_FILE + 1)
    if data.startswith(cards.PNG):
        return cards.in_picture(data)
    return bool(cards_in(file))


def take_cards(
    dataset: Dataset, files: Sequence[Path], options: Options, log: ImportLog
) -> tuple[list[Path], list[Path]]:
    """Put the characters of the cards among the files into the library, as a commit of their own.

    A character who is there with this very card stays; one with another card is refused, as nothing that
    is imported replaces anything.

    Returns: the files that hold no card, and those that hold one.
    """
    result: dict[Path, list[cards.Card]] = {}
    mixed: list[Path] = []
    for file in files:
        try:
            result[file] = cards_in(file)
            if not result[file] and is_zipfile(file):
                result[file], more = cards_in_archive(file)
                mixed += [file] if result[file] and more else []
        except BadRecord as reason:
            log.refused.append(RefusedRecord(printable(file.name), 1, 1, str(reason), NAME))
    known = read(Draft(dataset).now) if any(result.values()) else {}
    fresh: dict[str, tuple[str, cards.Card]] = {}
    for file, held in result.items():
        for number, card in enumerate(held, 1):
            if _is_new(file, number, card, known, fresh, log):
                fresh[slug(card.name)] = (file.name, card)
    if fresh:
        edited = store_cards(dataset, [*fresh.values()], dry_run=options.dry_run, commit=options.commit)
        log.commit = edited.commit or log.commit
        log.took([("characters", list(fresh))])
    _offer([card for held in result.values() for card in held], options, log)
    if mixed and (options.greetings or options.examples):
        names = ", ".join(printable(file.name) for file in mixed)
        log.notes.append(f"{names}: unpack it to make entries of the cards that lie there beside other files")
    plain = [file for file, held in result.items() if not held or file in mixed]
    return plain, [file for file in result if file not in plain]


def _is_new(
    file: Path,
    number: int,
    card: cards.Card,
    known: Mapping[str, Character],
    fresh: Mapping[str, tuple[str, cards.Card]],
    log: ImportLog,
) -> bool:
    """True for a card to store; says what becomes of another one."""
    named, shown = slug(card.name), printable(file.name)
    if not named:
        reason = f"a card of {card.name!r}, which has no letter or digit to name a character by"
    elif named not in known and named not in fresh:
        return True
    elif card.whole == (fresh[named][1].whole if named in fresh else card_of(known[named])):
        log.notes.append(f"{shown}: the character {named} has this card already")
        return False
    else:
        reason = f"a card of {card.name!r}, who is here already: talekeep character import --replace"
    log.refused.append(RefusedRecord(shown, number, 1, reason, NAME))
    return False


def _offer(held: Sequence[cards.Card], options: Options, log: ImportLog) -> None:
    """Say what entries could be made of the cards and are not."""
    greetings = sum(len(card_texts.greetings_of(card.whole, "c")) for card in held)
    examples = sum(len(card_texts.examples_of(card.whole, card.name, "c")) for card in held)
    texts = []
    if greetings and not options.greetings:
        texts.append(f"{plural(greetings, 'greeting')} (--greetings)")
    if examples and not options.examples:
        texts.append(f"{plural(examples, 'example dialogue')} (--examples)")
    if texts:
        log.notes.append(f"the cards also hold, and entries can be made of: {', '.join(texts)}")


class CardReader:
    """The greetings and example dialogues of the cards in a file, read as records; see `FileReader`."""

    def __init__(self, file: Path, options: Options) -> None:
        self._file = file
        self._options = options
        self.records = 0
        self.passed_over: Counter[str] = Counter()
        self.sha256 = sha256(file.read_bytes()).hexdigest()

    def read(self) -> Iterator[Record | RefusedRecord]:
        for card in cards_in(self._file) or cards_in_archive(self._file)[0]:
            named = slug(card.name)
            conversations = card_texts.greetings_of(card.whole, named) if self._options.greetings else []
            if self._options.examples:
                conversations += card_texts.examples_of(card.whole, card.name, named)
            for messages in conversations:
                self.records += 1
                reading = Reading({"messages": messages}, speakers={card.name: f"assistant:{named}"})
                reading = mapped(reading, self._options.speakers)
                digest = codec.digest({"messages": messages})
                yield Record(
                    printable(self._file.name),
                    self.records,
                    1,
                    NAME,
                    digest,
                    reading,
                )
