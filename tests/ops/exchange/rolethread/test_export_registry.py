"""What RoleThread Lite would refuse goes out otherwise, and every difference is counted."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.errors import Outside
from talekeep.library import characters
from talekeep.library import prompts as prompt_library
from talekeep.library.characters import Character
from talekeep.library.prompts import Prompt
from talekeep.library.tags import Category
from talekeep.library.tags import Tag
from talekeep.library.tags import Vocabulary
from talekeep.ops.exchange import export
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.history import commit
from talekeep.store import libraries
from talekeep.store.models import Models

ID = "123e4567-e89b-42d3-a456-42661417400"


@pytest.fixture
def shelve(dataset) -> Callable[..., None]:
    """Write libraries and commit them."""

    def written(
        cast: dict[str, Character] | None = None, prompts: dict[str, Prompt] | None = None, **words: Any
    ) -> None:
        folder = dataset.path / "library"
        folder.mkdir(exist_ok=True)
        (folder / "tags.toml").write_bytes(libraries.dump_vocabulary(Vocabulary(**words), Models()))
        (folder / "characters.toml").write_bytes(libraries.dump(characters.KIND, cast or {}, Models()))
        (folder / "prompts.toml").write_bytes(libraries.dump(prompt_library.KIND, prompts or {}, Models()))
        commit.commit(dataset, "Libraries")

    return written


@pytest.fixture
def send(dataset, tmp_path: Path) -> Callable[[], tuple[export.Exported, dict[str, Any]]]:
    """Export for RoleThread Lite; the result and the registry."""

    def sent() -> tuple[export.Exported, dict[str, Any]]:
        result = export.export(dataset, tmp_path / "out.jsonl", format="rolethread", force=True)
        return result, json.loads((tmp_path / "out.registry.json").read_text(encoding="utf-8"))

    return sent


def test_more_categories_than_it_has_room_for_share_one(shelve, send) -> None:
    """Weak spot 11.2 #18: more than ten get past its guard at import, and then no new one can be made."""
    categories = {f"c{n}": Category(name=f"C{n}", order=n) for n in range(7)}
    tags = {f"t{n}": Tag(category=f"c{n}") for n in range(7)} | {"loose": Tag()}
    shelve(categories=categories, tags=tags)

    result, sent = send()

    assert [c["slug"] for c in sent["categories"]] == ["c0", "c1", "c2", "c3", "other"]
    placed = {tag["slug"]: tag["category_slug"] for tag in sent["tags"]}
    assert placed == {f"t{n}": f"c{n}" for n in range(4)} | dict.fromkeys(
        ["t4", "t5", "t6", "loose"], "other"
    )
    assert result.losses == {
        "a category (at most 10 fit)": 3,
        "the category of an active tag (written under other)": 4,
    }


def test_categories_of_one_name_are_told_apart(shelve, send) -> None:
    """Weak spot 11.2 #18: two categories of one name give up the whole import."""
    shelve(categories={"a": Category(name="Mood"), "b": Category(name="Mood"), "c": Category(name="Style")})

    result, sent = send()

    assert [c["name"] for c in sent["categories"]] == ["Mood", "Mood (b)", "Style (c)"]
    assert result.losses == {"the name of a category (another has it too)": 2}


def test_chains_of_aliases_are_written_with_their_end(shelve, send) -> None:
    """Weak spot 11.2 #17: it looks one step far."""
    shelve(
        categories={"m": Category(name="M")},
        tags={"now": Tag(category="m")},
        aliases={"old": "older", "older": "now", "lost": "nowhere", "round": "trip", "trip": "round"},
    )

    result, sent = send()

    assert {a["old_slug"]: a["new_slug"] for a in sent["aliases"]} == {"old": "now", "older": "now"}
    assert result.losses == {
        "an alias that leads to no tag": 3,
        "the steps of an alias (written with its last target)": 1,
    }


def test_what_it_has_no_name_for_stays_readable_for_talekeep(shelve, send, dataset, tmp_path: Path) -> None:
    shelve(
        cast={"小明": Character(name="小明"), "mara": Character(name="Mara", card={"spec": "x"})},
        prompts={"été": Prompt(name="Été", content="…"), "blank": Prompt(name="Blank", content=" ")},
        tags={"恋愛": Tag(category="情")},
        categories={"情": Category(name="情")},
    )

    result, sent = send()

    assert [c["slug"] for c in sent["characters"]] == ["mara"]
    assert (sent["tags"], sent["categories"], sent["system_prompts"]) == ([], [], [])
    assert {k: [r["slug"] for r in v] for k, v in sent["talekeep"].items()} == {
        "categories": ["情"],
        "tags": ["恋愛"],
        "characters": ["小明"],
        "system_prompts": ["été"],
    }
    assert result.losses["a character card"] == result.losses["a prompt without text"] == 1
    assert result.losses["a tag with a name of other than a–z, 0–9 and _"] == 1


def test_names_it_can_map_leave_the_messages_and_others_stay(shelve, take, send, tmp_path: Path) -> None:
    shelve(cast={"mara": Character(name="Mara"), "wren": Character(name="Wren", active=False)})
    names = ("mara", "wren", "stranger", None)
    talk = [{"role": "user", "content": str(n)} | ({"name": n} if n else {}) for n in names]
    take([{"id": f"{ID}0", "messages": talk}])

    _, sent = send()

    record = json.loads((tmp_path / "out.jsonl").read_text())
    assert [m.get("name") for m in record["messages"]] == [None, "wren", "stranger", None]
    assert sent["entry_character_mappings"] == [
        {
            "entry_uuid": f"{ID}0",
            "turns": [
                {
                    "turn_index": 0,
                    "character_slug": "mara",
                    "training_role": "user",
                    "source_role_label": "Mara",
                }
            ],
        }
    ]


def test_usage_counts_entries_by_current_name(shelve, take, talk, send) -> None:
    shelve(categories={"m": Category(name="M")}, tags={"now": Tag(category="m")}, aliases={"old": "now"})
    take([talk("1", tags=["old", "now"]), talk("2", tags=["now", "approved"]), talk("3")])

    _, sent = send()

    assert sent["dataset"]["tag_usage_counts"] == {"approved": 1, "now": 2}
    assert [t["slug"] for t in sent["tags"]] == ["now", "approved"]
    assert [c["slug"] for c in sent["categories"]] == ["m", "status"]


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("step", ["fsync_stream", "write_new", "replace"])
def test_the_three_files_appear_together_or_not_at_all(
    dataset, take, talk, send, tmp_path: Path, step: str
) -> None:
    """Weak spot 9.1 #18: the registry is written in place, after the data."""
    take([talk("1")])
    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(export, step, full)
        with pytest.raises(Outside, match="No space"):
            send()

    assert sorted(p.name for p in tmp_path.iterdir() if p.name.lstrip(".").startswith("out")) == []


def saved_elsewhere(file: Path, edit: Callable[[list[dict[str, Any]]], None]) -> None:
    """The file as RoleThread Lite saves it: every stamp anew with five keys, texts trimmed, and of the
    registry only the keys it knows."""
    answer = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    edit(answer)
    for record in answer:
        stamp = {k: record["_rolethread"][k] for k in ("version", "native", "entry_uuid", "dataset_uuid")}
        record["_rolethread"] = stamp | {"validated_at": "2027-01-01T00:00:00Z"}
        for message in record["messages"]:
            message["content"] = message["content"].strip()
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in answer), encoding="utf-8")
    place = file.with_name("out.registry.json")
    registry = json.loads(place.read_text(encoding="utf-8"))
    registry.pop("talekeep", None)
    place.write_text(json.dumps(registry | {"metadata": registry["metadata"] | {"exported_at": "later"}}))


def test_what_it_saved_comes_back_as_the_edits_that_were_made(
    dataset, shelve, take, send, entries, tmp_path: Path
) -> None:
    """Weak spots 9.1 #9, 11.1 #4 and 11.3 #26: it rewrites every line and drops what it does not know."""
    shelve(cast={"mara": Character(name="Mara"), "小明": Character(name="小明")})
    talk = [
        {"role": "system", "content": "You keep the light."},
        {"role": "user", "name": "mara", "content": "Who?", "weight": 0},
        {"role": "assistant", "name": "小明", "content": "I, and nobody else."},
    ]
    more = {"metadata": {"a": 1}, "tags": ["恋愛", "night"], "_rolethread": {"mood": "calm"}}
    take([{"id": f"{ID}{n}", "messages": talk, **more} for n in range(3)])
    send()
    before = entries()

    def edit(item: list[dict[str, Any]]) -> None:
        bare = [{k: m[k] for k in ("role", "content")} for m in item[1]["messages"]]
        bare[1]["content"] = "Who is there?"
        item[1] = {"messages": bare, "tags": ["night", "new"], "_rolethread": item[1]["_rolethread"]}

    saved_elsewhere(tmp_path / "out.jsonl", edit)
    result = import_files.import_files(dataset, [tmp_path / "out.jsonl"])

    assert (len(result.changed), len(result.same), result.conflicts, result.refused) == (1, 2, [], [])
    wanted = json.loads(json.dumps(before[1]))
    wanted["messages"][1]["content"] = "Who is there?"
    wanted["tags"] = ["恋愛", "night", "new"]
    assert entries() == [before[0], wanted, before[2]]


def test_what_it_has_no_room_for_is_no_news_when_it_comes_back(dataset, shelve, take, send, tmp_path) -> None:
    shelve(tags={"loose": Tag()}, cast={"mara": Character(name="Mara", card={"a": 1})})
    take([{"id": f"{ID}0", "messages": [{"role": "user", "name": "mara", "content": "Who?"}]}])
    before = dataset.head_tree()
    _, sent = send()
    assert [category["slug"] for category in sent["categories"]] == ["other"]

    result = import_files.import_files(dataset, [tmp_path / "out.jsonl"])

    assert (result.libraries, result.notes, dataset.head_tree()) == ({}, [], before)


@pytest.mark.parametrize("registry", [True, False])
def test_speakers_changed_there_change_here_and_a_lost_registry_changes_none(
    dataset, shelve, take, send, entries, tmp_path: Path, registry: bool
) -> None:
    shelve(cast={"mara": Character(name="Mara"), "wren": Character(name="Wren")})
    talk = [{"role": "user", "name": "mara", "content": "Who?"}, {"role": "assistant", "content": "I."}]
    take([{"id": f"{ID}0", "messages": talk}])
    _, sent = send()
    sent["entry_character_mappings"][0]["turns"][0]["character_slug"] = "wren"
    (tmp_path / "out.registry.json").write_text(json.dumps(sent))
    if not registry:
        (tmp_path / "out.registry.json").unlink()

    result = import_files.import_files(dataset, [tmp_path / "out.jsonl"])

    assert entries()[0]["messages"][0]["name"] == ("wren" if registry else "mara")
    assert len(result.changed) == registry


@pytest.mark.parametrize(
    "name", ["solo_roleplay", "group_chat", "dirty_handmade", "sharegpt_tools", "sharegpt_fastchat"]
)
def test_what_nobody_changed_goes_back_as_it_was_stored(
    dataset, shared: Path, tmp_path: Path, name: str
) -> None:
    folder = shared / "rolethread" / name
    import_files.import_files(dataset, [folder])
    out = tmp_path / "out.jsonl"

    export.export(dataset, out, format="rolethread")

    file = next(place for place in folder.glob(f"{name}.json*"))
    before, after = (_conversations(place.read_text(encoding="utf-8")) for place in (file, out))
    assert after == before


def _conversations(text: str) -> list[dict[str, Any]]:
    rows = (
        json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.split("\n") if line]
    )
    return [{key: value for key, value in row.items() if key != "_rolethread"} for row in rows]
