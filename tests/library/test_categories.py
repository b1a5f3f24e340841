"""Categories of tags: made, renamed, ordered and taken away without leaving a tag behind."""

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library import categories
from talekeep.library import vocabulary
from talekeep.library.tags import TAXONOMY
from talekeep.library.tags import Category
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import with_built_in

EMPTY = Vocabulary()


def order(own):
    return categories.in_order(with_built_in(own))


def test_the_shipped_ones_stand_in_their_order():
    assert order(EMPTY) == list(TAXONOMY)


def test_a_new_one_comes_last_and_there_may_be_any_number():
    own = EMPTY
    for n in range(20):
        own = categories.create(own, f"Kind {n}")
    assert order(own)[5:] == [f"kind_{n}" for n in range(20)]


def test_a_renamed_one_keeps_its_slug_and_its_tags():
    own = vocabulary.create(categories.create(EMPTY, "weather"), "fog", "weather")
    result = categories.rename(own, "Weather", "Sky & Sea")
    assert result.categories == {"weather": Category(name="Sky & Sea", order=5)}
    assert result.tags == own.tags
    words = with_built_in(result)
    assert (
        categories.find_category(words, "sky sea") == categories.find_category(words, "weather") == "weather"
    )
    assert categories.names_of(words, "weather") == {"weather", "sky_sea"}
    assert categories.rename(result, "sky sea", "Weather") == own


def test_a_built_in_one_can_be_renamed_and_back():
    result = categories.rename(EMPTY, "style", "Voice")
    assert with_built_in(result).categories["style"].name == "Voice"
    assert categories.rename(result, "voice", "style") == EMPTY


def test_the_old_name_is_free_for_another():
    own = categories.create(categories.rename(EMPTY, "style", "Voice"), "Style")
    words = with_built_in(own)
    assert categories.find_category(words, "style") == "style_2"
    assert categories.find_category(words, "voice") == "style"


@pytest.mark.parametrize("name", ["Style", "STYLE", " style "])
def test_a_name_that_is_there_is_refused(name):
    with pytest.raises(Refused, match="the category Style exists"):
        categories.create(EMPTY, name)
    with pytest.raises(Refused, match="the category Style exists"):
        categories.rename(EMPTY, "source", name)


def test_a_name_without_letters_is_refused_and_one_of_any_script_is_not():
    with pytest.raises(Usage, match="no letter, digit"):
        categories.create(EMPTY, "!!")
    assert categories.create(EMPTY, "天気").categories == {"天気": Category(name="天気", order=5)}


def test_one_that_is_not_there_is_named_with_a_near_one():
    with pytest.raises(NotFound, match="no category stile") as caught:
        categories.delete(EMPTY, "stile")
    assert "did you mean style?" in caught.value.hint


def test_a_built_in_one_and_one_in_use_stay():
    with pytest.raises(Refused, match="built in"):
        categories.delete(EMPTY, "style")
    own = vocabulary.create(categories.create(EMPTY, "weather"), "fog", "weather")
    with pytest.raises(Refused, match="holds fog") as caught:
        categories.delete(own, "weather")
    assert caught.value.hint == "talekeep tag move fog CATEGORY"


def test_one_with_archived_tags_alone_goes_and_they_come_back_without():
    own = vocabulary.create(categories.create(EMPTY, "weather"), "fog", "weather")
    result = categories.delete(vocabulary.delete(own, ["fog"]), "weather")
    assert result.categories == {}
    assert vocabulary.restore(result, ["fog"]).tags["fog"].category == ""


def test_some_are_put_first_and_the_others_follow():
    result = categories.reorder(EMPTY, ["Status", "style"])
    assert order(result) == ["status", "style", "behavior", "interaction", "source"]
    assert categories.reorder(result, list(TAXONOMY)) == EMPTY
