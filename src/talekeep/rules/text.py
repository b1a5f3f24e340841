"""X3xx: traces of a model in the assistant's text, and its length."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from talekeep.core.entry import exchanges_of
from talekeep.core.entry import messages_in
from talekeep.core.entry import text_of
from talekeep.core.text import languages
from talekeep.core.text.tokens import words_in
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import asked_once
from talekeep.rules.base import shown
from talekeep.rules.base import turns
from talekeep.rules.base import whole_text
from talekeep.rules.roles import canonical
from talekeep.rules.word_match import folded
from talekeep.rules.word_match import mentions
from talekeep.rules.word_match import unquoted

REFUSALS = languages.REFUSALS["en"]
_IN_OTHER_LANGUAGES = tuple(
    folded(phrase) for code, phrases in languages.REFUSALS.items() if code != "en" for phrase in phrases
)
# Letters that folding joins or changes by more than case.
_CHANGING = re.compile("[\u0300-\u036f\u064b-\u0655\u1100-\u11ff\u3099\u309a\uff01-\uffee]")
# Those that a text without accents can hold.
_IN_ASCII = tuple(filter(str.isascii, _IN_OTHER_LANGUAGES))

# Bold needs two characters or more inside; an opening without a closing anywhere after it is no bold, so
# one search for each end is exact and stays linear where a single pattern would not.
_BOLD_OPENS = re.compile(r"\*\*[^*\n]")
_BOLD_CLOSES = re.compile(r"[^*\n]\*\*")
# Without one of them there is no mark-up.
_LEAK_SIGNS = ("```", "**", "#", "<", "{")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+\S", re.MULTILINE)
_HTML = re.compile(r"<(?:html|div)", re.IGNORECASE)
_JSON = re.compile(r'\{\s*"[^"]+"\s*:')


@asked_once
def _replies(value: Any, context: Context) -> list[tuple[int, str]]:
    """Index and text of what the assistant says; under `strict` never the first message."""
    return [
        (index, text_of(message))
        for index, message in turns(value, context)
        if canonical(message.get("role")) == "assistant" and not (context.strict and index == 0)
    ]


@asked_once
def _all_replies(value: Any, context: Context) -> str:
    """`_replies` as one text."""
    return "\n".join(text for _, text in _replies(value, context))


def refusals_in(text: str, phrases: tuple[str, ...] = REFUSALS) -> list[str]:
    """The phrases (already `folded`) that stand in the text as whole words, outside quoted speech."""
    if not _may_hold(text, phrases):
        return []
    narration = folded(unquoted(text))
    return [phrase for phrase in phrases if mentions(narration, phrase)]


def _may_hold(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether one of the phrases stands in the text at all, within words and quotes too."""
    caseless = text.casefold()
    changing = not text.isascii() and _CHANGING.search(text)
    if not changing and not any(map(caseless.__contains__, _anchors(phrases))):
        return False
    whole = folded(text)
    return any(phrase in whole for phrase in phrases)


@lru_cache(maxsize=8)
def _anchors(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """A word of each phrase that folding brings about by nothing but case, so that most texts need none of
    it; where there is no such word "", which stands in any text."""
    return tuple({max(re.findall(r"[^\W_]+", phrase), key=len, default="") for phrase in phrases})


def leaks_in(text: str) -> list[str]:
    """The kinds of mark-up in a text, by name."""
    leaks = []
    if "```" in text:
        leaks.append("a code fence")
    if "**" in text and _is_bold(text):
        leaks.append("bold")
    if "#" in text and _HEADING.search(text):
        leaks.append("a heading")
    if "<" in text and _HTML.search(text):
        leaks.append("HTML")
    if "{" in text and _JSON.search(text):
        leaks.append("JSON")
    return leaks


def _is_bold(text: str) -> bool:
    opening = _BOLD_OPENS.search(text)
    return opening is not None and _BOLD_CLOSES.search(text, opening.end()) is not None


def _refusal_language(value: Any, context: Context) -> Iterator[Hit]:
    whole = _all_replies(value, context)
    replies = _replies(value, context) if _may_hold(whole, _phrases(whole.isascii(), context)) else ()
    for index, text in replies:
        for phrase in refusals_in(text, _phrases(text.isascii(), context))[:1]:
            yield Hit(f"the reply says {shown(phrase)}", ("messages", index, "content"))


def _phrases(in_ascii: bool, context: Context) -> tuple[str, ...]:
    """What a reply may refuse with: one in ASCII holds no other letters."""
    return _refusals(in_ascii, context.strict, context.refusals)


@lru_cache(maxsize=8)
def _refusals(in_ascii: bool, strict: bool, own: tuple[str, ...]) -> tuple[str, ...]:
    others = () if strict else _IN_ASCII if in_ascii else _IN_OTHER_LANGUAGES
    return (*REFUSALS, *others, *map(folded, own))


def _formatting_leakage(value: Any, context: Context) -> Iterator[Hit]:
    whole = _all_replies(value, context)
    for index, text in _replies(value, context) if any(sign in whole for sign in _LEAK_SIGNS) else ():
        leaks = leaks_in(text)
        if leaks:
            yield Hit(f"the reply holds {', '.join(leaks)}", ("messages", index, "content"))


def _split_candidate(value: Any, context: Context) -> Iterator[Hit]:
    if not isinstance(value, dict):
        return
    whole, number = whole_text(value, context), len(messages_in(value))
    # A word takes a character, in ASCII a space too, so most entries need no counting.
    if number < 2 * context.split_exchanges and _most_words(whole) + number <= context.split_words:
        return
    messages = [message for _, message in turns(value, context)]
    exchanges = _halves(messages) if context.strict else exchanges_of(value)
    texts = [text_of(m) for m in messages if m.get("role") == "assistant"]
    most = sum(map(_most_words, texts))
    count = _words_of_rolethread if context.strict else words_in
    words = sum(map(count, texts)) if most > context.split_words else 0
    if not messages or (exchanges < context.split_exchanges and words <= context.split_words):
        return
    length = f"{words:,} words by the assistant" if words > context.split_words else f"{exchanges} exchanges"
    yield Hit(f"{length}: this may be two scenes", ("messages",))


def _most_words(text: str) -> int:
    return len(text) // (1 + text.isascii()) + 1


def _words_of_rolethread(text: str) -> int:
    """Runs of word characters and apostrophes, as RoleThread Lite counts them (a Chinese sentence is one),
    but with curly apostrophes like straight ones."""
    return len(re.findall(r"\b[\w'’]+\b", text))


def _halves(messages: list[dict[str, Any]]) -> int:
    return sum(1 for m in messages if m.get("role") != "system") // 2


def _entry(*texts: str) -> dict[str, Any]:
    roles = ("user", "assistant")
    return {
        "id": "0193c7aa-0000-7000-8000-000000000001",
        "messages": [
            {"role": "system", "content": "You keep the lighthouse at Harrow Point."},
            *({"role": roles[i % 2], "content": text} for i, text in enumerate(texts)),
        ],
    }


RULES = (
    Rule(
        "X301",
        "refusal-language",
        "warning",
        "A reply speaks as a language model that refuses.",
        "A few such replies teach a character to break its role. Phrases are looked for as whole words, "
        "with any apostrophe, in the assistant's messages only: English, Chinese, Japanese, Korean, German, "
        "Spanish, French, Portuguese, Russian, Arabic ones. What a character says in quotation marks is the "
        "character's own business. `refusals` under [validation] in talekeep.toml adds phrases.",
        _refusal_language,
        "write the reply in character",
        _entry("Open the door.", "As an AI language model, I cannot open doors."),
        _entry("Open the door.", "She leans on the rail. “I'm not able to lift it alone.”"),
    ),
    Rule(
        "X302",
        "formatting-leakage",
        "info",
        "A reply holds mark-up.",
        "Code fences, bold, headings, HTML and JSON are how chat assistants write, not how stories read. In "
        "a data set of tool use or code they are right, and the rule can be turned off.",
        _formatting_leakage,
        "take the mark-up out, or turn the rule off in talekeep.toml",
        _entry("Where is the lamp?", "## The lamp\nIt is **up there**."),
        _entry("Where is the lamp?", "Up there, *past the stair*, where #7 is painted on the wall."),
    ),
    Rule(
        "X303",
        "split-candidate",
        "info",
        "An entry is long enough to be two.",
        "Past a trainer's context the end of a conversation is cut off and never learned. Eight exchanges, "
        "or more than 2,000 words by the assistant, are worth a look. Where a script writes no spaces, as in "
        "Chinese, Japanese and Thai, words are estimated, so that a translation is as long as its original.",
        _split_candidate,
        "divide it into entries of their own",
        _entry(*("And then?", "The light turned.") * 8),
        _entry(*("And then?", "The light turned.") * 7),
    ),
)
