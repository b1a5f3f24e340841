"""Recipes and splits: the same bytes for one commit, nothing on two sides that belongs together."""

import hashlib
import json
import os
import random
import tomllib
from pathlib import Path

import pytest

from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library.recipes import Recipe
from talekeep.library.recipes import Sample
from talekeep.library.recipes import Split
from talekeep.ops.entries import split_join
from talekeep.ops.exchange import export
from talekeep.ops.exchange.training import leaks
from talekeep.ops.exchange.training import recipe as recipes
from talekeep.ops.history import commit
from talekeep.ops.library import tag_entries
from talekeep.ops.project import config
from talekeep.store.dataset import Dataset

SPLIT = Split(parts={"train": 80, "val": 10, "test": 10})
WORDS = [
    "lamp",
    "harbour",
    "gull",
    "rope",
    "tide",
    "stair",
    "wick",
    "glass",
    "storm",
    "bell",
    "cliff",
    "keeper",
    "boat",
    "salt",
    "fog",
    "night",
    "door",
]


def story(number: int, words: int = 60) -> str:
    """A text of its own for each number."""
    chosen = random.Random(number)
    return " ".join(chosen.choice(WORDS) + str(chosen.randrange(100)) for _ in range(words))


def talk(text: str, *tags: str, **more: object) -> dict:
    reply = {"role": "assistant", "content": f"{text[::-1]} and then it was dark"}
    return {"messages": [{"role": "user", "content": text}, reply], "tags": list(tags), **more}


def twin(number: int) -> dict:
    """The same story, but for a word more."""
    made = talk(story(number))
    made["messages"][0]["content"] += " once"
    return made


def tree(folder: Path) -> dict[str, str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def sides(folder: Path) -> dict[str, str]:
    """First message → the file it stands in."""
    return {
        row["messages"][0]["content"]: file.stem for file in (folder / "data").iterdir() for row in rows(file)
    }


@pytest.fixture
def stories(dataset, take) -> None:
    take([talk(story(n), "night" if n % 2 else "day") for n in range(40)])


def test_a_recipe_gives_the_same_bytes_in_another_clone(dataset, stories, tmp_path: Path, git) -> None:
    recipes.save(dataset, "night", Recipe(query="tag:night", profile="axolotl", split=SPLIT, shuffle=True))
    first = recipes.export_recipe(dataset, "night")
    git("clone", "-q", str(dataset.path), str(tmp_path / "clone"))

    with Dataset.open(tmp_path / "clone") as clone:
        second = recipes.export_recipe(clone, "night", tmp_path / "other")

    assert first.files == second.files
    assert tree(dataset.path / "exports" / "night") == tree(tmp_path / "other")
    assert {"README.md", "SHA256SUMS", "data/train.jsonl", "provenance.toml"} <= set(first.files)
    assert git("-C", str(dataset.path), "status", "--porcelain").out == ""


def test_a_recipe_gives_the_same_bytes_without_git(
    dataset, stories, tmp_path: Path, git, monkeypatch
) -> None:
    recipes.save(dataset, "night", Recipe(query="tag:night", profile="trl", split=SPLIT, shuffle=True))
    first = recipes.export_recipe(dataset, "night", tmp_path / "with")
    git("clone", "-q", str(dataset.path), str(tmp_path / "clone"))
    monkeypatch.setenv("PATH", os.devnull)
    with Dataset.open(tmp_path / "clone") as clone:
        second = recipes.export_recipe(clone, "night", tmp_path / "without")
    assert first.files == second.files
    assert tree(tmp_path / "with") == tree(tmp_path / "without")


def test_what_is_not_committed_does_not_leave(dataset, stories, edit) -> None:
    recipes.save(dataset, "all", Recipe())
    before = recipes.export_recipe(dataset, "all").files
    edit("and then it was dark", "and then it was light")

    assert recipes.export_recipe(dataset, "all").files == before
    commit.commit(dataset)
    assert recipes.export_recipe(dataset, "all").files != before


def test_the_check_names_what_differs(dataset, stories) -> None:
    # Ids differ from run to run; with these weights no part stays empty.
    recipes.save(dataset, "all", Recipe(split=Split(parts={"train": 1, "test": 1})))
    recipes.export_recipe(dataset, "all")
    folder = dataset.path / "exports" / "all"
    fine = recipes.check(dataset, "all")
    assert (fine.changed, fine.missing, fine.more) == ([], [], [])

    (folder / "data" / "train.jsonl").write_text("{}\n")
    (folder / "data" / "test.jsonl").unlink()
    (folder / "data" / "mine.jsonl").write_text("{}\n")

    result = recipes.check(dataset, "all")
    assert result.changed == ["data/train.jsonl"]
    assert result.missing == ["data/test.jsonl"]
    assert result.more == ["data/mine.jsonl"]


@pytest.mark.parametrize("file_type", ["csv", "parquet"])
def test_a_recipe_gives_tables_that_are_equal_byte_for_byte(dataset, stories, tmp_path, file_type) -> None:
    if file_type == "parquet":
        pytest.importorskip("pyarrow")
    parts = {"train": 1, "test": 1}
    recipes.save(dataset, "table", Recipe(split=Split(parts=parts), file_type=file_type, format="alpaca"))
    first = recipes.export_recipe(dataset, "table", tmp_path / "a")
    second = recipes.export_recipe(dataset, "table", tmp_path / "b")
    data = {name for name in first.files if name.startswith("data/")}
    assert data == {f"data/train.{file_type}", f"data/test.{file_type}"}
    assert {name: first.files[name] for name in data} == {name: second.files[name] for name in data}
    assert [path.name for path in sorted((tmp_path / "a" / "data").iterdir())] == [
        f"test.{file_type}",
        f"train.{file_type}",
    ]
    recipes.export_recipe(dataset, "table")
    assert recipes.check(dataset, "table").changed == []
    card = (tmp_path / "a" / "README.md").read_text("utf-8")
    assert f"path: data/train.{file_type}" in card
    assert f'load_dataset("{file_type}"' in card
    noted = tomllib.loads((tmp_path / "a" / "provenance.toml").read_text("utf-8"))
    assert ("pyarrow" in noted) == (file_type == "parquet")


def test_the_files_of_a_split_have_the_same_columns_in_a_table(dataset, take, talk, tmp_path) -> None:
    pyarrow = pytest.importorskip("pyarrow.parquet")
    take([talk(f"night {n} by the sea", **({"label": True} if n == 3 else {})) for n in range(12)])
    recipe = Recipe(split=Split(parts={"train": 1, "test": 1}, by="entry"), file_type="parquet")
    recipes.export_split(dataset, recipe, tmp_path / "out")
    schemas = [
        pyarrow.read_schema(tmp_path / "out" / "data" / f"{name}.parquet") for name in ("train", "test")
    ]
    assert schemas[0] == schemas[1]
    assert "label" in schemas[0].names


def test_a_table_for_a_trainer_that_reads_json_lines_is_refused(dataset, stories, tmp_path) -> None:
    recipe = Recipe(profile="axolotl", file_type="csv")
    with pytest.raises(Usage, match="reads JSON lines"):
        recipes.export_split(dataset, recipe, tmp_path / "out")


def test_a_recipe_that_is_wrong_names_its_key(dataset, stories, git) -> None:
    file = dataset.path / "exports" / "odd.toml"
    file.parent.mkdir()
    file.write_text("sed = 3\n")
    with pytest.raises(NotFound, match="in no commit yet") as missing:
        recipes.export_recipe(dataset, "odd")
    assert "git add -f exports/odd.toml" in missing.value.hint
    git("-C", str(dataset.path), "add", "exports/odd.toml")
    git("-C", str(dataset.path), "commit", "-qm", "Keep a recipe")

    with pytest.raises(Refused, match=r"exports/odd\.toml: sed: there is no such key"):
        recipes.export_recipe(dataset, "odd")
    with pytest.raises(NotFound, match="no recipe 'none'"):
        recipes.export_recipe(dataset, "none")


@pytest.mark.parametrize(
    "wrong", [{"profile": "axolotol"}, {"policies": {"names": "shout"}}, {"format": "xml"}]
)
def test_a_recipe_that_names_nothing_is_not_kept(dataset, stories, wrong: dict) -> None:
    with pytest.raises(Usage):
        recipes.save(dataset, "odd", Recipe(**wrong))


def test_near_twins_and_branches_stand_on_one_side_and_stay_there(dataset, take, tmp_path: Path) -> None:
    plain = [talk(story(n)) for n in range(150)]
    twins = [twin(n) for n in range(0, 150, 3)]
    branches = []
    for n in range(1, 150, 5):
        begun = talk(story(n))
        more = [
            {"role": "user", "content": story(1000 + n)},
            {"role": "assistant", "content": story(2000 + n)},
        ]
        branches.append({"messages": begun["messages"] + more, "tags": []})
    take([*plain, *twins, *branches])

    recipes.export_split(dataset, Recipe(split=SPLIT, seed=5), tmp_path / "a")
    before = sides(tmp_path / "a")
    take([talk(story(n)) for n in range(5000, 5100)], "more.jsonl")
    recipes.export_split(dataset, Recipe(split=SPLIT, seed=5), tmp_path / "b")
    after = sides(tmp_path / "b")

    assert set(before.values()) == {"train", "validation", "test"}
    for n in range(0, 150, 3):
        assert before[story(n)] == before[f"{story(n)} once"]
    assert {text: after[text] for text in before} == before


@pytest.mark.parametrize("by", ["source", "character", "prompt"])
def test_a_group_stands_on_one_side(dataset, take, tmp_path: Path, by: str) -> None:
    for number in range(12):
        given = []
        for n in range(5):
            user, reply = talk(story(100 * number + n))["messages"]
            system = {"role": "system", "content": f"You keep lamp {number}."}
            given.append({"messages": [system, user, {**reply, "name": f"keeper{number}"}]})
        take(given, f"chat{number}.jsonl")

    recipes.export_split(dataset, Recipe(split=Split(parts={"train": 1, "test": 1}, by=by)), tmp_path / "a")

    collected: dict[str, set[str]] = {}
    for file in (tmp_path / "a" / "data").iterdir():
        for row in rows(file):
            collected.setdefault(row["messages"][0]["content"], set()).add(file.stem)
    assert len(collected) == 12
    assert all(len(files) == 1 for files in collected.values())
    assert {file for files in collected.values() for file in files} == {"train", "test"}


def test_rows_that_policies_make_equal_are_a_leak(dataset, take, tmp_path: Path) -> None:
    def sung(system: str, number: int) -> dict:
        greeting = {"role": "assistant", "content": story(number)}
        user, reply = talk(story(7))["messages"]
        return {"messages": [greeting, {"role": "user", "content": system}, reply, user, reply]}

    take([sung(f"{story(n)}", n) for n in range(40)])
    with pytest.raises(Refused, match="the split leaks"):
        recipes.export_split(
            dataset,
            Recipe(split=Split(parts={"train": 1, "test": 1}), columns=["label"]),
            tmp_path / "a",
        )
    assert not (tmp_path / "a").exists()


def test_a_hold_out_and_what_is_like_it_is_never_trained_on(dataset, take, tmp_path: Path) -> None:
    take([talk(story(n), *(["golden"] if n < 3 else [])) for n in range(20)])
    take([twin(n) for n in range(3)], "twins.jsonl")
    hold_out(dataset, 'where = "tag:golden"')
    recipes.save(dataset, "all", Recipe(query="-tag:golden"))

    with pytest.raises(Refused, match=r"3 entries .* belong to what the dataset holds out"):
        recipes.export_recipe(dataset, "all")
    with pytest.raises(Refused, match="6 entries"):
        export.export(dataset, tmp_path / "train.jsonl", clean=True)
    recipes.save(dataset, "all", Recipe(holdout="leave-out"), force=True)
    result = recipes.export_recipe(dataset, "all")

    written = {row["messages"][0]["content"] for row in rows(dataset.path / "exports/all/data/train.jsonl")}
    assert written == {story(n) for n in range(3, 20)}
    assert result.left_out == {"entries that are held out, or like one that is": 6}
    # The hold-out itself goes out whole, to be measured by.
    assert export.export(dataset, tmp_path / "golden.jsonl", clean=True, where="tag:golden").entries == 3


def hold_out(dataset: Dataset, line: str) -> None:
    file = dataset.path / "talekeep.toml"
    file.write_text(file.read_text().replace('[holdout]\nwhere = ""', f"[holdout]\n{line}"))
    commit.commit(dataset)
    dataset.__dict__.pop("config", None)


def test_order_sample_and_repetition_are_done_and_recorded(dataset, stories, tmp_path: Path) -> None:
    out = tmp_path / "train.jsonl"
    order = Recipe(shuffle=True, seed=3, sample=Sample(size=10, by="tag"), repeat={"day": 2.0}, limit=8)

    result = export.export(dataset, out, clean=True, order=order)

    texts = [row["messages"][0]["content"] for row in rows(out)]
    days = {story(n) for n in range(0, 40, 2)}
    assert len(set(texts)) == 8
    assert all(texts.count(text) == (2 if text in days else 1) for text in texts)
    assert result.left_out == {"entries that a sample or a limit leaves out": 32}
    assert result.order["sample"] == {"size": 10, "by": "tag"}
    again = export.export(dataset, tmp_path / "again.jsonl", clean=True, order=order)
    assert again.sha256 == result.sha256


def test_an_order_is_nothing_for_a_full_export(dataset, stories, tmp_path: Path) -> None:
    with pytest.raises(Usage, match="every entry once"):
        export.export(dataset, tmp_path / "x.jsonl", clean=False, order=Recipe(shuffle=True))


def test_nothing_foreign_is_replaced(dataset, stories, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")

    with pytest.raises(Refused, match="holds something else"):
        recipes.export_split(dataset, Recipe(split=SPLIT), tmp_path / "mine")

    with pytest.raises(Negative, match="nothing to export"):
        recipes.export_split(dataset, Recipe(query="text:nobody", split=SPLIT), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_card_has_front_matter_that_the_hub_reads(dataset, stories) -> None:
    yaml = pytest.importorskip("yaml")
    recipes.save(dataset, "all", Recipe(split=SPLIT, profile="trl"))
    recipes.export_recipe(dataset, "all")

    card = (dataset.path / "exports/all/README.md").read_text()
    front = yaml.safe_load(card.split("---\n")[1])

    assert front["size_categories"] == ["n<1K"]
    files = front["configs"][0]["data_files"]
    assert [file["split"] for file in files] == ["train", "validation", "test"]
    assert all((dataset.path / "exports/all" / file["path"]).is_file() for file in files)
    assert (dataset.path / "exports/all/train.trl.py").is_file()


def test_a_licence_is_asked_for(dataset, stories, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no licence is known of: chat"):
        recipes.export_split(dataset, Recipe(split=SPLIT, require_licence=True), tmp_path / "a")


def test_a_hold_out_by_source_takes_its_whole_source_along(dataset, take, tmp_path: Path) -> None:
    take([talk(story(n), *(["golden"] if n == 0 else [])) for n in range(5)], "first.jsonl")
    take([talk(story(n)) for n in range(5, 9)], "second.jsonl")
    config.change(dataset, "holdout.by", "source")
    hold_out(dataset, 'where = "tag:golden"')

    with pytest.raises(Refused, match=r"5 entries .*held out itself.*of one source"):
        export.export(dataset, tmp_path / "train.jsonl", clean=True)
    order = Recipe(holdout="leave-out")
    result = export.export(dataset, tmp_path / "train.jsonl", clean=True, order=order)

    written = {row["messages"][0]["content"] for row in rows(tmp_path / "train.jsonl")}
    assert written == {story(n) for n in range(5, 9)}
    assert result.left_out == {"entries that are held out, or like one that is": 5}


def test_pieces_of_a_held_out_record_are_held_out(dataset, take, tmp_path: Path) -> None:
    take([talk(story(n)) for n in range(4)])
    first = dataset.now().entries().__next__().value["id"]
    copied = split_join.duplicate(dataset, [first])
    assert copied.commit
    tag_entries.add(dataset, ["golden"], [first])
    hold_out(dataset, 'where = "tag:golden"')

    result = export.export(
        dataset, tmp_path / "t.jsonl", clean=True, order=Recipe(holdout="leave-out"), where="-tag:golden"
    )

    assert {row["messages"][0]["content"] for row in rows(tmp_path / "t.jsonl")} == {
        story(1),
        story(2),
        story(3),
    }
    assert result.left_out == {"entries that are held out, or like one that is": 1}


def test_a_strict_recipe_says_no_as_a_strict_export_does(dataset, take, tmp_path: Path, run) -> None:
    user, reply = talk(story(1))["messages"]
    take([{"messages": [{**user, "avatar": "a.png"}, reply]}])
    recipes.save(dataset, "all", Recipe())

    for asked in (["all"], ["t.jsonl", "--clean"], [str(tmp_path / "s"), "--split", "train=1"]):
        answer = run("export", *asked, "--strict", cwd=dataset.path, check=1)
        assert "nothing was written" in answer.err
    assert not (dataset.path / "exports" / "all").exists()


def test_a_part_of_a_split_that_gets_nothing_has_no_file(dataset, take, tmp_path: Path, run) -> None:
    take([talk(story(1))])

    result = recipes.export_split(dataset, Recipe(split=SPLIT), tmp_path / "a")

    assert result.empty == ["validation", "test"] or result.empty == [
        name for name in ("train", "validation", "test") if name not in result.shares
    ]
    assert [path.name for path in (tmp_path / "a" / "data").iterdir()] == [
        f"{next(iter(result.shares))}.jsonl"
    ]


def test_the_note_of_a_recipe_names_who_edited_each_pair(dataset, take, edit, tmp_path: Path) -> None:
    take([talk(story(1))])
    edit(story(1)[::-1], story(2))
    last = commit.commit(dataset).commit
    recipes.save(dataset, "edits", Recipe(format="preference", policies={"pairs": "edits"}))

    result = recipes.export_recipe(dataset, "edits")

    noted = tomllib.loads((dataset.path / "exports/edits/provenance.toml").read_text())
    assert [(edit["commit"], bool(edit["author"])) for edit in noted["edits"]] == [(last, True)]
    assert [edit.commit for edit in result.edits] == [last]
    assert rows(dataset.path / "exports/edits/data/train.jsonl")[0]["chosen"][0]["content"].startswith(
        story(2)
    )


def test_a_split_that_leaks_by_its_group_fails_with_the_pairs(
    dataset, take, tmp_path: Path, monkeypatch
) -> None:
    take([talk(story(n)) for n in range(8)])
    # As if the plan had gone by entries alone.
    monkeypatch.setattr(leaks, "sides", lambda *a: {c.id: ("train", "test")[c.line % 2] for c in a[2]})

    with pytest.raises(Refused, match=r"the split leaks: .* \(of one source\)"):
        recipes.export_split(
            dataset, Recipe(split=Split(parts={"train": 1, "test": 1}, by="source")), tmp_path / "a"
        )
    assert not (tmp_path / "a").exists()


@pytest.mark.slow
def test_ten_thousand_entries_with_planted_twins_split_with_no_pair_across_and_stay(
    dataset, take, tmp_path: Path
) -> None:
    twins = range(0, 10_000 - 500, 19)
    take([*(talk(story(n, 40)) for n in range(9_500)), *(longer(talk(story(n, 40))) for n in twins)])
    assert len(twins) == 500
    recipe = Recipe(split=Split(parts={"train": 90, "validation": 5, "test": 5}), seed=11)

    recipes.export_split(dataset, recipe, tmp_path / "a")
    before = sides(tmp_path / "a")
    take([talk(story(n, 40)) for n in range(50_000, 51_000)], "more.jsonl")
    recipes.export_split(dataset, recipe, tmp_path / "b")
    after = sides(tmp_path / "b")

    assert len(before) == 10_000
    assert [n for n in twins if before[story(n, 40)] != before[f"{story(n, 40)} once"]] == []
    assert [text for text in before if after[text] != before[text]] == []
    assert len(after) == 11_000
    shares = [list(before.values()).count(side) for side in ("train", "validation", "test")]
    assert 0.88 < shares[0] / 10_000 < 0.92


def longer(entry: dict) -> dict:
    entry["messages"][0]["content"] += " once"
    return entry
