"""`and`, `or`, `not` and brackets mean what they mean, in every spelling; what means nothing is refused."""

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import Usage
from talekeep.core.query.parser import Text
from talekeep.core.query.parser import parse

# One entry for each set of these tags: what a query selects of them tells it apart from any other.
TAGS = ("a", "b", "c")
ENTRIES = [
    {"id": str(n), "messages": [], "tags": [tag for at, tag in enumerate(TAGS) if n >> at & 1]}
    for n in range(8)
]


def selected(text):
    query = parse(text)
    return [entry["id"] for entry in ENTRIES if query.matches(entry)]


def expected(holds):
    return [entry["id"] for entry in ENTRIES if holds(set(entry["tags"]))]


trees = st.recursive(
    st.sampled_from(TAGS),
    lambda inner: (
        st.tuples(st.just("not"), inner)
        | st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=6,
)
SPELLINGS = {
    "not": ["not ", "NOT ", "!", "-"],
    "and": [" ", " and ", " AND ", " && ", "&&"],
    "or": [" or ", " OR ", " | ", " || ", "|"],
}


def holds(tree, tags):
    """An evaluator that knows nothing of groups."""
    if isinstance(tree, str):
        return tree in tags
    operator, inner = tree
    if operator == "not":
        return not holds(inner, tags)
    return (all if operator == "and" else any)(holds(one, tags) for one in inner)


@st.composite
def spelled(draw, tree):
    if isinstance(tree, str):
        return f"tag:{tree}"
    operator, inner = tree
    spelling = draw(st.sampled_from(SPELLINGS[operator]))
    if operator == "not":
        return spelling + draw(bracketed(inner))
    return spelling.join([draw(bracketed(one)) for one in inner])


@st.composite
def bracketed(draw, tree):
    text = draw(spelled(tree))
    return text if isinstance(tree, str) else f"({text})"


@settings(max_examples=300)
@given(st.data(), trees)
def test_a_query_selects_what_its_expression_means(data, tree):
    text = data.draw(spelled(tree))

    assert selected(text) == expected(lambda tags: holds(tree, tags)), text
    assert selected(str(parse(text))) == selected(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("not tag:a", lambda t: "a" not in t),
        ("!tag:a", lambda t: "a" not in t),
        ("! tag:a", lambda t: "a" not in t),
        ("NOT tag:a", lambda t: "a" not in t),
        ("not not tag:a", lambda t: "a" in t),
        ("not tag:a tag:b", lambda t: "a" not in t and "b" in t),
        ("-(tag:a tag:b)", lambda t: not {"a", "b"} <= t),
        ("tag:a OR tag:b", lambda t: bool({"a", "b"} & t)),
        ("tag:a|tag:b", lambda t: bool({"a", "b"} & t)),
        ("tag:a,b", lambda t: bool({"a", "b"} & t)),
        ("tag:a and tag:b", lambda t: {"a", "b"} <= t),
        ("tag:a && untagged", lambda t: False),
        ("tag:a & tag:b", lambda t: {"a", "b"} <= t),
        ("tag:a and not tag:b", lambda t: "a" in t and "b" not in t),
        ("(tag:a or tag:b) tag:c", lambda t: bool({"a", "b"} & t) and "c" in t),
        ("tag:a or tag:b tag:c", lambda t: "a" in t or {"b", "c"} <= t),
        ("((tag:a))", lambda t: "a" in t),
        ("not (tag:a or tag:b)", lambda t: not {"a", "b"} & t),
        ("messages < 1 tag:a", lambda t: "a" in t),
        ("messages<1 tag:a", lambda t: "a" in t),
        ("messages == 0 tag:a", lambda t: "a" in t),
        ("messages != 0 or tag:a", lambda t: "a" in t),
        ("not untagged", bool),
    ],
)
def test_every_common_spelling_is_understood(text, meant):
    assert selected(text) == expected(meant)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tag:a and", "`and` stands between two terms"),
        ("and tag:a", "`and` stands between two terms"),
        ("tag:a or or tag:b", "`or` stands between two terms"),
        ("tag:a || && tag:b", "`&&` stands between two terms"),
        ("not", "a term is missing after `not`"),
        ("tag:a !", "a term is missing after `!`"),
        ("(tag:a", "the bracket is never closed"),
        ("tag:a)", "put quotes around text with brackets"),
        ("tag:a )", "this bracket was never opened"),
        ("()", "there is nothing in the brackets"),
        ("tag:(a or b)", "several values are written tag:x,y"),
        ("tag:a|b", "several values are written tag:a,b"),
        ("tag:appr*", "a name has no `*`"),
        ("character:m*", "a name has no `*`"),
        ("tag : a", "'tag' is a key: tag:"),
        ("tag = a", "'tag' is a key: tag:"),
        ("tag is a", "'tag' is a key: tag:"),
        ("tag in a,b", "'tag' is a key: tag:"),
        ("words 40", "'words' is a key: words="),
        ("exchanges in (1,2)", "'exchanges' is a key"),
        ("lamp order by words", "'words' is a key"),
        ("40<words", "the name of a count stands first"),
        ("3 <= exchanges", "`<=` stands alone"),
        ("words<>40", "needs a whole number"),
        ("words=<40", "needs a whole number"),
        ("words => 40", "needs a whole number"),
        ("words:>40", "there is no key 'words'"),
        ("words<40k", "needs a whole number"),
        ("word<40", "there is no count 'word'"),
        ("/lamp/i", "a text is no pattern"),
        ("lamp*", "a text is no pattern"),
        ("*lamp", "a text is no pattern"),
        ("'locked door'", 'quotes are written "so"'),
        ("tag:'slow burn'", 'quotes are written "so"'),
        ("--tag:a", "`-` stands once"),
        ("tag==a", "there is no count 'tag'"),
        ("loose:\u00af", "there is no text to look for"),
        ("tag:a,", "a tag is a name"),
        ("tag:a;tag:b|c", "several values"),
        ("untagged=true", "there is no count 'untagged'"),
        ("foo < 40", "`<` stands alone"),
        ("+tag:a", "a space must stand before `tag:`"),
        ("tag:a ,tag:b", "a space must stand before `tag:`"),
        ("untaged", "close to untagged"),
        ("tagged", "close to untagged"),
        ("role:asistant", "did you mean assistant?"),
        ("in:assistent lamp", "did you mean assistant?"),
        ("words < many", "needs a whole number"),
        ("\u201clocked door\u201d", 'quotes are written "so"'),
        ("not (lamp in:user)", "`in:` cannot be negated"),
        ("lamp or (in:user)", "a term is missing"),
        ("tag:-a", "`-` stands before the key"),
        ("tag:!a", "`!` stands before the key"),
        ("tag:b,-a", "`-` stands before the key"),
        ("character:!mara", "`!` stands before the key"),
        ("tags=-a", "`-` stands before the key"),
        ("tag:a xor tag:b", "`xor` stands alone"),
        ("tag:a NOR (tag:b)", "`NOR` stands alone"),
        ("tag:a / tag:b", "`/` stands alone"),
        ("tag:a ; tag:b", "`;` stands alone"),
        ("tag~a", "`~` is no operator here"),
        ("tag=~a", "no count 'tag'"),
        ("character~mara", "`~` is no operator here"),
    ],
)
def test_what_could_mean_something_else_is_refused(text, said):
    with pytest.raises(Usage) as raised:
        parse(text)

    assert said in raised.value.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"not"', "not"),
        ('"AND"', "AND"),
        ('"a (b"', "a (b"),
        ("text:not", "not"),
        ('text="a|b"', "a|b"),
        ('loose="a|b"', "a|b"),
        ("R&D", "R&D"),
        ("f(x)", "f(x)"),
    ],
)
def test_what_is_meant_as_text_can_be_written(text, value):
    (term,) = parse(text).terms

    assert term.value == value


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("TAG:a", "tag:"),
        ("tags:a", "tags="),
        ("label:a", "tag:"),
        ("speaker:mara", "character:"),
        ("name:mara", "character:"),
        ("file:chat.jsonl", "source:"),
        ("license:mit", "licence:"),
        ("rule:S101", "issue:"),
        ("content:lamp", "text:"),
        ("user:lamp", "role:"),
        ("is:untagged", "untagged"),
        ("has:tag", "untagged"),
        ("Words<40", "words="),
        ("message>2", "messages="),
    ],
)
def test_what_others_call_a_key_is_refused_with_its_name_here(text, key):
    with pytest.raises(Usage) as raised:
        parse(text)

    assert f"did you mean {key}? " in str(raised.value.hint)


_TERMS = ("tag:a", "-tag:b", "untagged", "words<9", "role:user", "(tag:a or tag:c)", "not tag:c", "tags=a,b")
_FOREIGN_WORDS = (
    *(
        "except",
        "without",
        "minus",
        "MINUS",
        "unless",
        "but",
        "no",
        "isn't",
        "xor",
        "nor",
        "andnot",
        "and-not",
    ),
    *(
        "plus",
        "in",
        "like",
        "contains",
        "near",
        "NEAR/3",
        "union",
        "intersect",
        "then",
        "und",
        "oder",
        "nicht",
    ),
    *(
        "+",
        ";",
        "~",
        "^",
        "/",
        "//",
        "\\",
        "=",
        "==",
        "!=",
        "<>",
        "=>",
        "\u2227",
        "\u2228",
        "\u00ac",
        "#",
        "%",
        ",",
    ),
)


@pytest.mark.parametrize("word", _FOREIGN_WORDS)
@given(one=st.sampled_from(_TERMS), other=st.sampled_from(_TERMS))
@settings(max_examples=20)
def test_an_operator_of_another_language_is_refused_wherever_it_stands(word, one, other):
    for text in (f"{one} {word} {other}", f"{word} {other}"):
        with pytest.raises(Usage):
            parse(text)


@pytest.mark.parametrize("sign", ["&", "&!", "+", ";", "~", "^", "/", "=", ",", "?", "\\", "#", "@", "<>"])
def test_a_term_glued_to_another_is_refused(sign):
    for text in (f"tag:a{sign}tag:b", f"character:mara{sign}role:user", f"id:ab{sign}tag:b"):
        with pytest.raises(Usage):
            parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("words\u226540", "words\u226040", "words%2==0", "words+1<4", "count(words)<4", "len(messages)>=2"),
        *("tag;a", "tag->a", "tag:a?", "tag:/a/", "tag:%a%", "tag:<a", "character:m?ra", "id:/ab/"),
    ],
)
def test_what_other_programs_compute_or_match_is_refused(text):
    with pytest.raises(Usage):
        parse(text)


@pytest.mark.parametrize(
    "text", ["no lamp", "without a lamp tag:a", "in-depth", "role-play", "words.", "what?", "a but b"]
)
def test_such_words_before_text_are_text(text):
    assert parse(text).terms


def test_a_text_with_signs_of_a_scene_is_text():
    for text in ("*smiles*", "and/or", "don't", "'tis", "'twas", "4*4"):
        assert parse(text).terms == (Text(text),)


def test_a_comma_means_any_of_several_names():
    spoken = [{"role": "assistant", "name": "mara", "content": "x"}, {"role": "tool", "content": "y"}]
    entry = {"id": "abc", "messages": spoken, "tags": []}
    for text in ("character:wren,mara", "role:user,tool", "id:ff,ab"):
        assert parse(text).matches(entry)
        assert not parse(f"not {text}").matches(entry)
    assert not parse("character:wren,ann").matches(entry)


def test_brackets_that_multiply_without_end_are_refused():
    with pytest.raises(Usage, match="more than 256"):
        parse(" ".join(f"(a{n} or b{n})" for n in range(12)))


def test_no_tags_at_all_is_still_one_of_several():
    assert parse("tag:a,-") == parse("tag:-,a")
