"""RoleThread Lite folders come in with all they hold, and go out as datasets that it trusts."""

import json
import re
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import talekeep.library.tags as vocabulary
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library import characters
from talekeep.library import prompts
from talekeep.ops.exchange import export
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.exchange.rolethread import mapping as mapping_op
from talekeep.ops.merge import undo
from talekeep.ops.project import init
from talekeep.store import libraries
from talekeep.store.dataset import Dataset

FOLDERS = [
    "dirty_handmade",
    "empty_new",
    "group_chat",
    "sharegpt_fastchat",
    "sharegpt_tools",
    "solo_roleplay",
]
_SLUG = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_TEXT_OR_NULL = (str, type(None))


class Reader:
    """What RoleThread Lite 1.0.0 asks of a file and its registry before it trusts them, written down from
    its documented rules and sharing no code with the writer."""

    def __init__(self, file: Path) -> None:
        self.lines = file.read_text(encoding="utf-8").splitlines()
        self.entries = [json.loads(line) for line in self.lines]
        self.registry = json.loads(file.with_name(f"{file.stem}.registry.json").read_text(encoding="utf-8"))

    def check(self) -> None:
        stamps = [entry["_rolethread"] for entry in self.entries]
        assert all(stamp["native"] is True for stamp in stamps)
        assert len({stamp["dataset_uuid"] for stamp in stamps}) == min(1, len(stamps))
        ids = [stamp["entry_uuid"] for stamp in stamps]
        assert all(isinstance(i, str) and i for i in ids)
        assert len(set(ids)) == len(ids)
        for stamp in stamps:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp["validated_at"])
        for entry in self.entries:
            assert all(isinstance(message["content"], str) for message in entry["messages"])
            assert all(_SLUG.fullmatch(tag) for tag in entry["tags"])
        self._check_head(stamps)
        self._check_tags()
        self._check_rest(set(ids))

    def _check_head(self, stamps: list[dict[str, Any]]) -> None:
        assert [*self.registry][:2] == ["metadata", "dataset"]
        metadata, dataset = self.registry["metadata"], self.registry["dataset"]
        assert type(metadata["schema_version"]) is int
        assert metadata["schema_version"] == 1
        assert metadata["kind"] == "rolethread.tag_registry"
        assert metadata["exported_at"]
        assert dataset["filename"]
        assert {stamp["dataset_uuid"] for stamp in stamps} <= {dataset["dataset_uuid"]}
        assert dataset["entry_count"] == len(stamps)

    def _check_tags(self) -> None:
        categories = {c["slug"]: c for c in self.registry["categories"]}
        names = [c["name"] for c in categories.values()]
        own = [c for c in categories.values() if c["slug"] not in vocabulary.TAXONOMY]
        built_in = {vocabulary.display_name(slug) for slug in vocabulary.TAXONOMY}
        assert len(set(names)) == len(names) == len(self.registry["categories"])
        assert not {c["name"] for c in own} & built_in
        assert len(own) <= 5
        for category in categories.values():
            self._typed(category, slug=str, name=str, sort_order=int, is_active=bool, is_builtin=bool)
        tags = {tag["slug"]: tag for tag in self.registry["tags"]}
        for tag in tags.values():
            self._typed(tag, slug=str, name=str, category_slug=_TEXT_OR_NULL, sort_order=int, status=str)
            self._typed(tag, slug=str, name=str, is_active=bool, is_builtin=bool, lifecycle=dict)
            assert tag["status"] in ("active", "archived", "hidden")
            if tag["status"] == "active":
                assert categories[tag["category_slug"]]["is_active"]
        for alias in self.registry["aliases"]:
            self._typed(alias, old_slug=str, new_slug=str, action=str, metadata=dict)
            assert alias["new_slug"] in tags
            assert alias["new_slug"] not in {a["old_slug"] for a in self.registry["aliases"]}

    def _check_rest(self, ids: set[str]) -> None:
        known = {c["slug"] for c in self.registry["characters"] if c["is_active"]}
        for character in self.registry["characters"]:
            self._typed(character, slug=str, display_name=str, description=_TEXT_OR_NULL, is_active=bool)
        for prompt in self.registry["system_prompts"]:
            self._typed(prompt, slug=str, name=str, content=str, description=_TEXT_OR_NULL, is_active=bool)
        for mapping in self.registry["entry_character_mappings"]:
            assert mapping["entry_uuid"] in ids
            places = [turn["turn_index"] for turn in mapping["turns"]]
            assert len(set(places)) == len(places)
            for turn in mapping["turns"]:
                assert turn["character_slug"] in known
                assert type(turn["turn_index"]) is int
                assert turn["training_role"]

    @staticmethod
    def _typed(record: dict[str, Any], **kinds: Any) -> None:
        assert _SLUG.fullmatch(record["slug"] if "slug" in record else record["old_slug"])
        for key, kind in kinds.items():
            assert isinstance(record[key], kind), (key, record)
            assert record[key] != "" or key == "description", (key, record)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[[str], Dataset]]:
    opened: list[Dataset] = []

    def made(name: str) -> Dataset:
        init.init(tmp_path / name)
        opened.append(Dataset.open(tmp_path / name))
        return opened[-1]

    yield made
    for dataset in opened:
        dataset.close()


def all_of(dataset: Dataset) -> list[dict[str, Any]]:
    return [line.value for line in dataset.now().entries()]


def library_of(dataset: Dataset) -> dict[str, bytes | None]:
    names = ("tags", "characters", "prompts")
    return {name: dataset.now().optional(f"library/{name}.toml") for name in names}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_goes_there_and_back_with_nothing_lost(
    dataset, fresh, shared: Path, tmp_path: Path, name: str
) -> None:
    result = import_files.import_files(dataset, [shared / "rolethread" / name])
    export.export(dataset, tmp_path / f"{name}.jsonl", format="rolethread")
    Reader(tmp_path / f"{name}.jsonl").check()

    other = fresh("other")
    back = import_files.import_files(other, [tmp_path / f"{name}.jsonl"])

    assert result.refused == back.refused == []
    assert len(back.added) == len(result.added)
    assert all_of(other) == all_of(dataset)
    assert library_of(other) == library_of(dataset)


def test_a_folder_brings_entries_names_and_libraries_in_one_commit(dataset, shared: Path) -> None:
    head = dataset.repo.head()
    result = import_files.import_files(dataset, [shared / "rolethread" / "group_chat"])

    assert (len(result.added), result.refused, result.formats) == (50, [], {"rolethread": 50})
    commit = dataset.repo.commit(dataset.repo.head())
    assert (commit.parents, result.commit) == ((head,), commit.id)
    assert commit.message.startswith("Import 50 entries from group_chat.jsonl\n")
    named = [m["name"] for e in all_of(dataset) for m in e["messages"] if "name" in m]
    assert {"kai", "mira_vale", "narrator"} <= set(named)
    words = libraries.vocabulary(dataset.now())
    assert words.aliases["found_family"] == "found_family_rp"
    assert (words.tags["legacy_tag"].status, words.tags["legacy_tag"].origin) == ("archived", "imported")
    assert not {"dialogue", "style"} & (words.tags.keys() | words.categories.keys())
    known = libraries.read(dataset.now(), characters.KIND, characters.Character)
    assert known["kai"].description == "Smuggler with a conscience; limps when it rains."
    assert "tavern_narrator" in libraries.read(dataset.now(), prompts.KIND, prompts.Prompt)


def test_a_deleted_tag_keeps_its_state_and_category(dataset, shared: Path) -> None:
    import_files.import_files(dataset, [shared / "rolethread" / "solo_roleplay"])

    heist = libraries.vocabulary(dataset.now()).tags["heist"]
    assert (heist.status, heist.origin, heist.category) == ("archived", "deleted", "trope")


def test_taking_a_folder_again_changes_nothing(dataset, shared: Path) -> None:
    folder = shared / "rolethread" / "group_chat"
    import_files.import_files(dataset, [folder])
    head = dataset.repo.head()

    again = import_files.import_files(dataset, [folder])

    assert (again.added, len(again.same), again.libraries, again.commit) == ([], 50, {}, None)
    assert dataset.repo.head() == head


def test_undo_takes_a_folder_back_byte_for_byte(dataset, shared: Path) -> None:
    before = dataset.head_tree()
    import_files.import_files(dataset, [shared / "rolethread" / "group_chat"])

    undo.undo(dataset)

    assert dataset.head_tree() == before


_NAMES = st.sampled_from(["Mara", "Slow Burn", "x"])
_STATES = st.sampled_from([("active", ""), ("archived", "imported"), ("archived", "deleted"), ("hidden", "")])


@given(
    name=_NAMES | st.just(""), state=_STATES, category=st.sampled_from(["", "mood"]), order=st.integers(0, 9)
)
def test_a_tag_is_the_same_after_a_way_through_a_registry(
    name: str, state: tuple[Any, Any], category: str, order: int
) -> None:
    tag = vocabulary.Tag(name=name, category=category, status=state[0], origin=state[1], order=order)
    if state == ("archived", "imported"):
        # One that was never adopted has no category yet.
        tag = tag.replaced(category="")

    record = through_json(mapping_op.tag_record("night", tag))

    assert mapping_op.tag_of(record) == tag


@given(name=_NAMES, text=st.text("ab \n", max_size=4), active=st.booleans(), order=st.integers(-3, 9))
def test_other_records_are_the_same_after_a_way_through_a_registry(
    name: str, text: str, active: bool, order: int
) -> None:
    character = characters.Character(name=name, description=text, active=active)
    prompt = prompts.Prompt(name=name, content=name + text, description=text, active=active)
    category = vocabulary.Category(name=name, order=order)

    assert mapping_op.character_of(through_json(mapping_op.character_record("x", character)), []) == character
    assert mapping_op.prompt_of(through_json(mapping_op.prompt_record("x", prompt))) == prompt
    assert mapping_op.category_of(through_json(mapping_op.category_record("x", category))) == category


def through_json(record: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(record))


def test_the_registry_can_be_left_or_looked_at_first(dataset, shared: Path) -> None:
    folder = shared / "rolethread" / "group_chat"
    values = import_files.import_files(dataset, [folder], import_files.Options(dry_run=True))
    assert (len(values.added), len(values.libraries["tags"]), values.commit) == (50, 9, None)
    assert library_of(dataset)["tags"] is None

    result = import_files.import_files(dataset, [folder], import_files.Options(registry=False))
    assert (len(result.added), result.libraries) == (50, {})
    assert libraries.vocabulary(dataset.now()).tags == {}


def test_registries_named_along_with_their_files_are_no_files_of_their_own(dataset, shared: Path) -> None:
    named = sorted((shared / "rolethread" / "group_chat").iterdir())
    assert len(named) == 3

    result = import_files.import_files(dataset, named)

    assert (result.refused, len(result.libraries["tags"])) == ([], 9)
    assert len(result.added) + len(result.same) == 98


def test_a_folder_without_files_of_conversations_is_told(dataset, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "light.svg").write_text("<svg/>")

    with pytest.raises(Usage, match="without files of conversations"):
        import_files.import_files(dataset, [tmp_path / "plain"])


def test_the_same_export_gives_the_same_bytes(dataset, shared: Path, tmp_path: Path) -> None:
    """Weak spot 11.3 #26: a time in every line makes each save a change of everything."""
    import_files.import_files(dataset, [shared / "rolethread" / "group_chat"])
    files = []
    for _ in range(2):
        export.export(dataset, tmp_path / "out.jsonl", format="rolethread", force=True)
        files.append([(tmp_path / f"out{end}").read_bytes() for end in (".jsonl", ".registry.json")])

    assert files[0] == files[1]


def test_line_separators_are_escaped_for_its_reader(dataset, take, talk, tmp_path: Path) -> None:
    """Weak spots 9.1 #3 and 11.1 #1: it splits lines at signs it writes itself."""
    take([talk("a\u2028b\u2029c\u0085d"), talk("2")])
    export.export(dataset, tmp_path / "out.jsonl", format="rolethread")

    reader = Reader(tmp_path / "out.jsonl")
    reader.check()
    assert reader.entries[0]["messages"][0]["content"] == "a\u2028b\u2029c\u0085d"


def test_what_it_will_call_invalid_is_counted(dataset, take, talk, tmp_path: Path) -> None:
    take([talk("no system prompt")])

    result = export.export(dataset, tmp_path / "out.jsonl", format="rolethread")

    assert result.warnings == {
        "RoleThread Lite calls it invalid: T204 too-few-messages": 1,
    }
    assert result.files == ["out.jsonl", "out.registry.json", ".out.jsonl.provenance.json"]


def test_a_name_it_does_not_open_and_a_clean_one_are_refused(dataset, take, talk, tmp_path: Path) -> None:
    take([talk("1")])

    with pytest.raises(Usage, match="not csv"):
        export.export(dataset, tmp_path / "out.csv", format="rolethread")
    with pytest.raises(Usage, match="does not open"):
        export.export(dataset, tmp_path / "out.text", format="rolethread")
    with pytest.raises(Usage, match="by its ids"):
        export.export(dataset, tmp_path / "out.jsonl", format="rolethread", clean=True)
    (tmp_path / "out.registry.json").write_text("mine")
    with pytest.raises(Refused, match=r"out\.registry\.json exists"):
        export.export(dataset, tmp_path / "out.jsonl", format="rolethread")
    assert (tmp_path / "out.registry.json").read_text() == "mine"
    assert not (tmp_path / "out.jsonl").exists()


def test_an_array_is_trusted_too(dataset, shared: Path, tmp_path: Path) -> None:
    import_files.import_files(dataset, [shared / "rolethread" / "sharegpt_fastchat"])
    result = export.export(dataset, tmp_path / "out.json", format="rolethread")

    assert len(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))) == result.entries == 40
    assert (tmp_path / "out.registry.json").is_file()


def test_its_filler_prompt_is_kept_at_home_and_stays_out_of_training_data(
    dataset, shared: Path, tmp_path: Path
) -> None:
    """Weak spot 9.1 #12: its exports carry the prompt it put in for itself."""
    import_files.import_files(dataset, [shared / "rolethread" / "sharegpt_fastchat"])
    filler = all_of(dataset)[0]["messages"][0]["content"]
    assert "imported from ShareGPT" in filler

    for name, how in (("a", {"clean": True}), ("b", {"format": "sharegpt"})):
        result = export.export(dataset, tmp_path / f"{name}.jsonl", **how)
        assert filler not in (tmp_path / f"{name}.jsonl").read_text(encoding="utf-8")
        assert result.losses["RoleThread Lite's filler for a missing system prompt"] == 40
    export.export(dataset, tmp_path / "c.jsonl")
    assert filler in (tmp_path / "c.jsonl").read_text(encoding="utf-8")
