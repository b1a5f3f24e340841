"""Prose taken apart: every character is in one segment, and marks mean what readers take them for."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.text.languages import ENDINGS
from talekeep.core.text.languages import folded_endings
from talekeep.core.text.normalize import folded
from talekeep.core.text.prose import STYLES
from talekeep.core.text.prose import alike
from talekeep.core.text.prose import anatomy
from talekeep.core.text.prose import asks
from talekeep.core.text.prose import ends_mid_sentence
from talekeep.core.text.prose import opening
from talekeep.core.text.prose import repeated
from talekeep.core.text.prose import runs
from talekeep.core.text.prose import segments
from talekeep.core.text.prose import without_code
from talekeep.core.text.tokens import words

MARKED = st.text(alphabet="ab I.,!?…\n\"'*“”‘’«»「」`é美 ", max_size=60)


@given(MARKED)
def test_segments_joined_are_the_text(text: str) -> None:
    assert "".join(segment.text for segment in segments(text)) == text
    assert anatomy(text).style in STYLES


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ('"A friend," she says.', ["speech", "plain"]),
        ("“A friend,” she says.", ["speech", "plain"]),
        ("'It's late,' he says.", ["speech", "plain"]),
        ("It's the keepers' lamp.", ["plain"]),
        ("「友だち」と彼女は言う。", ["speech", "plain"]),
        ("*smiles* A friend.", ["action", "plain"]),
        ("Hello *waves at you* again.", ["plain", "action", "plain"]),
        ("It was *the* lamp.", ["plain", "plain", "plain"]),
        ('A "lamp" is lit.', ["plain", "plain", "plain"]),
        ('The board is 6" wide.', ["plain"]),
        ('"I *really* mean it!"', ["speech"]),
        ('See ```*x* "y."``` there.', ["plain", "code", "plain"]),
        ("3 * 4 and **bold** text", ["plain"]),
        ('"Never closed\n\nand on.', ["plain"]),
    ],
)
def test_marks_are_told_apart(text: str, kinds: list[str]) -> None:
    assert [segment.kind for segment in segments(text)] == kinds


@pytest.mark.parametrize(
    ("text", "style", "convention"),
    [
        ('"A friend," she says, and waits.', "quotes", "quotes"),
        ("*She waits.* Come in out of the rain.", "asterisks", "asterisks"),
        ('*She waits.* "Come in."', "both", None),
        ('"Come in."', "quotes", None),
        ("*She waits.*", "asterisks", None),
        ("Come in.", "plain", None),
    ],
)
def test_a_style_is_a_convention_where_something_is_bare(
    text: str, style: str, convention: str | None
) -> None:
    assert (anatomy(text).style, anatomy(text).convention) == (style, convention)


def test_narration_is_what_nobody_says() -> None:
    assert words(anatomy('"I go," she says. *She goes.*').narration) == ["she", "says", "she", "goes"]
    assert words(anatomy("*She goes.* I go.").narration) == ["she", "goes"]


CUT = "The lamp is lit. I keep it for the boats that come in late, and for the"


@pytest.mark.parametrize("text", [CUT, CUT + " keeper,", "*She waits.* " + CUT, CUT + "\n"])
def test_prose_that_breaks_off_is_seen(text: str) -> None:
    assert ends_mid_sentence(text)


@pytest.mark.parametrize(
    "text",
    [
        CUT + " keeper.",
        CUT + " keeper…",
        CUT + ' keeper."',
        CUT + " keeper*",
        CUT + "—",
        "",
        "Yes",
        "The lamp is lit and it burns over the whole harbour tonight",
        "The lamp is lit.\n\nYours,\nMara",
        "Three things stand here.\n- a lamp\n- a rope of some length and age",
        "Read it again. It is all written down at https://example.org/harbour/lamps",
        '"Boats come home when the lamp is lit." - the keeper of Harrow Point',
        "The lamp is lit.\nOver the water\nlies the light\nand nobody comes to it by night",
        "Here is the code. ```\nprint(lamp)\n``` and nothing more to say of it",
        "灯台の明かりがついている。船が帰ってくる。",
    ],
)
def test_what_ends_as_it_likes_is_let_be(text: str) -> None:
    assert not ends_mid_sentence(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The lamp is lit. She went down to the boats and kept them."),
        ("zh", "灯亮了。她走到船边，守着它们，一直到天亮。"),
        ("ja", "灯がともった。彼女は船のところへ降りて、朝まで見守った。"),
        ("ko", "등불이 켜졌다. 그녀는 배가 있는 곳으로 내려가 아침까지 지켰다."),
        ("de", "Das Licht brennt. Sie ging hinunter zu den Booten und blieb dort."),
        ("es", "La luz está encendida. Ella bajó a las barcas y las cuidó."),
        ("fr", "La lampe est allumée. Elle descendit vers les barques et les garda."),
        ("pt", "A luz está acesa. Ela desceu até os barcos e os guardou."),
        ("ru", "Лампа горит. Она спустилась к лодкам и осталась с ними до утра."),
        ("ar", "المصباح مضاء. نزلت إلى القوارب وبقيت معها حتى الصباح."),
    ],
)
def test_a_text_may_end_with_words_that_end_one_in_the_languages_most_met(language: str, text: str) -> None:
    assert ends_mid_sentence(text.rstrip(".。"))
    for ending in ENDINGS[language]:
        assert ending == folded(ending)
        for end in (ending, ending.upper(), f"*{ending}*"):
            assert not ends_mid_sentence(f"{text} {end}")
        # In the middle of a sentence they end nothing.
        assert ends_mid_sentence(f"{text.rstrip('.。')} {ending}")


def test_a_text_may_end_with_words_that_a_dataset_adds() -> None:
    text = "Lampa svítí. Sešla k člunům a hlídala je až do rána. Konec dílu"
    assert ends_mid_sentence(text)
    assert not ends_mid_sentence(text, folded_endings(("*Konec dílu*", " ")))


@pytest.mark.parametrize(
    "text", ["ไฟติดแล้ว! เธอเดินลงไปที่เรือและเฝ้าพวกมันจนถึงเช้า", "ໄຟຕິດແລ້ວ! ນາງຍ່າງລົງໄປທີ່ເຮືອ ແລະ ເຝົ້າພວກມັນຈົນເຊົ້າ"]
)
def test_a_script_without_full_stops_breaks_nothing_off(text: str) -> None:
    assert not ends_mid_sentence(text)


def test_openings_questions_and_code_are_found() -> None:
    assert opening("*She* looks up, slowly.", 3) == "she looks up"
    assert opening("Yes.", 3) == ""
    assert asks('"Who goes there?" *')
    assert not asks("Who goes there? I do.")
    assert without_code("a ```b``` c") == "a   c"


def test_likeness_and_repetition_are_shares_of_runs() -> None:
    a, b = ["a", "b", "c", "d"], ["b", "c", "d", "e"]
    # ab bc cd against bc cd de: two of four pairs.
    assert alike(a, b) == 2 / 4
    assert alike(a, ["a"]) == 0.0
    # aab aba baa aab aba: five runs, three of them different.
    assert repeated(["a", "a", "b", "a", "a", "b", "a"], 3) == pytest.approx(2 / 5)
    assert repeated(a, 5) == 0.0
    assert [*runs(a, 3)] == [("a", "b", "c"), ("b", "c", "d")]


@pytest.mark.parametrize(
    "piece", ['"a ', "*a ", "'a ", "‘a", "“", "```", "«", '"a\n', "*a\n \n", " \n", "a", "ab:", "((a", "a*"]
)
def test_hostile_text_costs_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    anatomy(text)
    ends_mid_sentence(text + CUT)
    assert time.process_time() - started < 5
