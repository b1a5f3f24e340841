"""How much an edit changed: tidying does not count."""

import pytest

from talekeep.training.edits import FLOOR
from talekeep.training.edits import changed_share

STORY = "The keeper climbed the stair with the lamp while Mara waited below and counted every step aloud."


@pytest.mark.parametrize(
    "after",
    [
        STORY,
        STORY.replace(" ", "  ").upper(),
        STORY.replace("climbed", "climed").replace("waited", "waitd"),
        STORY.replace("Mara", "Ines"),
        STORY.replace(".", "…") + "\n",
    ],
)
def test_tidying_is_no_change(after: str) -> None:
    assert changed_share(STORY, after) == 0


@pytest.mark.parametrize(
    "after",
    [
        "Nobody climbed anything that night; the door stayed shut.",
        STORY + " Then the storm came in and took the boat from its rope.",
        STORY.replace("with the lamp", "without any light"),
        "",
    ],
)
def test_other_words_are_a_change(after: str) -> None:
    assert changed_share(STORY, after) >= FLOOR


def test_a_word_in_a_long_text_is_below_the_floor() -> None:
    assert 0 < changed_share(STORY, STORY.replace("below", "there")) < FLOOR
