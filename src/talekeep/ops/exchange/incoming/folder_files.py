"""The files to import where files, folders and patterns are named, and what of a folder is passed over."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.ops.exchange.incoming.companions import is_companion
from talekeep.ops.exchange.incoming.companions import notes_of
from talekeep.ops.exchange.incoming.companions import registry_of
from talekeep.ops.exchange.incoming.import_result import printable

_DATA = (".jsonl", ".json", ".txt")
# What is read of a folder; anything else in it is passed over.
_READ = (
    *(".jsonl", ".json", ".ndjson", ".csv", ".tsv", ".yaml", ".yml", ".parquet"),
    *(".gz", ".bz2", ".xz", ".zst", ".zip"),
)
# What is read where it is a character card, and where it holds a conversation.
_CARDS, _TEXTS = (".png", ".apng", ".charx"), (".txt", ".md")
_LONGEST_TEXT = 2**22


def data_files(several: Sequence[Path]) -> list[Path]:
    """The files to read where these are named. A folder stands for the RoleThread Lite datasets in it, else
    for all it holds; a pattern (`*.jsonl`) that no shell has replaced stands for the files it matches.

    Raises:
        NotFound: one does not exist. Usage: a folder holds nothing to read, or it is no regular file.
    """
    return _without_companions([file for named in several for file in _files(named)])


def folders_of(folders: Sequence[Path]) -> dict[Path, str]:
    """The name of the folder that each file of these lies in."""
    return {file: printable(folder.resolve().name) for folder in folders for file in _files(folder)}


def passed_over(folders: Sequence[Path]) -> list[str]:
    """What folders hold beside files that are read, by ending, in a sentence each."""
    texts = []
    for folder in folders:
        left = Counter(
            file.suffix.lower() or file.name
            for file in folder.rglob("*")
            if file.is_file() and not _is_taken(file, folder) and not file.name.startswith(".")
        )
        if left:
            texts.append(f"{printable(folder.name)}: passed over {endings(left)}")
    return texts


def endings(left: Counter[str]) -> str:
    """How many files of each ending, in words."""
    return ", ".join(f"{count} {ending}" for ending, count in sorted(left.items()))


def _files(named: Path) -> Iterator[Path]:
    """The file itself; of a folder the data files that have a registry beside them, else all it holds."""
    if named.is_file():
        yield named
        return
    if not named.exists():
        yield from _matching(named)
        return
    inside = sorted(named.iterdir()) if named.is_dir() else []
    result = [f for f in inside if f.suffix.lower() in _DATA and f.is_file() and registry_of(f).is_file()]
    result = result or [file for file in sorted(named.rglob("*")) if _is_taken(file, named)]
    if not result:
        kind = "a folder without files of conversations" if named.is_dir() else "no regular file"
        raise Usage(f"{named} is {kind}", f"files are read that end in {', '.join((*_READ, *_TEXTS))}")
    yield from result


def _matching(pattern: Path) -> Iterator[Path]:
    """The files of a pattern; where it names a folder, those in it.

    Raises:
        NotFound: it is no pattern, or nothing matches.
    """
    whole = pattern.absolute()
    is_pattern = not set("*?[").isdisjoint(str(pattern))
    inside = str(whole.relative_to(whole.anchor))
    matches = sorted(Path(whole.anchor).glob(inside)) if is_pattern else []
    if not matches:
        raise NotFound(f"there is no file {pattern}")
    for match in matches:
        yield from _files(match)


def _is_taken(file: Path, folder: Path) -> bool:
    """True for a file of a folder that may hold conversations; nothing hidden, and no link out of it."""
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    if hidden or file.is_symlink() or not file.is_file() or is_companion(file.name):
        return False
    name = file.name.lower()
    if name.endswith(_READ):
        return True
    return (name.endswith(_CARDS) and _holds_card(file)) or (name.endswith(_TEXTS) and _holds_chat(file))


def _holds_card(file: Path) -> bool:
    from talekeep.ops.exchange.incoming.card_files import holds_card

    return holds_card(file)


def _holds_chat(file: Path) -> bool:
    """True for a text with speakers or with JSON: a licence or a README beside chats has none."""
    from talekeep.formats.files.file_kinds import holds_conversation

    with file.open("rb") as opened:
        return holds_conversation(opened.read(_LONGEST_TEXT))


def _without_companions(files: list[Path]) -> list[Path]:
    """The files without the registries and notes that lie beside others of them, as `folder/*` names all."""
    beside = {place for file in files for place in (registry_of(file), *notes_of(file))}
    return [file for file in files if file not in beside]
