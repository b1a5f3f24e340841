"""`search`: what it finds and where, filters, pages, and the same answers with and without the cache."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.errors import Usage
from talekeep.ops.entries import search as search_op
from talekeep.ops.workspace.select import select


def chat(*texts, tags=(), **more):
    """A record of messages that alternate, `role: text` for any other role."""
    messages = []
    for number, text in enumerate(texts):
        role, _, rest = text.partition(": ") if ": " in text else ("", "", text)
        messages.append({"role": role or ("user", "assistant")[number % 2], "content": rest})
    return {"messages": messages, "tags": list(tags), **more}


@pytest.fixture
def search(dataset):
    """The openings of the entries a search finds, in order."""

    def search(text="", **options):
        return [hit.opening for hit in search_op.search(dataset, text, **options).entries]

    return search


# Scopes and modes


def test_every_role_is_searched_unless_narrowed(take, search) -> None:
    roles = ("system", "user", "assistant", "tool", "developer")
    messages = [{"role": role, "content": f"of {role}"} for role in roles]
    take([{"messages": [*messages, {"role": "assistant", "content": "End."}]}])

    assert all(search(f"of {role}") for role in roles)
    assert search("of system", roles=["system"])
    assert search("of user", roles=["user", "assistant"])
    assert not search("of system", roles=["user", "assistant"])
    assert not search("of user", roles=["system"])


def test_contains_finds_inside_words(take, search) -> None:
    take([chat("A category of lamps", "Yes.")])

    assert search("cat")
    assert search("egory of l")
    assert not search("lamps category")


def test_all_words_are_whole_words_in_any_order_in_any_message(take, search) -> None:
    take([chat("A category", "The dog barks."), chat("The cat sleeps", "Beside the dog.")])

    assert search("dog cat", match="all-words") == ["The cat sleeps"]
    assert search("cat", match="all-words") == ["The cat sleeps"]
    assert search("dog bark", match="all-words") == []
    assert search("dog cat", match="all-words", roles=["user"]) == []


def test_an_exact_phrase_is_whole_words_in_order(take, search) -> None:
    take([chat("The unlocked doors", "Shut."), chat("The locked\n door!", "Open.")])

    assert search("locked door") == ["The unlocked doors", "The locked door!"]
    assert search("locked door", match="exact-phrase") == ["The locked door!"]
    assert search("door locked", match="exact-phrase") == []


@pytest.mark.parametrize("match", ["contains", "exact-phrase"])
def test_a_phrase_never_runs_across_two_messages(take, search, match: str) -> None:
    take([chat("Is it locked", "door or window?")])

    assert not search("locked door", match=match)
    assert search("locked door", match="all-words")


def test_case_width_and_spelling_do_not_matter(take, search) -> None:
    take([chat("Die Straße im ｆｕｌｌ　ﬁeld, cafe\u0301", "Ja.")])

    for text in ("STRASSE", "straße", "full field", "CAFÉ", "  im\n FULL "):
        for match in search_op.MATCHES:
            assert search(text, match=match), (text, match)


def test_scripts_without_spaces_are_found_in_every_mode(take, search) -> None:
    take([chat("灯台の鍵はどこですか", "บ้านของฉันอยู่ที่นี่")])

    for text in ("鍵", "灯台", "鍵 灯台"[:1], "บ้าน", "ของฉัน"):
        for match in search_op.MATCHES:
            assert search(text, match=match), (text, match)


def test_content_parts_are_searched_by_their_text(take, search) -> None:
    parts = [{"type": "text", "text": "a lamp"}, {"type": "image_url", "image_url": {"url": "lantern"}}]
    messages = [{"role": "user", "content": parts}, {"role": "assistant", "content": "Yes."}]
    take([{"messages": messages}])

    assert search("lamp")
    assert not search("lantern")


def test_tags_ids_and_metadata_are_not_searched(take, search) -> None:
    take([chat("Hi", "Hello.", tags=["night"], mood="stormy")])

    assert search("hello")
    assert not search("night")
    assert not search("stormy")
    assert not search("messages")


@pytest.mark.parametrize("blank", ["", "  ", "\n\t", "\u3000"])
def test_a_blank_text_is_in_every_entry(take, search, blank: str) -> None:
    take([chat("A", "B"), chat("C", "D")])

    for match in search_op.MATCHES:
        assert search(blank, match=match) == ["A", "C"]
    assert search(blank, roles=["system"]) == ["A", "C"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"match": "fuzzy"}, "matching 'fuzzy'"),
        ({"tags_mode": "some"}, "tags mode 'some'"),
        ({"roles": ["narrator"]}, "'narrator' is no role"),
        ({"roles": [""]}, "'' is no role"),
        ({"tags": ["!"]}, "a tag is a name"),
        ({"where": "issue:X999"}, "no rule 'x999'"),
    ],
)
def test_an_unknown_mode_role_tag_or_rule_is_a_usage_problem(dataset, options, message: str) -> None:
    with pytest.raises(Usage, match=message):
        search_op.search(dataset, "lamp", **options)


def test_a_text_is_never_a_pattern(take, search) -> None:
    take([chat("a" * 5000, "What (.*)+?")])

    assert search("(.*)+?")
    assert not search("(a+)+$", match="exact-phrase")
    assert not search("a.a")


# Filters

TAGGED = [
    chat("none", "x"),
    chat("a", "x", tags=["a"]),
    chat("ab", "x", tags=["a", "b"]),
    chat("abc", "x", tags=["c", "a", "b"]),
    chat("c", "x", tags=["c"]),
]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "none a ab abc c"),
        ({"tags": ["a"]}, "a ab abc"),
        ({"tags": ["b", "c"]}, "ab abc c"),
        ({"tags": ["b,c"]}, "ab abc c"),
        ({"tags": ["a", "b"], "tags_mode": "all"}, "ab abc"),
        ({"tags": ["b", "a"], "tags_mode": "exact"}, "ab"),
        ({"tags": ["A"], "tags_mode": "exact"}, "a"),
        ({"untagged": True}, "none"),
        ({"untagged": True, "tags_mode": "all"}, "none"),
        ({"untagged": True, "tags_mode": "exact"}, "none"),
        ({"tags": ["needs_edit"]}, ""),
    ],
)
def test_tags_filter_by_any_all_or_exactly(take, search, options, expected: str) -> None:
    take(TAGGED)

    assert search(**options) == expected.split()


@pytest.mark.parametrize(
    ("mode", "expected"), [("any", "none a ab abc"), ("all", "none ab abc"), ("exact", "none ab")]
)
def test_untagged_beside_tags_lets_untagged_entries_through(take, search, mode: str, expected: str) -> None:
    take(TAGGED)

    assert search(tags=["a", "b"], untagged=True, tags_mode=mode) == expected.split()


def test_filters_and_text_must_all_hold(take, search) -> None:
    take([chat("lamp one", "x", tags=["a"]), chat("lamp two", "x"), chat("storm", "x", tags=["a"])])

    assert search("lamp", tags=["a"]) == ["lamp one"]
    assert search("lamp", where="untagged or storm") == ["lamp two"]
    assert search("x", where="lamp in:user", roles=["assistant"]) == ["lamp one", "lamp two"]


def test_focused_lists_are_those_of_validation(dataset, take, search) -> None:
    long = chat(*(f"turn {n} " + "word " * 150 for n in range(30)))
    take([chat("short", "x"), long])

    (opening,) = search(where="split-candidate")
    assert opening.startswith("turn 0")
    assert search(where="issue:X303") == search(where="issue:split-candidate") == [opening]
    assert len(search(where="issue:S")) == len(search(where="issue:S1"))
    assert search(where="-split-candidate") == ["short"]


# Pages


def test_filter_then_search_then_page_in_dataset_order(dataset, take, search) -> None:
    take([chat(f"{'lamp' if n % 2 else 'storm'} {n}", "x", tags=["t"] if n > 3 else []) for n in range(12)])

    assert search("lamp", tags=["t"]) == ["lamp 5", "lamp 7", "lamp 9", "lamp 11"]
    assert search("lamp", tags=["t"], offset=1, limit=2) == ["lamp 7", "lamp 9"]
    for offset in (0, 3, 99):
        assert search_op.search(dataset, "lamp", tags=["t"], offset=offset, limit=1).total == 4
    assert search_op.search(dataset, "lamp", limit=0).total == 6


def test_a_page_limits_what_is_shown_never_what_is_selected(dataset, take) -> None:
    take([chat(f"lamp {n}", "x") for n in range(1200)])

    assert len(search_op.search(dataset, "lamp", limit=25).entries) == 25
    assert search_op.search(dataset, "lamp", limit=25).total == 1200
    assert sum(1 for _ in select(dataset, dataset.now(), "lamp")) == 1200


def test_two_entries_with_one_id_are_both_found(dataset, take, edit) -> None:
    result = take([chat("lamp one", "x"), chat("lamp two", "x")])
    edit(result.added[1].id, result.added[0].id)

    hits = search_op.search(dataset, "lamp").entries
    assert [(hit.id, hit.line) for hit in hits] == [(result.added[0].id, 1), (result.added[0].id, 2)]


def test_an_entry_without_an_id_is_found(dataset, take, edit, search) -> None:
    result = take([chat("lamp", "x")])
    edit(f'"id":"{result.added[0].id}",', "")

    assert search("lamp") == ["lamp"]


def test_the_past_is_searched(dataset, take, edit, search) -> None:
    take([chat("a lamp", "x")])
    edit("a lamp", "a storm")

    assert search("lamp") == []
    assert search("storm") == ["a storm"]
    assert search("lamp", revision="HEAD") == ["a lamp"]


# Places


def test_a_match_says_where_it_stands(dataset, take) -> None:
    text = "Einst stand an der\n Straße   ein Haus. " + "Weit " * 40 + "STRASSE."
    messages = [
        {"role": "system", "content": "Nothing here."},
        {"role": "user", "name": "wren", "content": text},
        {"role": "assistant", "content": "strasse"},
    ]
    take([{"messages": messages}])

    hit = search_op.search(dataset, "strasse").entries[0]
    first, second, third = hit.matches
    assert [(m.message, m.role, m.name) for m in hit.matches] == [
        (1, "user", "wren"),
        (1, "user", "wren"),
        (2, "assistant", None),
    ]
    assert text[first.start : first.end] == "Straße"
    assert text[second.start : second.end] == "STRASSE"
    assert first.excerpt.startswith("Einst stand an der Straße ein Haus. Weit")
    assert first.excerpt.endswith("…")
    assert second.excerpt.startswith("…")
    for match in hit.matches:
        (start, end), *_ = match.marks
        assert match.excerpt[start:end].casefold() == "strasse"
    assert third.excerpt == "strasse"


def test_places_near_each_other_are_marked_in_one_excerpt(dataset, take) -> None:
    take([chat("lamp by lamp by lamp", "x")])

    first, second, third = search_op.search(dataset, "lamp").entries[0].matches
    assert first.excerpt == second.excerpt == "lamp by lamp by lamp"
    assert first.marks == [(0, 4), (8, 12), (16, 20)]
    assert third.marks == [(16, 20)]


def test_all_words_are_marked_each(dataset, take) -> None:
    take([chat("the dog and the cat", "dog")])

    hit = search_op.search(dataset, "cat dog", match="all-words").entries[0]
    assert [(m.message, m.start) for m in hit.matches] == [(0, 4), (0, 16), (1, 0)]


def test_an_entry_of_a_million_matches_shows_a_hundred(dataset, take) -> None:
    take([chat("a" * 100_000, "x")])

    hit = search_op.search(dataset, "a").entries[0]
    assert len(hit.matches) == 100
    assert len(hit.matches[0].excerpt) < 400


WILD = st.text(
    st.sampled_from(list("ab \n\tSsßﬁＡé\u0301ｶﾞ灯")) | st.characters(exclude_categories=["Cs"]), max_size=300
)


@given(WILD, st.sampled_from(["a", "s", "ss", "b a", "fi", "é", "ガ", "灯"]))
def test_marks_are_in_the_excerpt_and_hold_the_text(text: str, needle: str) -> None:
    wanted = search_op._text_query(needle, (), "contains")
    for match in search_op._matches({"messages": [{"role": "user", "content": text}]}, wanted):
        assert match.marks == sorted(match.marks)
        assert all(0 <= start < end <= len(match.excerpt) for start, end in match.marks)
        start, end = match.marks[0]
        assert search_op.folded(match.excerpt[start:end]) == search_op.folded(text[match.start : match.end])
