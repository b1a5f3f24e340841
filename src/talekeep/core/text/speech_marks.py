"""How speech and action are marked in the typographies of the world, but for those of English.

Quotation marks whose sides differ are patterns here, for whoever takes a text apart. Speech that a dash at
the beginning of a line opens has no closing mark: `dashed` tells from the dashes inside of the line what is
said and what says who said it.
"""

import re
from collections.abc import Iterator
from functools import cache

from talekeep.core.text.scripts import CYRILLIC
from talekeep.core.text.scripts import HANGUL
from talekeep.core.text.scripts import UNSPACED

# Scripts in which a quotation mark may touch the words around it.
CLOSE_SET = UNSPACED + HANGUL
# A letter or digit that a quotation mark does not touch from outside.
APART = rf"[^\W{CLOSE_SET}]"

_LINE = r"\n(?![ \t]*\n)"
# What a mark may stand behind that closes in other places.
_FIRST = r"-\s(\[{—–―:、。！？「（"


def _pair(opens: str, closes: str) -> str:
    """A mark, what it holds, and the mark that closes it, in one paragraph; a pair may stand inside."""
    inner = rf"[^{opens}{closes}\n]|{_LINE}"
    return rf"{opens}(?:{inner}|{opens}(?:{inner})*{closes})*{closes}"


# Opened and closed by one mark, which in English only closes.
SWEDISH = rf"”(?<![^{_FIRST}]”)[^“”\n]*”"
# Each begins with its opening mark, so that only such places are tried.
QUOTED = (
    _pair("«", "»"),
    # German books, Danish; Swedish and Finnish close with the mark that opens.
    rf"»(?<![^{_FIRST}]»)(?:[^»«\n]|{_LINE})*[«»]",
    _pair("‹", "›"),
    rf"›(?<![^{_FIRST}«»]›)[^›‹\n]*[‹›]",
    _pair("「", "」"),
    _pair("『", "』"),
    _pair("｢", "｣"),
    r"〝[^〝〞〟\n]*[〞〟]",
    SWEDISH,
    rf"‚[^‚‘\n]*?[‘’](?!{APART})",
    r"＂[^＂\n]+＂",
)
# Where Chinese, Japanese and Korean writers put what is done, and where a gloss on a word would not stand.
ACTED = (
    r"＊(?=[^\s＊])[^＊\n]+＊",
    rf"（(?<![^\s。！？…」』”’*＊～~!?.,]（)[^（）\n]+）|（(?<=[{CLOSE_SET}]（)[^（）\n]+）(?=\s*(?:$|[\n。！？…]))",
)
ACTING = "＊（"

_DASH = "—–―"
DASHES = frozenset("—–―-")
# A line that may be speech: one dash, or in Russian and its neighbours a hyphen.
DASHED = rf"(?m:^)[ \t]*(?:[{_DASH}](?![{_DASH}-])|-[ ]?(?=[{CYRILLIC}«…]))(?=[ \t\u00a0]*\S)[^\n]+"
_TURN = rf"\s(?P<dash>[{_DASH}-])(?=\s?\S)|(?<=\S)(?P<end>[{_DASH}])(?=[.,;:!?…)\s]|$)"
_BEFORE_TELLING = ",.!?…:;»”\"'"
_ENDED = re.compile(r"[.,!?…:;»”\")\]—–][\s*_]*$")
# `dit-elle`: French turns verb and subject round and needs no dash.
_INVERTED = (
    r"(?<=[,!?…»])\s(?:[^\W\d_]+['’\s]){0,3}[^\W\d_]+-(?:t-)?(?:il|elle|on|ils|elles|je|nous|vous)\b"
    r"(?:[^\n,.!?…—:]*[,.:!?…]?)"
)


@cache
def _line() -> re.Pattern[str]:
    return re.compile(DASHED)


@cache
def _turn() -> re.Pattern[str]:
    return re.compile(_TURN)


@cache
def _inverted() -> re.Pattern[str]:
    return re.compile(_INVERTED)


def may_be_dashed(text: str) -> bool:
    """Whether a dash begins a line of a text, so that it may be speech."""
    if text.isascii() or not ("—" in text or "–" in text or "-" in text or "―" in text):
        return False
    return _line().search(text) is not None


def dashed(line: str) -> list[tuple[bool, str]]:
    """The stretches of a line that a dash begins, each with whether it is said; joined they are the line.

    A line that has no sign of a sentence's end and nobody who says it is an item of a list or a name below a
    quotation: nothing in it is said.
    """
    result = [*_stretches(line)]
    has_narration = any(not item for item, _ in result)
    hyphen = line.lstrip().startswith("-")
    if not has_narration and (hyphen or not _ENDED.search(line)):
        return [(False, line)]
    return result


def _stretches(line: str) -> Iterator[tuple[bool, str]]:
    start = len(line) - len(line.lstrip()) + 1
    texts, at = True, 0
    for turn in _turn().finditer(line, start):
        here = turn.start(turn.lastgroup or 0)
        if texts != _goes_on(line, here, turn.lastgroup == "end", spoken=texts):
            # The dash that ends what is told belongs to it.
            cut = here if texts else turn.end()
            yield from _by_subject(line[at:cut]) if texts else [(False, line[at:cut])]
            texts, at = not texts, cut
    yield from _by_subject(line[at:]) if texts else [(False, line[at:])]


def _goes_on(line: str, at: int, closing: bool, *, spoken: bool) -> bool:
    """Whether what stands behind a dash is said."""
    if not spoken:
        return True
    before, after = line[:at].rstrip()[-1:], line[at + 1 :].lstrip()[:1]
    if closing or not after.isalpha() or after.isupper():
        return True
    # Russian has a sign before such a dash, and dashes without one inside of sentences.
    bare = after.islower() and not re.match(f"[{CYRILLIC}]", after)
    return not (bare or before in _BEFORE_TELLING)


def _by_subject(text: str) -> Iterator[tuple[bool, str]]:
    """What is said, without French words of saying inside of it."""
    at = 0
    for match in _inverted().finditer(text) if "-" in text else ():
        yield True, text[at : match.start()]
        yield False, match[0]
        at = match.end()
    if text[at:]:
        yield True, text[at:]
