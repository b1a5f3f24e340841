"""The vocabulary: the built-in taxonomy, display names, and where an old name leads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.slug import slug
from talekeep.library.tags import TAXONOMY
from talekeep.library.tags import Tag
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import display_name
from talekeep.library.tags import renamed
from talekeep.library.tags import resolve
from talekeep.library.tags import with_built_in

SLUGS = st.sampled_from(["a", "b", "c", "d", "e"])


# RoleThread Lite's, in its order, as people read them.
BUILT_IN = {
    "Behavior": (
        "Pacing, Boundaries, No User Control, Followup Question, Emotional Awareness, Instruction Following, "
        "Consistency, Initiative"
    ),
    "Interaction": "Greeting, Roleplay, Question Answer, Task Completion, Explanation, Feedback, Correction",
    "Style": "Dialogue, Narration, Descriptive, Concise, Detailed, Grounded",
    "Source": "Manual, AI Generated, Imported, Converted",
    "Status": "Draft, Needs Review, Needs Edit, Approved, Invalid, Duplicate",
}


def test_the_taxonomy_is_five_categories_of_31_tags():
    by_name = {display_name(name): ", ".join(map(display_name, tags)) for name, tags in TAXONOMY.items()}
    assert by_name == BUILT_IN
    assert list(by_name) == list(BUILT_IN)
    assert sum(map(len, TAXONOMY.values())) == 31
    assert all(slug(display_name(tag)) == tag for tags in TAXONOMY.values() for tag in tags)


@pytest.mark.parametrize(
    ("slug", "name"),
    [("slow_burn", "Slow Burn"), ("ai_generated", "AI Generated"), ("rp", "RP"), ("恋愛", "恋愛")],
)
def test_a_slug_reads_as_words(slug, name):
    assert display_name(slug) == name


def test_what_the_dataset_says_comes_before_the_built_in():
    own = Vocabulary(tags={"pacing": Tag(status="archived")}, aliases={"draft": "sketch"})
    words = with_built_in(own)
    assert words.tags["pacing"].status == "archived"
    assert "draft" not in words.tags
    assert words.tags["dialogue"].category == "style"


def test_a_chain_of_aliases_leads_to_the_last_name():
    words = Vocabulary(aliases={"a": "b", "b": "c"}, tags={"c": Tag()})
    assert resolve(words, "a").slug == "c"
    assert resolve(words, "a").active
    assert renamed(words) == {"a": "c", "b": "c"}


def test_a_circle_of_aliases_leads_nowhere():
    words = Vocabulary(aliases={"a": "b", "b": "a"})
    assert resolve(words, "a").slug == "a"
    assert renamed(words) == {}


def test_a_tag_made_again_under_an_old_name_is_itself():
    words = Vocabulary(aliases={"a": "b"}, tags={"a": Tag(), "b": Tag()})
    assert resolve(words, "a").slug == "a"


@given(st.dictionaries(SLUGS, SLUGS), st.sets(SLUGS), SLUGS)
def test_resolving_ends_and_a_current_name_is_its_own(aliases, known, slug):
    words = Vocabulary(aliases=aliases, tags={name: Tag() for name in known})
    result = resolve(words, slug).slug
    assert result == slug or resolve(words, result).slug == result
