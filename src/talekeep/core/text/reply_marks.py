"""Marks in replies that do not belong to the story: macros nobody filled in, words put into the user's mouth,
asides out of character, marks without a partner."""

import re
from collections.abc import Collection
from collections.abc import Iterator
from functools import cache

from talekeep.core.slug import slug
from talekeep.core.text.prose import anatomy
from talekeep.core.text.prose import without_code
from talekeep.core.text.tokens import words

# Of chat programs; with a space inside it is the template of something else, unless it is one of these.
_MACRO = re.compile(
    r"\{\{(?:[^\W\d]\w{0,40}(?:::?[^{}\n]{0,200})?|[ ]{1,3}(?:user|char|name|persona)[ ]{1,3})\}\}"
    r"|<(?:USER|BOT|CHAR|START)>"
)
_LABEL = re.compile(
    r"^[ \t]{0,8}\*{0,3}(\{\{user\}\}|[^\W\d_][\w.'’ -]{0,40}?)\*{0,3}[:：]", re.IGNORECASE | re.MULTILINE
)
_USERS = frozenset(("user", "human", "you"))
_SAYING = """
    say says said ask asks asked reply replies replied answer answers answered whisper whispers
    whispered mutter mutters muttered shout shouts shouted murmur murmurs murmured
"""
_VERBS = frozenset(_SAYING.split())
_YOU_SAY = (
    r"[.,!?…—-][\"”]\s{1,3}you\s{1,3}(?:say|said|ask|asked|reply|replied|answer|answered|whisper|whispered"
    r"|mutter|muttered|shout|shouted|murmur|murmured)\b"
)
_ASIDE = (
    r"[(\[{]{1,2}[ ]?OOC\b|^[ \t]{0,8}OOC[ ]?[:：-]|\(\([ ]?[^\W\d_][^()\n]{2,400}\)\)"
    r"|[(\[{]out of character\b|(?:\A|\n)[ \t]{0,8}//[ ][^\W\d_][^\n{}();=<>]{2,400}\Z"
)
_SUM = re.compile(r"[=<>+*/^|&\\]")

_BREAK = re.compile(r"\n[ \t]*\n")
_STARS = re.compile(r"(?<!\*)\*{1,3}(?!\*)")
_CORNERS = (("「", "」"), ("『", "』"), ("｢", "｣"))
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_CODE = re.compile(r"[{}\\=<]|;$", re.MULTILINE)
_INCHES = re.compile(r"(?<=\d)[\"”]")


# Patterns that take long to be made: a command that never looks at prose does not pay for them.
@cache
def _you_say() -> re.Pattern[str]:
    return re.compile(_YOU_SAY, re.IGNORECASE)


@cache
def _aside() -> re.Pattern[str]:
    return re.compile(_ASIDE, re.IGNORECASE | re.MULTILINE)


def macros_in(text: str) -> list[str]:
    """The macros of chat programs in a text, code left out, each once."""
    if "{{" not in text and "<" not in text:
        return []
    return [*dict.fromkeys(_MACRO.findall(without_code(text)))]


def speaks_for(text: str, names: Collection[str] = ()) -> str | None:
    """How a reply puts words into the user's mouth: by a line with the user's label, or by telling that the
    user says something; None where it does not.

    Args:
        names: slugs of the characters the user plays.
    """
    plain = without_code(text)
    for match in _LABEL.finditer(plain):
        if slug(match[1]) in _USERS or slug(match[1]) in names:
            return f"{match[1].strip()}:"
    you = _you_say().search(plain)
    return " ".join(you[0][2:].split()).lower() if you else next(_told_to_speak(plain, names), None)


def _told_to_speak(text: str, names: Collection[str]) -> Iterator[str]:
    wanted = {tuple(part) for name in names for part in (name.split("_"), name.split("_")[:1])}
    wanted = {name for name in wanted if len("".join(name)) > 2}
    if not wanted:
        return
    texts = anatomy(text)
    known_texts = words(f"{texts.plain}\n{texts.action}")
    for at, word in enumerate(known_texts):
        for name in wanted if word in _VERBS else ():
            if tuple(known_texts[max(0, at - len(name)) : at]) == name:
                yield " ".join((*name, word))


def out_of_character(text: str) -> str | None:
    """The beginning of the first aside to the other player: `(OOC`, `((…))`, `// …`; None without one."""
    for match in _aside().finditer(without_code(text)) if _may_step_out(text) else ():
        aside = match[0].strip()
        inner = aside.strip("()/ ")
        if (
            not aside.startswith(("((", "//"))
            or ("OOC" in aside)
            or (" " in inner and not _SUM.search(inner))
        ):
            return aside
    return None


def _may_step_out(text: str) -> bool:
    low = text.lower()
    return "((" in text or "//" in text or "ooc" in low or "out of character" in low


def loose_marks(text: str) -> list[str]:
    """The marks that stand without a partner, by name: `*`, `"`, `“` in a paragraph, `「` and its like in the
    text; code is left out."""
    prose = without_code(text)
    result: list[str] = []
    paragraphs = _BREAK.split(prose)
    for number, paragraph in enumerate(paragraphs):
        after = paragraphs[number + 1].lstrip() if number + 1 < len(paragraphs) else ""
        result += (mark for mark in _loose_in(paragraph, after) if mark not in result)
    return result + [opens for opens, closes in _CORNERS if prose.count(opens) != prose.count(closes)]


def _loose_in(paragraph: str, after: str) -> Iterator[str]:
    prose = _INLINE_CODE.sub(" ", paragraph) if "`" in paragraph else paragraph
    if _CODE.search(prose):
        return
    if "*" in prose and _is_lopsided(prose):
        yield "*"
    # Speech that goes on in the next paragraph is opened again there, and closed once.
    if prose.count('"') % 2 and not after.startswith('"') and not _INCHES.search(prose):
        yield '"'
    if prose.count("“") > prose.count("”") and not after.startswith("“"):
        yield "“"


def _is_lopsided(text: str) -> bool:
    """Whether more asterisks open than close, or the other way, whatever those between two signs do."""
    surplus = either = 0
    for match in _STARS.finditer(text):
        start, end = match.span()
        opens, closes = not text[max(0, start - 1) : start].strip(), not text[end : end + 1].strip()
        if opens != closes:
            surplus += end - start if opens else start - end
        elif not opens:
            either += end - start
    return abs(surplus) > either


def quotes_in(text: str) -> frozenset[str]:
    """The kinds of double quotes in a text, code and inches left out: `straight`, `curly`."""
    plain = _INCHES.sub("", without_code(text))
    straight = ("straight",) if plain.count('"') > 1 else ()
    return frozenset((*straight, *(("curly",) if "“" in plain or "”" in plain else ())))
