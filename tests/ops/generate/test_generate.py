"""Prompts for an outside model: the words of each template, and nothing that was said gets lost.

`UPDATE_SNAPSHOTS=1 python -m pytest tests/ops/test_generating.py` writes the pages under `snapshots/` anew.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.generate import generate
from talekeep.ops.generate.dataset_context import Drawing
from talekeep.ops.generate.generate import Wanted
from talekeep.store.dataset import Dataset

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))
ALL = Drawing(examples=True)
SCENE = {"scenario": "Storm nights at a lighthouse."}
# By the name of the page: a template at its plainest, and every choice of every option somewhere.
PAGES = {
    "scenes": Wanted(settings=SCENE),
    "scenes-full": Wanted(
        settings={**SCENE, "style": "immersive", "tone": "warm", "length": "short", "voice": "third"}
        | {"language": "Dutch", "notes": "No ghosts.", "entries": "1", "exchanges": "2-4"}
        | {"delivery": "batches"},
        prompt="Night watch",
        characters=("mara",),
        tags=("roleplay", "dialogue", "pacing"),
        drawing=Drawing(examples=True, limit=1),
    ),
    "pair": Wanted(
        "pair", {"style": "narrated", "tone": "dramatic", "voice": "first"}, None, ("wren", "mara")
    ),
    "group": Wanted(
        "group", {"system": "each", "tone": "dry", "length": "long"}, None, ("wren", "mara", "osric")
    ),
    "continue": Wanted("continue", {"direction": "The lamp fails.", "voice": "second"}, drawing=ALL),
    "vary": Wanted("vary", {"style": "chat", "tone": "playful"}, drawing=Drawing(examples=True, limit=1)),
    "rewrite": Wanted(
        "rewrite", {"fault": "Mara decides for Wren."}, None, ("wren", "mara"), ("night",), ALL
    ),
    "questions": Wanted("questions", {"subject": "Lamps."}),
    "questions-full": Wanted(
        "questions",
        {"subject": "Lamps.", "material": "Oil burns.\n\nWicks need trimming.", "tone": "formal"}
        | {"delivery": "file", "file": "lamps.jsonl", "system": "auto", "exchanges": "2"},
    ),
    "wistful": Wanted(settings={**SCENE, "style": "talk", "tone": "wistful", "system": "none"}),
}


LIBRARY = {
    "characters": """
[mara]
name = "Mara"
description = "Keeps the light at Harrow Point.\\nDry and watchful."

[osric]
name = "Osric"
description = "A pilot."

[wren]
name = "Wren"

[tom]
name = "Old Tom"
active = false
""",
    "prompts": """
[night_watch]
name = "Night watch"
content = "It is night.\\n\\nYou are Mara."

[old]
name = "Old"
content = "Gone."
active = false
""",
    "tags": """
[tags.night]
category = "style"

[tags.gone]
status = "archived"

[aliases]
dark = "night"
""",
}


@pytest.fixture
def harbor(dataset: Dataset, take: Any) -> Dataset:
    take([_record(number) for number in range(2)])
    for name, text in LIBRARY.items():
        (dataset.path / "library" / f"{name}.toml").write_text(text)
    return dataset


def _record(number: int) -> dict[str, Any]:
    lines = [
        ("system", None, "It is night."),
        ("user", "wren", f"Boat {number}?"),
        ("assistant", "mara", "No."),
    ]
    messages = [{"role": r, "content": c} | ({"name": n} if n else {}) for r, n, c in lines]
    return {"messages": messages, "tags": ["night", "draft"]}


@pytest.mark.parametrize("page", PAGES)
def test_a_template_says_what_its_page_says(harbor: Dataset, page: str) -> None:
    text = generate.generate(harbor, PAGES[page]).text + "\n"

    place = SNAPSHOTS / f"{page}.md"
    if UPDATE:
        place.write_text(text, encoding="utf-8")
    assert text == place.read_text(encoding="utf-8")


def test_every_template_and_every_choice_stands_on_some_page(harbor: Dataset) -> None:
    known = generate.read(harbor.now())
    texts = "\n".join(file.read_text(encoding="utf-8") for file in SNAPSHOTS.glob("*.md"))

    assert {wanted.template for wanted in PAGES.values()} == set(known.templates)
    for option, choices in known.options.items():
        for name, choice in choices.items():
            fixed = max(choice.text.partition("{=")[0].splitlines(), key=len)
            assert fixed in texts, f"{option}={name}"


def test_the_same_request_gives_the_same_text(harbor: Dataset) -> None:
    first, again = (generate.generate(harbor, PAGES["scenes-full"]) for _ in range(2))

    assert first == again
    assert first.settings["exchanges"] == "2-4"
    assert first.settings["system"] == "given"
    assert (first.characters, first.tags) == (["mara"], ["roleplay", "dialogue", "pacing"])
    assert len(first.examples) == 1
    assert first.words == len(first.text.split()) or first.words > 300


HARSH = st.text(st.sampled_from('{=}scenarionotes`# \n"\\é'), min_size=1, max_size=30).filter(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(scenario=HARSH, notes=HARSH, prompt=HARSH, language=HARSH)
def test_what_the_user_wrote_stands_there_word_for_word(
    harbor: Dataset, scenario: str, notes: str, prompt: str, language: str
) -> None:
    values = {"scenario": scenario, "notes": notes, "system_prompt": prompt, "language": language}

    text = generate.generate(harbor, Wanted(settings=values)).text

    assert f"## What the scenes are about\n\n{scenario}\n\n" in text
    assert f"## Besides\n\n{notes}\n\n## Your answer" in text
    assert f"text\n{prompt}\n```" in text
    assert f"Write every message in {language}. Keys" in text


def test_a_given_system_prompt_leaves_no_sentence_of_the_automatic_one(harbor: Dataset) -> None:
    text = generate.generate(harbor, PAGES["scenes-full"]).text

    assert "It is night.\n\nYou are Mara." in text
    assert "Write one system prompt" not in text


FAULTS: list[tuple[type[Problem], str, Wanted]] = [
    (Usage, "scenes needs scenario", Wanted()),
    (Usage, "continue needs examples", Wanted("continue")),
    (Usage, "rewrite needs examples, fault", Wanted("rewrite")),
    (Usage, "needs system_prompt", Wanted(settings={**SCENE, "system": "given"})),
    (Usage, "there is no setting scenery", Wanted(settings={"scenery": "x"})),
    (Usage, "there is no tone 'loud'", Wanted(settings={**SCENE, "tone": "loud"})),
    (Usage, "entries is 'ten'", Wanted(settings={**SCENE, "entries": "ten"})),
    (Usage, "exchanges is '4-2'", Wanted(settings={**SCENE, "exchanges": "4-2"})),
    (Usage, "entries is '1-2'", Wanted(settings={**SCENE, "entries": "1-2"})),
    (Usage, "uses subject", Wanted(settings={**SCENE, "subject": "Lamps"})),
    (Usage, "uses batch", Wanted(settings={**SCENE, "batch": "2"})),
    (Usage, "uses system_prompt", Wanted(settings={**SCENE, "system": "none"}, prompt="Night watch")),
    (Usage, "said twice", Wanted(settings={**SCENE, "system_prompt": "x"}, prompt="Night watch")),
    (Usage, "one entry for each", Wanted("continue", {"entries": "3"}, drawing=ALL)),
    (Usage, "pair needs 2 characters, not 1", Wanted("pair", {}, None, ("mara",))),
    (Usage, "group needs at least 3 characters", Wanted("group")),
    (Usage, "questions takes at most 1 char", Wanted("questions", {"subject": "x"}, None, ("mara", "wren"))),
    (Usage, "notes is not UTF-8", Wanted(settings={**SCENE, "notes": "\udc80"})),
    (Refused, "tom is inactive", Wanted(settings=SCENE, characters=("tom",))),
    (Refused, "the prompt old is archived", Wanted(settings=SCENE, prompt="old")),
    (Refused, "the tag gone is archived", Wanted(settings=SCENE, tags=("gone",))),
    (NotFound, "there is no template scene", Wanted("scene")),
    (NotFound, "there is no prompt 'x'", Wanted(settings=SCENE, prompt="x")),
    (NotFound, "there is no character 'x'", Wanted(settings=SCENE, characters=("x",))),
    (NotFound, "no tag x", Wanted(settings=SCENE, tags=("x",))),
    (NotFound, "no entry matches", Wanted("vary", drawing=Drawing(examples=True, where="words>=100000"))),
]


def test_what_cannot_be_compiled_is_named(harbor: Dataset) -> None:
    for kind, words, wanted in FAULTS:
        with pytest.raises(kind) as text:
            generate.generate(harbor, wanted)
        assert words in text.value.message
        assert text.value.hint


def test_an_idle_setting_names_the_choice_it_goes_with(harbor: Dataset) -> None:
    with pytest.raises(Usage) as text:
        generate.generate(harbor, Wanted(settings={**SCENE, "batch": "2"}))
    assert text.value.hint == "it goes with --set delivery=batches"


OWN = """
[chunks.scenario]
text = "Only this: {=scenario} ({=mood})"

[settings.mood]
default = "grim"

[options.tone.sly]
text = "Slyly."

[templates.bare]
title = "bare"
chunks = ["scenario", "@tone"]
"""


def test_what_a_dataset_has_comes_before_what_is_shipped(harbor: Dataset) -> None:
    (harbor.path / "library" / "generation.toml").write_text(OWN)

    bare = generate.generate(harbor, Wanted("bare", {**SCENE, "tone": "sly"}))
    assert bare.text == "Only this: Storm nights at a lighthouse. (grim)\n\nSlyly."
    assert "Only this: Storm" in generate.generate(harbor, Wanted(settings=SCENE)).text
    rows = {row.name: row.needs for row in generate.listed(harbor).templates}
    assert rows["bare"] == ["scenario"]
    assert rows["rewrite"] == ["examples", "fault"]
    assert (harbor.path / "library" / "generation.toml").read_text() == OWN


def test_the_template_in_the_documentation_works(harbor: Dataset) -> None:
    page = (Path(__file__).parents[3] / "docs" / "generate.md").read_text(encoding="utf-8")
    (harbor.path / "library" / "generation.toml").write_text(
        page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8"
    )

    text = generate.generate(harbor, Wanted("history", {**SCENE, "year": "1911"})).text

    assert "\n\nIt is 1911. Nothing later than that exists.\n\n" in text
    assert "The tone is sly" in text
    assert "Each has 4 exchanges;" in text
    assert "Nothing later" not in generate.generate(harbor, Wanted("history", SCENE)).text


OWN_FAULTS = {
    '[templates.scenes]\ntitle = "t"\nchunks = ["gone"]': "the chunk gone, and there is none",
    '[chunks.notes]\ntext = "{=nots}"\nwhen = "notes"': "the chunk notes asks for {=nots}",
    '[chunks.craft]\ntext = " "': "the text of the chunk craft is blank",
    '[chunks.craft]\ntxt = "x"': "library/generation.toml: chunks.craft.text",
    '[templates.scenes]\ntitle="t"\nchunks=[]\ndefaults={x="y"}': "a default for x",
}


def test_a_fault_in_the_own_file_is_named(harbor: Dataset) -> None:
    for own, words in OWN_FAULTS.items():
        (harbor.path / "library" / "generation.toml").write_text(own)
        with pytest.raises(Refused) as text:
            generate.generate(harbor, Wanted(settings=SCENE))
        assert words in text.value.message


def test_a_prompt_is_saved_where_nothing_is_lost(harbor: Dataset, tmp_path: Path) -> None:
    result = generate.generate(harbor, PAGES["scenes"])
    out = tmp_path / "ask.txt"

    assert generate.write(harbor, result, out, dry_run=True).out == str(out)
    assert not out.exists()
    assert generate.write(harbor, result, out).out == str(out)
    assert out.read_bytes() == f"{result.text}\n".encode()
    with pytest.raises(Refused, match="exists"):
        generate.write(harbor, result, out)
    generate.write(harbor, result, out, force=True)
    with pytest.raises(Refused, match="belongs to the dataset"):
        generate.write(harbor, result, harbor.path / "library" / "ask.txt")
