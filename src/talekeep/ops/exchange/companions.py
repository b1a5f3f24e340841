"""Files that lie beside a data file: RoleThread Lite's registry, and the note of an export of ours."""

from pathlib import Path


def registry_of(file: Path) -> Path:
    """Where RoleThread Lite keeps the registry of a file: beside it, its last suffix replaced."""
    return file.with_name(f"{file.stem}.registry.json")


def provenance_of(file: Path) -> Path:
    """The note beside a full export. It is hidden: `datasets`, the Hub and trainers take each visible `.json`
    file of a folder for data."""
    return file.with_name(f".{file.name}.provenance.json")


def notes_of(file: Path) -> tuple[Path, Path]:
    """Where the note of an export may be: now, and as version 0.1.0 named it."""
    return provenance_of(file), file.with_name(f"{file.name}.provenance.json")
