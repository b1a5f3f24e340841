"""What a reply gives away. A character may say in quotation marks what a narrator may not."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.text import languages
from talekeep.rules import Context
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import select
from talekeep.rules import severities
from talekeep.rules.text import REFUSALS
from talekeep.rules.text import leaks_in
from talekeep.rules.text import refusals_in
from talekeep.rules.word_match import folded

TEXT = plan(severities(), select(["X"]))


def results_of(reply: Any, role: str = "assistant", context: Context | None = None) -> list[str]:
    entry = {"messages": [{"role": "user", "content": "Open it."}, {"role": role, "content": reply}]}
    says = run(entry, TEXT, context or Context())
    assert all(f.path == ("messages", 1, "content") for f in says)
    return [f.code for f in says]


@pytest.mark.parametrize("phrase", REFUSALS)
@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.upper,
        str.title,
        lambda text: text.replace("'", "’"),
        lambda text: text.replace(" ", "\n"),
        lambda text: text.replace(" ", "\u00a0 "),
        lambda text: f"She sighs—{text}, you see.",
        lambda text: f"“No.” {text}. “No!”",
        lambda text: f'The 6\'2" man said {text} open the 5" door.',
        lambda text: f"The gulls' cries, and {text} help the sailors' wives.",
    ],
)
def test_a_refusal_is_found_however_it_is_spelled(phrase: str, spell: Any) -> None:
    assert results_of(spell(phrase)) == ["X301"]


@pytest.mark.parametrize(
    "reply",
    [
        '"I\'m not able to lift it," she says.',
        "“I’m not able to lift it,” she says.",
        "‘I’m not able to lift it,’ she says.",
        "'I'm not able to lift it,' she says.",
        "«I'm not able to lift it», she says.",
        "„I'm not able to lift it“, she says.",
        "「I'm not able to lift it」 she says.",
        '"Go on.\nI cannot assist you there," she says.',
        "“He said ‘I cannot assist’ and left.”",
    ],
)
def test_what_a_character_says_in_quotation_marks_is_no_refusal(reply: str) -> None:
    assert results_of(reply) == []


def test_a_refusal_beside_quoted_speech_is_still_found() -> None:
    assert results_of('"Open it," he says. As an AI language model, I cannot. "Please," he says.') == ["X301"]


def test_an_opening_mark_that_is_never_closed_hides_nothing() -> None:
    assert results_of('"Open it, he says.\n\nI cannot assist. \n\n"Please," he says.') == ["X301"]


@pytest.mark.parametrize(
    "reply",
    [
        "I don't have personality enough for a lighthouse.",
        "Hi cannot assist.",
        "It's important to note that it rains.",
        "I am not able, too tired.",
        "",
    ],
)
def test_words_that_only_look_alike_are_no_refusal(reply: str) -> None:
    assert results_of(reply) == []


@pytest.mark.parametrize("role", ["user", "system", "tool"])
def test_only_the_assistant_is_read(role: str) -> None:
    assert results_of("I cannot assist. ```", role) == []


def test_a_refusal_in_parts_is_found() -> None:
    assert results_of([{"type": "text", "text": "I cannot assist."}]) == ["X301"]


IN_OTHER_LANGUAGES = [
    "作为一个AI语言模型，我不能开门。",
    "AI言語モデルとして、ドアを開けることはできません。",
    "AI 언어 모델로서 문을 열 수 없습니다.",
    unicodedata.normalize("NFD", "AI 언어 모델로서 문을 열 수 없습니다."),
    "Als KI-Sprachmodell kann ich keine Türen öffnen.",
    "Como modelo de lenguaje, no puedo abrir puertas. ¡Adiós!",
    "En tant que modèle de langage, je ne peux pas ouvrir de portes.",
    "En tant qu’IA, je ne peux pas ouvrir de portes à votre place.",
    "Como inteligência artificial, não posso abrir portas.",
    "Как языковая модель, я не могу открывать двери.",
    "بصفتي نموذج لغة، لا أستطيع فتح الأبواب.",
]


@pytest.mark.parametrize("reply", IN_OTHER_LANGUAGES)
def test_refusals_are_found_in_the_languages_most_met(reply: str) -> None:
    assert results_of(reply) == ["X301"]
    assert results_of(f"„{reply}“") == []


@pytest.mark.parametrize("code", languages.LISTED)
def test_every_language_that_has_lists_has_refusals_and_placeholders(code: str) -> None:
    assert len(languages.REFUSALS[code]) >= 5
    assert code == "en" or len(languages.PLACEHOLDERS[code]) >= 5
    assert all(phrase == folded(phrase) for phrase in languages.REFUSALS[code])


def test_a_dataset_can_name_phrases_of_its_own_in_any_language() -> None:
    context = Context(refusals=("Je ne peux pas", "お手伝いできません"))
    assert results_of("Hélas, je ne\npeux pas l'ouvrir.", context=context) == ["X301"]
    assert results_of("申し訳ありませんがお手伝いできませんのです", context=context) == ["X301"]
    assert results_of("Hélas, je ne peux pas l'ouvrir.") == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("```", ["a code fence"]),
        ("**ab**", ["bold"]),
        ("**a\n\nb**", ["bold"]),
        ("**a**", []),
        ("** a **", ["bold"]),
        ("**\nab**", []),
        ("ab** **cd", []),
        ("***ab***", ["bold"]),
        ("# A", ["a heading"]),
        ("Fog.\n   ###### A", ["a heading"]),
        ("####### A", []),
        ("#tag", []),
        ("Fog # A", []),
        ("<DIV class=x>", ["HTML"]),
        ("<html", ["HTML"]),
        ("< div>", []),
        ('{"a": 1}', ["JSON"]),
        ('{ "a b"  :', ["JSON"]),
        ('{"": 1}', []),
        ("{a: 1}", []),
        ("*leans on the rail*", []),
        ('# A **bc** <div> ``` {"a":', ["a code fence", "bold", "a heading", "HTML", "JSON"]),
    ],
)
def test_markup_is_told_from_prose(text: str, kinds: list[str]) -> None:
    assert leaks_in(text) == kinds
    assert results_of(text) == (["X302"] if kinds else [])


@pytest.mark.parametrize(
    "mark", ["**a\n", "‘a", "'a ", '"a\n\n', "“", "«", '{"', "# ", "<", "i cannot assist "]
)
def test_hostile_text_costs_no_more_than_its_length(mark: str) -> None:
    """Quadratic matching would keep this test busy for hours."""
    text = "I cannot assist" + mark * 100_000
    assert set(refusals_in(text)) <= {"i cannot assist"}
    assert isinstance(leaks_in(text), list)


def dialogue(exchanges: int, reply: str = "Aye.") -> dict[str, Any]:
    pair = [{"role": "user", "content": "And then?"}, {"role": "assistant", "content": reply}]
    return {"messages": [{"role": "system", "content": "Fog."}, *(pair * exchanges)]}


@pytest.mark.parametrize(
    ("entry", "long"),
    [
        (dialogue(7), False),
        (dialogue(8), True),
        (dialogue(1, "word " * 2000), False),
        (dialogue(1, "word " * 2001), True),
        (dialogue(1, "don't " * 2000), False),
        (dialogue(2, "word " * 1001), True),
        (dialogue(1, "a " * 2001), True),
    ],
)
def test_a_long_entry_is_worth_splitting(entry: dict[str, Any], long: bool) -> None:
    assert [f.code for f in run(entry, TEXT, Context())] == (["X303"] if long else [])


def test_the_lengths_are_the_datasets_to_choose() -> None:
    assert run(dialogue(8), TEXT, Context(split_exchanges=9)) == []
    assert [f.code for f in run(dialogue(1, "a b c"), TEXT, Context(split_words=2))] == ["X303"]


@given(
    st.sampled_from(REFUSALS),
    st.sampled_from(
        [str.upper, str.title, str.lower, lambda t: t.replace("s", "ſ"), lambda t: t.replace("k", "K")]
    ),
    st.sampled_from([" ", "\n", "\u00a0", "  "]),
)
def test_a_refusal_is_heard_in_any_spelling_that_folds_to_it(phrase, spelled, space):
    text = spelled(phrase).replace("'", "’").replace(" ", space)

    assert refusals_in(f"Well … {text}, she wrote") == [phrase]
