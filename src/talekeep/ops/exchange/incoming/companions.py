"""Files that lie beside a data file: RoleThread Lite's registry, and the note of an export of ours."""

import re
from pathlib import Path

# The trailer of a commit that holds what a source was at one import: its name, and the SHA-256 of its file.
SOURCE = "Talekeep-Source"
_START = 2**16
# Beside the chats of an account export, a dataset of the Hub, SillyTavern.
_BESIDE = frozenset(
    {"user.json", "users.json", "message_feedback.json", "shared_conversations.json", "user_settings.json"}
    | {"model_comparisons.json", "projects.json", "memories.json", "group_chats.json", "export_manifest.json"}
    | {"dataset_info.json", "dataset_infos.json", "state.json", "settings.json", "package.json"}
)
CARD_KEYS = re.compile(
    rb'"(?:chara_card\w*|first_mes|personality|scenario|mes_example|char_persona|char_greeting|greeting)"'
    rb"|(?m:^greeting:)"
)


def may_be_rolethread(file: Path) -> bool:
    """Whether a file is to be looked into for RoleThread Lite's stamps: a cheap first answer."""
    if registry_of(file).is_file():
        return True
    with file.open("rb") as stream:
        return b'"_rolethread"' in stream.read(_START)


def may_be_chat(file: Path) -> bool:
    """Whether a file begins as a chat of SillyTavern does, which keeps growing."""
    with file.open("rb") as stream:
        first = stream.read(_START).partition(b"\n")[0]
    return b'"chat_metadata"' in first or b'"user_name"' in first


def may_be_card(file: Path) -> bool:
    """Whether a file is to be looked into for a character card: a picture, an archive, or a text that begins
    with a key of cards. A cheap first answer."""
    with file.open("rb") as stream:
        head = stream.read(_START)
    return head.startswith((b"\x89PNG", b"PK\x03\x04")) or CARD_KEYS.search(head) is not None


def may_be_database(file: Path) -> bool:
    """Whether a file is an SQLite database, as RoleThread Lite has one for all its datasets."""
    with file.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


def is_companion(name: str) -> bool:
    """True for a file that programs put beside conversations, and that holds none: of a folder or an archive
    it is passed over."""
    return name.lower() in _BESIDE


def registry_of(file: Path) -> Path:
    """Where RoleThread Lite keeps the registry of a file: beside it, its last suffix replaced."""
    return file.with_name(f"{file.stem}.registry.json")


def provenance_of(file: Path) -> Path:
    """The note beside a full export. It is hidden: `datasets`, the Hub and trainers take each visible `.json`
    file of a folder for data."""
    return file.with_name(f".{file.name}.provenance.json")


def notes_of(file: Path) -> tuple[Path, ...]:
    """Where the note of an export may be: beside it, as version 0.1.0 named it, and where it was left when
    RoleThread Lite moved the file into a folder of its own (`harbor.jsonl` → `harbor/harbor.jsonl`)."""
    places = (provenance_of(file), file.with_name(f"{file.name}.provenance.json"))
    if file.parent.name != file.stem:
        return places
    before = file.parent.with_name(file.name)
    return (*places, *(() if before.exists() else (provenance_of(before),)))
