"""What a command does with libraries does not grow with entries, and no version of a file is checked twice.

How long it takes is a matter of `tests/bench` (row `libraries`)."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talekeep.store import models
from talekeep.store import toml

# As typed; {a}, {b} and {c} are entries, {new} is a file to import and {out} one to write.
COMMANDS = """
    status | list | list --where tag:calm | search night | show {a} | log | log {a} | blame {a}
    diff HEAD~1 HEAD | tag list | tag review | category list | character list | prompt list | source list
    validate | insights | craft | duplicates | repair -n | fit | conflicts | config | doctor
    export {out} --force | branch | alternative list {a} | search night --where character:who2
    tag add rare_one {a} | undo | redo | tag add --where tag:calm other | tag create brand_new | undo
    tag rename tag7 chilly | tag merge tag8 tag9 | tag archive tag3 | tag restore tag3 | tag remove calm {a}
    category create mood | character create somebody | character rename who1 marah
    character assign {a} 1=who2 | character archive who4 | prompt add p9 --text Keep. | prompt apply p9 {a}
    system {a} --text Keep. | import {new} | replace Night Evening {b} | duplicate {a} | remove {c}
    split {b} --after 1 | join {a} {b}
"""
# Those that write a library read it as it was and as it is.
MOST_READ = 6


class Work:
    """How often libraries are turned into tables, parsed and checked, by file."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.read, self.parsed, self.checked = Counter[str](), Counter[str](), Counter[str]()
        tables, parse, require = models.Models.tables, toml.parse, models._require

        def counted_tables(self_: Any, shape: Any, data: bytes, name: str, prepared: Any) -> Any:
            self.read[name] += 1
            return tables(self_, shape, data, name, prepared)

        def counted_parse(data: bytes, name: str) -> Any:
            self.parsed[name] += 1
            return parse(data, name)

        def counted_require(shape: Any, tables_: Any, name: str) -> None:
            self.checked[name] += 1
            require(shape, tables_, name)

        patch.setattr(models.Models, "tables", counted_tables)
        patch.setattr(toml, "parse", counted_parse)
        patch.setattr(models, "_require", counted_require)

    def clear(self) -> None:
        for counter in (self.read, self.parsed, self.checked):
            counter.clear()


def entry(number: int) -> dict[str, Any]:
    texts = [f"Night {number}.", f"It is night {number}.", f"And then, {number}?", f"Day {number}."]
    roles = ("user", "assistant") * 2
    turns = [{"role": role, "name": "who5", "content": t} for role, t in zip(roles, texts, strict=True)]
    return {"messages": turns, "tags": ["calm"]}


@pytest.fixture
def harbor(tmp_path: Path, run: Any) -> Callable[[int], tuple[Path, dict[str, str]]]:
    """A dataset of so many entries, with libraries of 20 rows, and what the commands name."""

    def made(entries: int) -> tuple[Path, dict[str, str]]:
        home, rows = tmp_path / f"{entries}", range(20)
        home.mkdir()
        path, given, new = home / "harbor", home / "given.jsonl", home / "new.jsonl"
        given.write_text("".join(json.dumps(entry(n)) + "\n" for n in range(entries)), encoding="utf-8")
        new.write_text(json.dumps(entry(1000)) + "\n", encoding="utf-8")
        run("init", path, "-q", check=0)
        added = run("-C", path, "import", str(given), "--json", check=0).json["added"]
        run("-C", path, "tag", "create", *(f"tag{n}" for n in rows), "-q", check=0)
        characters = "".join(f'[who{n}]\nname = "Who {n}"\n\n' for n in rows)
        prompts = "".join(f'[prompt{n}]\nname = "P {n}"\ncontent = "Keep {n}."\n\n' for n in rows)
        (path / "library/characters.toml").write_text(characters)
        (path / "library/prompts.toml").write_text(prompts)
        run("-C", path, "commit", "-q", check=0)
        ids = dict(zip("abc", (row["id"] for row in added), strict=False))
        return path, {**ids, "new": str(new), "out": str(home / "out.jsonl")}

    return made


def test_no_command_reads_a_library_more_often_for_more_entries_or_parses_it_anew(
    harbor: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = harbor(4), harbor(40)
    work = Work(monkeypatch)
    commands = [words.strip() for words in COMMANDS.replace("\n", "|").split("|") if words.strip()]
    counts: dict[tuple[int, str], list[Counter[str]]] = {}
    for path, names in (few, many):
        for place, command in enumerate(commands):
            work.clear()
            answer = run("-C", path, *(word.format(**names) for word in command.split()), check=None)
            assert answer.code in (0, 1), (command, answer.err)
            counts.setdefault((place, command), []).append(Counter(work.read))
            assert [name for name in work.checked if name.startswith("library/")] == [], command
            # What a command wrote is parsed once, before it is kept.
            assert all(count <= 2 for count in work.parsed.values()), (command, work.parsed)
    for command, (with_few, with_many) in counts.items():
        for name in (name for name in with_many if name.startswith("library/")):
            assert with_many[name] <= max(with_few[name], MOST_READ), (command, name, with_many[name])


@pytest.mark.parametrize(
    "command", ["list", "search night", "show {a}", "tag list", "character list", "status"]
)
def test_a_second_command_knows_what_the_first_one_checked(
    command: str, harbor: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, names = harbor(4)
    text = (path / "library/characters.toml").read_text()
    (path / "library/characters.toml").write_text(text + '[later]\nname = "Later"\n')
    words = [word.format(**names) for word in command.split()]
    run("-C", path, *words, check=0)
    work = Work(monkeypatch)
    run("-C", path, *words, check=0)
    assert work.parsed == Counter()
    assert work.checked == Counter()
