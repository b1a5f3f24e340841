"""Templates, chunks and options: what is shipped fits together, what a dataset has comes before it."""

import tomllib
from pathlib import Path

import pytest

from talekeep.core.errors import Refused
from talekeep.core.text.template import names_in
from talekeep.library.generation import Choice
from talekeep.library.generation import Chunk
from talekeep.library.generation import Generation
from talekeep.library.generation import Template
from talekeep.library.generation import options_of
from talekeep.library.generation import overlaid
from talekeep.library.generation import pieces_of
from talekeep.library.model import WrongValue
from talekeep.library.model import read

SHIPPED = Path(__file__).parents[2] / "templates" / "generation"
LENT = {"examples", "given", "characters", "solo", "first", "others", "tags", "shape"}


@pytest.fixture(scope="module")
def known() -> Generation:
    whole = Generation()
    for file in sorted(SHIPPED.glob("*.toml")):
        whole = overlaid(whole, read(Generation, tomllib.loads(file.read_text(encoding="utf-8"))))
    return whole


def test_every_chunk_and_option_is_used_by_a_template(known: Generation) -> None:
    used = {name for template in known.templates.values() for name in template.chunks}

    assert used == {*known.chunks, *(f"@{option}" for option in known.options)}


def test_every_template_fits_together_with_every_choice(known: Generation) -> None:
    there = {*known.settings, *known.options, *LENT}
    for template in known.templates.values():
        assert template.defaults.keys() <= there
        for option in options_of(template):
            for choice in known.options[option]:
                pieces = pieces_of(known, template, {option: choice})
                assert {name for piece in pieces for name in names_in(piece)} <= there


def test_every_setting_is_asked_for_and_explained(known: Generation) -> None:
    texts = [chunk.text for chunk in known.chunks.values()]
    texts += [choice.text for choices in known.options.values() for choice in choices.values()]

    for name, setting in known.settings.items():
        assert setting.about
        assert name in known.options or any(f"{{={name}}}" in text for text in texts)
        assert not setting.default or name not in known.options or setting.default in known.options[name]
    assert all(choice.about for choices in known.options.values() for choice in choices.values())


def test_the_texts_are_clean(known: Generation) -> None:
    for file in SHIPPED.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        assert "\r" not in text
        assert "\t" not in text
    for chunk in known.chunks.values():
        assert all(line == line.rstrip() for line in chunk.text.split("\n"))


def test_a_table_above_comes_before_one_of_the_same_name() -> None:
    below = Generation(
        chunks={"a": Chunk(text="old"), "b": Chunk(text="b")}, options={"tone": {"warm": Choice(text="w")}}
    )
    above = Generation(
        chunks={"a": Chunk(text="new")}, options={"tone": {"sly": Choice(text="s")}, "era": {}}
    )

    both = overlaid(below, above)

    assert {name: chunk.text for name, chunk in both.chunks.items()} == {"a": "new", "b": "b"}
    assert set(both.options["tone"]) == {"warm", "sly"}
    assert both.options["era"] == {}


def test_what_a_template_names_has_to_be_there() -> None:
    with pytest.raises(Refused, match="the chunk nowhere, and there is none"):
        pieces_of(Generation(), Template(title="t", chunks=("nowhere",)), {})
    with pytest.raises(Refused, match="there is no tone 'loud'"):
        pieces_of(Generation(), Template(title="t", chunks=("@tone",)), {"tone": "loud"})


def test_a_misspelled_key_is_an_error() -> None:
    with pytest.raises(WrongValue, match=r"^chunks\.a\.whne: "):
        read(Generation, {"chunks": {"a": {"text": "t", "whne": "x"}}})
