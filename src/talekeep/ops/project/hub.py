"""`doctor --hub`: whether a folder can be pushed to the Hugging Face Hub with plain git, and read there.

The folder is a dataset, or one that an export wrote. Source of the rules: the Hub's pages on dataset cards,
on "Data files configuration" and on repository limits (plain git takes text files of 10 MiB at most).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from pathlib import PurePosixPath
from typing import Any

import orjson

from talekeep.core.errors import NotFound
from talekeep.rules import privacy
from talekeep.rules.base import Context
from talekeep.training.columns import Columns
from talekeep.training.columns import describe

CARD = "README.md"
_MOST_BYTES = 10 * 2**20
_HEAD = 64 * 1024
_READER = "pip install 'talekeep[yaml]'"
_DATA = (".jsonl", ".json", ".csv", ".parquet", ".txt", ".arrow")
# Rows of a dataset → its size category.
_SIZES = ((1000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


@dataclass(frozen=True, slots=True)
class HubFault:
    """What keeps a folder from being published, and the next step."""

    message: str
    hint: str


@dataclass(slots=True)
class _Split:
    """A split of a config: its files, and the columns and number of rows of those that are JSON lines."""

    config: str
    name: str
    files: list[Path]
    columns: list[tuple[Columns, int]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(rows for _, rows in self.columns)


class HubFolder:
    """A folder as the Hub will see it."""

    def __init__(self, folder: Path) -> None:
        """Raises: NotFound: there is no such folder."""
        if not folder.is_dir():
            raise NotFound(f"there is no folder {folder}", "talekeep export RECIPE")
        self.folder = folder
        self._private = _Private()
        self._is_dataset = (folder / "talekeep.toml").is_file()
        self._faults: dict[str, list[HubFault]] = {name: [] for name in HUB_CHECKS}
        # Its check says so where the card cannot be read; the others look at what they can.
        self._is_read = True
        card = self._card()
        splits = list(self._splits(card)) if self._is_read else [*self._unnamed()]
        for split in splits:
            self._read(split)
        self._check_card(card, splits)
        if self._is_read:
            self._check_configs(card, splits)
        self._check_files()

    def faults(self, check: str) -> list[HubFault]:
        """What one of `HUB_CHECKS` says."""
        return self._faults[check]

    def states(self, check: str) -> list[HubFault]:
        """What goes along by choice, and what was not looked at."""
        if check == "hub: configs and splits" and not self._is_read:
            return [HubFault("not looked at, because the card has them", _READER)]
        if check != "hub: private data" or not self._is_dataset:
            return []
        return [
            HubFault(
                "sidecars and history go along: notes, other replies, names and addresses of authors",
                "publish the folder of a recipe instead",
            )
        ]

    def _say(self, check: str, message: str, hint: str) -> None:
        self._faults[check].append(HubFault(message, hint))

    def _card(self) -> dict[str, Any]:
        """The front matter of the card; {} where there is none."""
        file = self.folder / CARD
        if not file.is_file():
            self._say(
                "hub: card", f"there is no {CARD}", "a recipe writes one: talekeep export --save NAME …"
            )
            return {}
        head, _, rest = file.read_text(encoding="utf-8", errors="replace").partition("---\n")
        front, end, _ = rest.partition("\n---\n")
        if head.strip() or not end:
            message = f"{CARD} does not begin with front matter"
            self._say("hub: card", message, "YAML between two lines of ---")
            return {}
        return self._parsed(front)

    def _parsed(self, front: str) -> dict[str, Any]:
        try:
            import yaml  # type: ignore[import-untyped, import-not-found, unused-ignore]
        except ImportError:
            self._is_read = False
            self._say("hub: card", "the card is YAML, and its reader is missing", _READER)
            return {}
        try:
            value = yaml.safe_load(front)
        except (yaml.YAMLError, RecursionError) as error:
            self._say("hub: card", f"the front matter is no YAML: {' '.join(str(error).split())[:120]}", CARD)
            return {}
        return value if isinstance(value, dict) else {}

    def _splits(self, card: dict[str, Any]) -> Iterator[_Split]:
        configs = card.get("configs")
        for config in configs if isinstance(configs, list) else []:
            if isinstance(config, dict):
                name = str(config.get("config_name", "default"))
                for split, pattern in _patterns(config.get("data_files")):
                    yield _Split(name, split, self._files_of(pattern))

    def _unnamed(self) -> Iterator[_Split]:
        """Every file of rows as a split of its own, where it is not known what the card names."""
        for file in self._published():
            if file.suffix == ".jsonl":
                yield _Split("default", file.stem, [file])

    def _files_of(self, pattern: str) -> list[Path]:
        path = PurePosixPath(pattern)
        if path.is_absolute() or ".." in path.parts or not pattern:
            return []
        return sorted(file for file in self.folder.glob(pattern) if file.is_file())

    def _read(self, split: _Split) -> None:
        """Look into every row of the files of a split."""
        for file in split.files:
            if file.suffix != ".jsonl":
                continue
            columns, start, number = Columns(), 0, 0
            with file.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    row = _row(line)
                    if row is None:
                        name = file.relative_to(self.folder).as_posix()
                        message = f"{name}, line {number} is no row"
                        self._say("hub: configs and splits", message, "export it again")
                        return
                    columns.add(number, row, start)
                    start += len(line)
                    self._private.count(row)
            split.columns.append((columns, number))

    def _check_card(self, card: dict[str, Any], splits: list[_Split]) -> None:
        if card and not card.get("license"):
            self._say("hub: card", "the card names no licence", "talekeep source edit SOURCE --licence TEXT")
        rows = sum(split.rows for split in splits)
        size = next((name for most, name in _SIZES if rows < most), "1M<n<10M")
        given = card.get("size_categories")
        if rows and given and size not in (given if isinstance(given, list) else [given]):
            self._say("hub: card", f"size_categories says {given}, and there are {rows} rows", f"- {size}")
        for code, count in self._private.counts.items():
            rule = next(rule for rule in privacy.RULES if rule.code == code)
            message = f"{rule.summary[:-1].replace('A message holds', 'rows hold')}: {count}"
            self._say("hub: private data", message, f"talekeep validate --select {code}")

    def _check_configs(self, card: dict[str, Any], splits: list[_Split]) -> None:
        check = "hub: configs and splits"
        if not splits:
            self._say(check, "the card has no configs with data_files", "a recipe writes them")
        for split in splits:
            if not split.files:
                self._say(check, f"{split.name} of {split.config} has no file", f"correct {CARD}")
            elif not split.rows and all(file.suffix == ".jsonl" for file in split.files):
                self._say(check, f"{split.name} of {split.config} has no row", "leave it out of the card")
        named = {file for split in splits for file in split.files}
        # A dataset has files beside its entries, which its card leaves out on purpose.
        others = [] if self._is_dataset or not splits else [*self._published()]
        for file in others:
            if file.suffix in _DATA and file not in named:
                name = file.relative_to(self.folder).as_posix()
                self._say(check, f"{name} belongs to no split", f"name it in {CARD}, or take it away")
        for config in dict.fromkeys(split.config for split in splits):
            self._check_columns(check, [split for split in splits if split.config == config], card)

    def _check_columns(self, check: str, splits: list[_Split], card: dict[str, Any]) -> None:
        """One config has one set of columns, or trainers cannot load it."""
        files = [file for split in splits for file in split.columns]
        together, before = Columns(), 0
        for columns, rows in files:
            together.take(columns, before)
            before += rows
        for words in describe(together.mixed()):
            self._say(check, f"a column has two types: {words}", "talekeep export --help: --parts, --tools")
        stated = isinstance(card.get("dataset_info"), dict | list)
        if not together.mixed() and not stated and (late := _late([columns for columns, _ in files])):
            self._say(check, late, "publish an export of a recipe, whose card states the columns")

    def _check_files(self) -> None:
        for file in self._published():
            name, size = file.relative_to(self.folder).as_posix(), file.stat().st_size
            if size > _MOST_BYTES:
                self._say(
                    "hub: sizes",
                    f"{name} has {size / 2**20:.1f} MiB, and plain git takes 10",
                    f"git lfs track '{name}', or export less (--where, --limit)",
                )
            elif _is_binary(file):
                message = f"{name} is no text, which plain git does not take"
                self._say("hub: sizes", message, "git lfs, or JSON lines")

    def _published(self) -> Iterator[Path]:
        """The files that are pushed: all but git's own and what a dataset's .gitignore keeps back."""
        kept_back = ("exports", "export") if self._is_dataset else ()
        for file in sorted(self.folder.rglob("*")):
            parts = file.relative_to(self.folder).parts
            if file.is_file() and parts[0] != ".git" and parts[0] not in kept_back:
                yield file


HUB_CHECKS: tuple[str, ...] = ("hub: card", "hub: configs and splits", "hub: sizes", "hub: private data")


def _patterns(given: Any) -> Iterator[tuple[str, str]]:
    """Split and pattern of each file that a config names, in all forms that the Hub takes."""
    if isinstance(given, str):
        yield "train", given
    elif isinstance(given, dict):
        for split, paths in given.items():
            yield from ((str(split), path) for path in _texts(paths))
    elif isinstance(given, list):
        for item in given:
            if isinstance(item, dict):
                yield from ((str(item.get("split", "train")), path) for path in _texts(item.get("path")))
            elif isinstance(item, str):
                yield "train", item


def _texts(value: Any) -> list[str]:
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _late(files: list[Columns]) -> str:
    """Columns that the first file does not have, and rows that bring one late, in words."""
    first = files[0].names() if files else []
    more = dict.fromkeys(name for columns in files for name in columns.names() if name not in first)
    if more:
        return f"the first file has no column {', '.join(more)}, and a later one has"
    late = [row for columns in files for row in columns.late()]
    return f"a column first stands in row {late[0]}, after 10 MiB" if late else ""


def _is_binary(file: Path) -> bool:
    with file.open("rb") as stream:
        return b"\0" in stream.read(_HEAD)


class _Private:
    """Counts the rows that hold what belongs to somebody."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def count(self, row: dict[str, Any]) -> None:
        entry = {"messages": [{"role": "user", "content": text} for text in _strings(row)]}
        for rule in privacy.RULES:
            if any(True for _ in rule.check(entry, Context())):
                self.counts[rule.code] = self.counts.get(rule.code, 0) + 1


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
