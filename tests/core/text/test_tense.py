"""Person and tense are told where they are clear, in English, and nowhere else."""

import pytest

from talekeep.core.text.prose import words
from talekeep.core.text.tense import is_english
from talekeep.core.text.tense import person
from talekeep.core.text.tense import persons
from talekeep.core.text.tense import tense
from talekeep.core.text.tense import tenses

FIRST = "I lift the lamp and lean over the rail with my hands in it, and I wait for him."
SECOND = "You lift the lamp over your head, and the rail of the tower is cold as you wait."
THIRD = "She lifts the lamp and leans over the rail with her hands, and she waits for it."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FIRST, "first"),
        (SECOND, "second"),
        (THIRD, "third"),
        ("I see that she takes his lamp and her rope, and he takes it from her.", None),
        ("The lamp is lit and the rail of the tower is as cold as the sea.", None),
        ("Sie hebt die Lampe, und ich warte; mir ist kalt, und ich gehe zu ihm.", None),
        ("", None),
    ],
)
def test_the_person_who_tells(text: str, told: str | None) -> None:
    assert person(words(text)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("She was cold and looked at the sea. He said that it turned, and she nodded.", "past"),
        ("She is cold and looks at the sea. He says that it turns, and she nods.", "present"),
        ("I wait for the boat and I look at it. It is late, and you stand with me.", "present"),
        ("She was cold and looked at the sea. He says that it turns, and she nods.", None),
        ("She is cold.", None),
    ],
)
def test_the_tense_of_a_narration(text: str, told: str | None) -> None:
    assert tense(words(text)) == told


def test_counts_are_those_of_the_words() -> None:
    assert persons(words(FIRST)) == {"first": 3, "third": 1}
    # Behind an auxiliary a past form is a participle.
    assert tenses(words("She has turned and I turn; it had stopped, then stopped.")) == {
        "present": 2,
        "past": 1,
    }


def test_english_is_known_by_its_common_words() -> None:
    assert is_english(words(THIRD))
    assert not is_english(words("La lampe est allumée et la mer est noire comme la nuit."))
    assert not is_english(words("彼女は灯台の明かりを見て、長いあいだ待っていた。"))
