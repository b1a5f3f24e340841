"""What goes from a dataset into a prompt: which entries, and what of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.library.characters import Character
from talekeep.ops.generate import dataset_context
from talekeep.ops.generate.dataset_context import Drawing
from talekeep.store.dataset import Dataset

Texts = Callable[[Drawing], list[str]]


@pytest.fixture
def drawn(dataset: Dataset) -> Texts:
    def texts(asked: Drawing) -> list[str]:
        result = dataset_context.drawn(dataset, dataset.now(), asked)
        return [one.entry["messages"][0]["content"] for one in result]

    return texts


def test_entries_are_drawn_the_same_way_every_time(take: Any, talk: Any, drawn: Texts) -> None:
    names = [f"{number:02}" for number in range(20)]
    take([talk(name, tags=["odd"] if int(name) % 2 else []) for name in names])

    assert drawn(Drawing(examples=True)) == names[:3]
    assert drawn(Drawing(examples=True, where="tag:odd", limit=2)) == ["01", "03"]
    seeded = drawn(Drawing(examples=True, limit=5, seed=7))
    assert seeded == sorted(seeded) == drawn(Drawing(examples=True, limit=5, seed=7))
    assert len({tuple(drawn(Drawing(examples=True, limit=5, seed=seed))) for seed in range(4)}) == 4
    assert set(drawn(Drawing(examples=True, limit=4, seed=7))) < set(seeded)
    assert drawn(Drawing()) == []
    with pytest.raises(NotFound, match="no entry matches"):
        drawn(Drawing(examples=True, where="words>=100000"))


def test_named_entries_come_in_the_order_they_are_named(take: Any, talk: Any, drawn: Texts) -> None:
    result = take([talk("first"), talk("second")])

    assert drawn(Drawing(entries=(result.added[1].id, result.added[0].id))) == ["second", "first"]


def test_an_entry_with_an_open_conflict_is_refused(dataset: Dataset, take: Any, talk: Any, edit: Any) -> None:
    take([talk("one")])
    edit('"tags":[]', f'"tags":[],"{CONFLICT_KEY}":[{{"path":["note"],"ours":"a","theirs":"b"}}]')

    with pytest.raises(Refused, match="has an open conflict"):
        dataset_context.drawn(dataset, dataset.now(), Drawing(examples=True))


def test_an_example_shows_what_was_said_and_no_more(dataset: Dataset, take: Any) -> None:
    parts = [{"type": "text", "text": "Rope?"}]
    messages = [
        {"role": "user", "name": "wren", "content": parts},
        {"role": "assistant", "name": "mara", "content": "In ```the``` boat.", "weight": 1},
    ]
    take([{"messages": messages, "tags": ["night", "draft"], "score": 4}])
    result = dataset_context.drawn(dataset, dataset.now(), Drawing(examples=True))

    def shown(**chosen: Any) -> Any:
        fence, line, last = dataset_context.told_entries(result, **chosen).split("\n")
        assert fence == last + "jsonl" == "````jsonl"
        return json.loads(line)

    plain = [{"role": "user", "content": "Rope?"}, {"role": "assistant", "content": "In ```the``` boat."}]
    assert shown(names=[], tags=[]) == {"messages": plain}
    named = shown(names=["mara"], tags=["draft"])
    assert named["tags"] == ["draft"]
    assert [message.get("name") for message in named["messages"]] == [None, "mara"]


def test_the_first_of_several_characters_is_the_users_part() -> None:
    def output_of(*names: str) -> dict[str, str]:
        return dataset_context.told_cast({name: Character(name=name.title()) for name in names})

    assert output_of() == {"characters": "", "solo": "", "first": "", "others": ""}
    assert (output_of("mara")["solo"], output_of("mara")["others"]) == ("mara", "")
    assert (output_of("wren", "mara")["first"], output_of("wren", "mara")["others"]) == ("wren", "`mara`")
    assert output_of("wren", "a", "b", "c")["others"] == "`a`, `b` or `c`"


def test_an_old_name_of_a_tag_is_offered_as_the_current_one(dataset: Dataset) -> None:
    library = dataset.path / "library" / "tags.toml"
    library.parent.mkdir(exist_ok=True)
    library.write_text('[aliases]\ndark = "night"\n\n[tags.night]\ncategory = "style"\n\n[tags.loose]\n')

    result = dataset_context.offered(dataset.now(), ["Dark", "night", "loose", "dialogue"])

    assert result == {"night": "Style", "loose": "", "dialogue": "Style"}
    assert dataset_context.told_tags(result) == "- Style: `night`, `dialogue`\n- Other: `loose`"
