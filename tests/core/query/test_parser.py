"""The query language: what each term selects, what is refused, and that a query spells itself."""

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.codec import encode
from talekeep.core.entry import ROLES
from talekeep.core.errors import Usage
from talekeep.core.query.parser import Count
from talekeep.core.query.parser import Query
from talekeep.core.query.parser import Text
from talekeep.core.query.parser import Word
from talekeep.core.query.parser import parse
from talekeep.core.slug import slug
from talekeep.core.text.normalize import folded

ENTRY = {
    "id": "0193c7aa-1111-7222-8333-444455556666",
    "messages": [
        {"role": "system", "content": "You keep the lighthouse at Harrow Point."},
        {"role": "user", "name": "wren", "content": "Is the locked\n  DOOR still shut? Café Straße ｆｕｌｌ"},
        {"role": "assistant", "name": "mara", "content": "It opens. 灯台の鍵です。"},
        {"role": "user", "content": [{"type": "text", "text": "Then unlocked doors"}, {"value": "wait"}]},
        {"role": "assistant", "name": "mara", "content": None, "tool_calls": []},
    ],
    "tags": ["slow_burn", "café"],
}


class Dataset:
    def source_of(self, entry_id):
        return "chat.jsonl" if entry_id == ENTRY["id"] else None

    def issues_of(self, entry):
        return frozenset({"S101", "no-system", "split-candidate"})

    def rights_of(self, entry_id, key):
        return frozenset({"author": ["wren"], "licence": ["cc_by_4_0"], "model": []}[key])

    def is_seen_by(self, entry_id, model):
        return model == "night-1"

    def current(self, tag):
        return {"gentle": "slow_burn", "coffee": "café"}.get(tag, tag)

    def categories_of(self, tag):
        return frozenset({"mood", "mood_and_pace"} if tag == "slow_burn" else ())


def matches(text, entry=ENTRY):
    return parse(text).matches(entry, Dataset())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tag:slow_burn",
        'tag:"Slow Burn"',
        "tag:CAFÉ",
        "-tag:storm",
        "-untagged",
        "licence:CC-BY-4.0",
        "author:Wren -model:llama",
        "seen-by:Night-1",
        "-seen-by:day",
        "character:mara",
        "character:Wren",
        "role:system",
        "-role:tool",
        "id:0193c7",
        "id:0193C7AA",
        "issue:S101",
        "issue:s101",
        "issue:no-system",
        "source:chat.jsonl",
        "exchanges=2",
        "exchanges>=2",
        "exchanges<3",
        "messages=5",
        "messages<=5",
        "words>20",
        "-words>100",
        "lighthouse",
        "LIGHTHOUSE",
        "text:light",
        '"locked door"',
        'text:"locked door"',
        'text:"is the locked door still"',
        "STRASSE",
        "full",
        "cafe\u0301",
        "灯台",
        '"灯台"',
        '"鍵です"',
        "unlocked",
        "wait",
        "in:user locked",
        "in:user,system lighthouse",
        "in:system in:user locked",
        "-in_nothing_here",
        '-"unlocked door"',
        '-"house"',
        "it",
        "tag:slow_burn lighthouse exchanges>=2 -tag:storm",
        "tag:storm,café",
        "tag:slow_burn tag:café",
        "tag:slow_burn,-",
        "tags=café,slow_burn",
        "tags=café,slow_burn,-",
        "-tags=café",
        "-tag:storm,rain",
        "tag:gentle",
        "tag:storm,gentle tag:slow_burn",
        "tags=gentle,coffee",
        "tags=gentle,slow_burn,café",
        "category:mood",
        'category:"Mood and pace"',
        "-category:pace",
        "split-candidate",
        "issue:split-candidate",
        "tag:storm or lighthouse",
        "tag:slow_burn lighthouse or storm",
        "storm or rain or tag:café",
        "storm or locked in:user",
        "-<3",
    ],
)
def test_the_entry_is_selected(text):
    assert matches(text)


@pytest.mark.parametrize(
    "text",
    [
        "tag:slow",
        "-tag:slow_burn",
        "untagged",
        "character:mar",
        "role:tool",
        "id:93c7",
        "issue:S10",
        "source:other.jsonl",
        "exchanges>2",
        "messages<5",
        "words<20",
        "-lighthouse",
        '"light"',
        '"lock"',
        '"locked  doors"',
        '"shut? Café Straße full It opens"',
        '"doors wait" x',
        "in:assistant locked",
        "in:user lighthouse",
        "lighthouse storm",
        "-role:system lighthouse",
        "tag:storm,rain",
        "tag:storm,-",
        "tag:-",
        "-tag:storm,café",
        "tags=café",
        "tags=café,slow_burn,storm",
        "tags=storm,-",
        "-tag:gentle",
        "tags=gentle",
        "category:pace",
        "-category:mood",
        "-split-candidate",
        "tag:storm or rain",
        "tag:slow_burn storm or rain",
        "storm or lighthouse in:user",
    ],
)
def test_the_entry_is_not_selected(text):
    assert not matches(text)


@pytest.mark.parametrize(
    "entry", [{}, {"messages": None, "tags": "x", "id": 5}, {"messages": ["x", {"role": 5}]}]
)
def test_malformed_entries_are_looked_at_like_any_other(entry):
    assert matches("untagged exchanges=0 words=0 -lamp -id:5 -source:x -character:x", entry)
    assert not matches("lamp", entry)


def test_a_query_becomes_terms():
    assert parse('tag:"Slow Burn" -untagged words<20 lamp -"the sea" in:user') == Query(
        (
            Word("tag", "slow_burn"),
            Word("untagged", "", negated=True),
            Count("words", "<", 20),
            Text("lamp"),
            Text("the sea", phrase=True, negated=True),
        ),
        ("user",),
    )


def test_or_stands_between_groups_of_terms():
    assert parse('tag:a lamp or "or" or untagged in:user') == Query(
        (Word("tag", "a"), Text("lamp")),
        ("user",),
        ((Text("or", phrase=True),), (Word("untagged", ""),)),
    )
    assert parse('lantern orchard -"or" text:or').others == ()


def test_tags_are_listed_in_any_order():
    assert parse("tag:b,-,A,b") == parse("tag:a,b,-") == Query((Word("tag", "a,b,-"),))
    assert parse("tags=b,a") == Query((Word("tags", "a,b"),))
    assert parse('tag:"a,b"') == Query((Word("tag", "a_b"),))


def test_a_tag_named_untagged_is_a_tag():
    named = {"tags": ["untagged"]}
    assert matches("tag:untagged", named)
    assert not matches("untagged", named)
    assert not matches("tag:-", named)
    assert matches("tag:-", {"tags": []})


def test_an_old_name_on_an_entry_is_found_by_the_new_one():
    old = {"tags": ["gentle"]}
    assert matches("tag:slow_burn", old)
    assert matches("tags=slow_burn", old)
    assert matches("category:mood", old)
    assert matches("-tag:slow_burn", {"tags": ["storm"]})


def test_the_rules_a_query_asks_for_are_known():
    assert parse("issue:S101 or -issue:no-system split-candidate").issues == {
        "s101",
        "no-system",
        "split-candidate",
    }


def test_quotes_make_plain_text_of_anything():
    assert parse('"untagged" "tag:x" "words<20" "say \\"no\\" \\\\"').terms == tuple(
        Text(value, phrase=True) for value in ("untagged", "tag:x", "words<20", 'say "no" \\')
    )


def test_a_time_of_day_is_text():
    assert parse("12:30").terms == (Text("12:30"),)


@pytest.mark.parametrize(
    ("text", "column", "reason", "hint"),
    [
        ("tgg:x", 1, "no key 'tgg'", "did you mean tag:?"),
        ("lamp  charcter:mara", 7, "no key 'charcter'", "did you mean character:?"),
        ("wrods<20", 1, "no count 'wrods'", "did you mean words=?"),
        ("http://x", 1, "no key 'http'", "quotes around plain text"),
        ("words<many", 1, "whole number", "words<20"),
        ("words<", 1, "whole number", ""),
        ("words<-1", 1, "whole number", ""),
        ("words<1.5", 1, "whole number", ""),
        ("exchanges:8", 1, "no key 'exchanges'", "did you mean exchanges=?"),
        ("tag:", 1, "needs a value", ""),
        ("tag:!!", 1, "letters, digits or pictures", ""),
        ("lamp -", 6, "needs a value", ""),
        ('lamp "locked door', 6, "never closed", ""),
        ('"a"b', 4, "space must follow", ""),
        ('lamp ""', 6, "no text to look for", ""),
        ("in:system", None, "no text", "role:"),
        ("in:narrator lamp", 1, "no role", "system"),
        ("-in:user lamp", 2, "cannot be negated", ""),
        ("tag:a,,b", 1, "`untagged`", ""),
        ("tags=", 1, "`untagged`", ""),
        ("tags:a", 1, "no key 'tags'", "did you mean tags=?"),
        ('tag:a,"b c"', 1, "a space is written _", ""),
        ("or lamp", 1, "between two terms", ""),
        ("lamp or", 6, "between two terms", ""),
        ("lamp or or storm", 9, "between two terms", ""),
        ("lamp or in:user", 16, "missing after `or`", ""),
        ("tag<2", 1, "no count 'tag'", "did you mean tag:?"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_column(text, column, reason, hint):
    with pytest.raises(Usage) as caught:
        parse(text)
    assert reason in caught.value.message
    assert column is None or f"column {column}:" in caught.value.message
    assert hint in caught.value.message + (caught.value.hint or "")


@pytest.mark.parametrize("text", ["source:x", "-issue:S101", "tag:x or category:style"])
def test_sources_issues_and_categories_are_asked_of_a_dataset(text):
    query = parse(text)
    assert (query.needs_sources, query.needs_issues) == ("source" in text, "issue" in text)
    with pytest.raises(Usage, match="inside a dataset"):
        query.matches(ENTRY)


def test_the_tags_a_query_names_are_known():
    assert parse("lamp or -category:style").categories == {"style"}
    assert all(parse(text).names_tags for text in ("tag:x", "lamp or tags=x", "-category:x"))
    assert not parse("untagged character:mara lamp").names_tags


def test_other_queries_need_no_dataset():
    query = parse("tag:slow_burn lamp")
    assert not query.needs_sources
    assert not query.needs_issues
    assert not query.matches(ENTRY)


VALUE = st.text(
    st.sampled_from(list('ab:-"\\<>=0,é恋 \u3000\u2028\u00a8')) | st.characters(), min_size=1, max_size=8
)
PLAIN = VALUE.map(lambda v: "".join(v.split())).filter(lambda v: v and not v.startswith('"'))


def listed(names):
    return st.sets(names, min_size=1, max_size=3).map(lambda item: ",".join(sorted(item)))


TAGS = st.builds(
    lambda tags, none: ",".join([*sorted(tags), *(["-"] if none or not tags else [])]),
    st.sets(VALUE.map(slug).filter(bool), max_size=3),
    st.booleans(),
)
# A text of signs that nobody sees is refused.
SEEN = VALUE.filter(folded)
TERM = st.one_of(
    st.builds(Text, PLAIN.filter(folded), st.just(False), st.booleans(), st.booleans()),
    st.builds(Text, SEEN.filter(str.strip), st.just(True), st.booleans(), st.booleans()),
    st.builds(
        Count,
        st.sampled_from(["exchanges", "words", "messages"]),
        st.sampled_from(["<", "<=", "=", ">=", ">"]),
        st.integers(0, 10**6),
        st.booleans(),
    ),
    st.builds(Word, st.sampled_from(["character", "category"]), VALUE.map(slug).filter(bool), st.booleans()),
    st.builds(Word, st.sampled_from(["tag", "tags"]), TAGS, st.booleans()),
    st.builds(
        Word,
        st.sampled_from(["id", "issue"]),
        listed(st.text("0123456789abcdef-", min_size=1)),
        st.booleans(),
    ),
    st.builds(Word, st.just("source"), listed(VALUE.map(slug).filter(bool)), st.booleans()),
    st.builds(Word, st.just("role"), listed(st.sampled_from(ROLES)), st.booleans()),
    st.builds(Word, st.sampled_from(["untagged", "split-candidate"]), st.just(""), st.booleans()),
)


PIECES = ("or", "-or", '"or"', "tag:b,a,-", "tags=b", "untagged", "-", "in:user", "lamp", "words<2", '-"a b"')


@st.composite
def queries(draw):
    first, *others = draw(st.lists(st.lists(TERM, min_size=1, max_size=4).map(tuple), max_size=3)) or [()]
    some_text = any(isinstance(t, Text) for group in (first, *others) for t in group)
    roles = draw(st.sets(st.sampled_from(ROLES))) if some_text else set()
    return Query(first, tuple(role for role in ROLES if role in roles), tuple(others))


@settings(max_examples=100)
@given(queries())
def test_a_query_reads_as_it_is_spelled(query):
    assert parse(str(query)) == query


@settings(max_examples=100)
@given(
    st.text(st.sampled_from(list('tagsin:x-"\\ <=2words,')), max_size=25)
    | st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join)
)
def test_any_text_is_a_query_or_a_usage_problem(text):
    try:
        query = parse(text)
    except Usage:
        return
    assert parse(str(query)) == query


CONTENT = st.text(st.sampled_from(list('abAB \n\t"\\/ſKé\u2028')), max_size=15)


@settings(max_examples=100)
@given(st.lists(CONTENT, max_size=3), CONTENT.filter(str.strip), st.booleans())
def test_a_line_passed_over_never_holds_a_match(contents, text, phrase):
    entry = {"id": "x", "messages": [{"role": "user", "content": content} for content in contents]}
    query = Query((Text(text, phrase),))
    if query.matches(entry):
        assert query.may_match(encode(entry))


def test_a_line_that_cannot_match_is_passed_over():
    query = parse('"locked door" -storm tag:x')
    assert not query.may_match(encode({"messages": [{"role": "user", "content": "An open window"}]}))
    assert query.may_match(b'{"messages":[{"content":"the \\u006cocked door"}]}')
    assert query.may_match(encode(ENTRY))
