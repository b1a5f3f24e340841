"""Reviews hold for the words they were given to, nobody's is lost or mixed, and an entry counts as the policy
says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core import reviews
from talekeep.core.merge.records import merge_entry

ENTRY = {"id": "a", "messages": [{"role": "user", "content": "Who goes there?"}], "tags": []}
OTHER = {**ENTRY, "messages": [{"role": "user", "content": "Who is there?"}]}
OF = reviews.digest_of(ENTRY)


def texts_of(verdict="approved", of=OF, **more):
    return {"verdict": verdict, "of": of, **more}


def state(table, policy="strictest", entry=ENTRY):
    return reviews.standing(entry, {"reviews": table}, policy).state


def test_an_approval_ends_when_the_words_change_and_holds_again_when_they_come_back() -> None:
    table = {"wren": texts_of()}

    assert state(table) == "approved"
    assert state(table, entry=OTHER) == "stale"
    assert state(table, entry={**ENTRY, "tags": ["night"], "note": "x"}) == "approved"


def test_a_change_of_any_key_of_a_message_ends_it() -> None:
    assert (
        state({"w": texts_of()}, entry={**ENTRY, "messages": [{**ENTRY["messages"][0], "weight": 0}]})
        == "stale"
    )


@pytest.mark.parametrize(
    ("verdicts", "strictest", "any_", "two"),
    [
        ([], "none", "none", "none"),
        (["approved"], "approved", "approved", "none"),
        (["approved", "approved"], "approved", "approved", "approved"),
        (["approved", "needs_edit"], "needs_edit", "approved", "needs_edit"),
        (["approved", "approved", "rejected"], "rejected", "approved", "rejected"),
        (["needs_edit", "rejected"], "rejected", "rejected", "rejected"),
        (["rejected"], "rejected", "rejected", "rejected"),
    ],
)
def test_the_policy_says_what_an_entry_counts_as(verdicts, strictest, any_, two) -> None:
    table = {f"p{number}": texts_of(verdict) for number, verdict in enumerate(verdicts)}

    assert [state(table, policy) for policy in ("strictest", "any", "two")] == [strictest, any_, two]


def test_people_who_differ_are_a_dispute_whatever_it_counts_as() -> None:
    table = {"wren": texts_of(), "mara": texts_of("rejected"), "old": texts_of("needs_edit", of="other")}

    standing = reviews.standing(ENTRY, {"reviews": table}, "any")

    assert standing.states == {"approved", "disputed"}
    assert standing.by == {"wren": "approved", "mara": "rejected"}


def test_the_lowest_score_on_the_present_words_counts() -> None:
    table = {
        "wren": texts_of(scores={"Voice": 5, "pace": 2}),
        "mara": texts_of(scores={"voice": 3, "pace": "high"}),
        "old": texts_of(of="other", scores={"voice": 1}),
    }

    assert reviews.standing(ENTRY, {"reviews": table}).scores == {"voice": 3, "pace": 2}


@pytest.mark.parametrize(
    "odd",
    [
        5,
        [],
        {"wren": 3},
        {"wren": {"verdict": "fine", "of": OF}},
        {"wren": {"verdict": "approved"}},
        {"": texts_of()},
    ],
)
def test_what_cannot_be_read_counts_for_nothing(odd) -> None:
    assert state(odd) == "none"


def test_a_new_review_takes_the_place_of_all_the_person_said() -> None:
    sidecar = {
        "id": "a",
        "note": "x",
        "reviews": {"Wren": {**texts_of(), "also": [texts_of("rejected")]}, "mara": texts_of()},
    }

    after = reviews.reviewed(sidecar, "wren", texts_of("needs_edit"))

    assert after["reviews"] == {"mara": texts_of(), "wren": texts_of("needs_edit")}
    assert reviews.reviewed({"id": "a", "reviews": {"wren": texts_of()}}, "wren", None) == {"id": "a"}


def test_reviews_go_along_where_no_word_changed() -> None:
    sidecar = {
        "reviews": {"wren": {**texts_of(), "also": [texts_of("rejected")]}, "mara": texts_of(of="other")}
    }

    after = reviews.carried(sidecar, ENTRY, OTHER)["reviews"]

    assert after["wren"]["of"] == after["wren"]["also"][0]["of"] == reviews.digest_of(OTHER)
    assert after["mara"]["of"] == "other"


# Merging


def merged(base, ours, theirs):
    sides = ({"id": "a", **({"reviews": table} if table else {})} for table in (base, ours, theirs))
    result = merge_entry(*sides)
    assert result.conflicts == ()
    return result.value.get("reviews", {})


def test_two_peoples_reviews_stand_side_by_side() -> None:
    assert merged({}, {"wren": texts_of()}, {"mara": texts_of("rejected")}) == {
        "wren": texts_of(),
        "mara": texts_of("rejected"),
    }


def test_two_reviews_of_one_person_are_both_kept_and_never_mixed() -> None:
    mine, yours = texts_of(of="1", scores={"voice": 5}), texts_of("rejected", of="2", note="dull")

    assert merged({"wren": texts_of()}, {"wren": mine}, {"wren": yours}) == {
        "wren": {**yours, "also": [mine]}
    }


def test_a_review_that_one_side_took_back_and_the_other_changed_stays() -> None:
    assert merged({"wren": texts_of()}, {}, {"wren": texts_of("rejected")}) == {"wren": texts_of("rejected")}
    assert merged({"wren": texts_of()}, {}, {"wren": texts_of()}) == {}


def test_reviews_that_were_merged_before_do_not_come_back() -> None:
    both = {"wren": {**texts_of("rejected"), "also": [texts_of()]}}

    assert merged(both, {"wren": texts_of("needs_edit")}, both) == {"wren": texts_of("needs_edit")}
    table = merged(both, {"wren": texts_of("needs_edit")}, {"wren": texts_of("needs_edit", note="n")})
    assert opinions(table) == opinions({"wren": texts_of("needs_edit")}) | opinions(
        {"wren": texts_of("needs_edit", note="n")}
    )


def test_a_key_of_an_entry_that_only_looks_like_reviews_is_merged_like_any_other() -> None:
    result = merge_entry(
        {"id": "a", "reviews": {"x": 1}}, {"id": "a", "reviews": {"x": 2}}, {"id": "a", "reviews": {"x": 3}}
    )

    assert [conflict["path"] for conflict in result.conflicts] == [["reviews", "x"]]


PEOPLE = st.dictionaries(
    st.sampled_from(["wren", "mara", "oz"]),
    st.builds(
        lambda verdict, of, note: {"verdict": verdict, "of": of, **note},
        st.sampled_from(reviews.VERDICTS),
        st.sampled_from([OF, "old"]),
        st.sampled_from([{}, {"note": "a"}, {"scores": {"voice": 2}}]),
    ),
)


def opinions(table):
    return {
        (name, str(sorted(one.items(), key=str)))
        for name, several in reviews.reviews_of({"reviews": table}).items()
        for one in several
    }


@given(PEOPLE, PEOPLE, PEOPLE)
def test_no_new_opinion_is_lost_and_the_sides_may_be_swapped(base, ours, theirs) -> None:
    whole = merged(base, ours, theirs)

    new = (opinions(ours) | opinions(theirs)) - opinions(base)
    assert new <= opinions(whole) <= opinions(ours) | opinions(theirs)
    assert whole == merged(base, theirs, ours)


@given(PEOPLE, PEOPLE)
def test_united_tables_hold_every_opinion_of_both(one, other) -> None:
    whole = reviews.united(one, other)

    assert opinions(whole) == opinions(one) | opinions(other)
    assert whole == reviews.united(other, one)
    assert reviews.united(whole, other) == whole
