"""Narrative prose taken apart: speech, action and narration, how it is marked, where it ends, its words.

Everything here reads marks and words, of any script; nothing guesses at meaning. Each pattern stops at its
own opening mark, so hostile text costs linear time.
"""

import re
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import starmap
from typing import Literal
from typing import NamedTuple
from typing import TypeAlias

from talekeep.core.text.languages import is_ending
from talekeep.core.text.normalize import is_plainly_typed
from talekeep.core.text.scripts import MARKS
from talekeep.core.text.scripts import THAI_LAO
from talekeep.core.text.speech_marks import ACTED
from talekeep.core.text.speech_marks import ACTING
from talekeep.core.text.speech_marks import APART
from talekeep.core.text.speech_marks import CLOSE_SET
from talekeep.core.text.speech_marks import DASHED
from talekeep.core.text.speech_marks import DASHES
from talekeep.core.text.speech_marks import QUOTED
from talekeep.core.text.speech_marks import SWEDISH
from talekeep.core.text.speech_marks import dashed
from talekeep.core.text.speech_marks import may_be_dashed
from talekeep.core.text.tokens import word_pattern
from talekeep.core.text.tokens import words

Kind: TypeAlias = Literal["speech", "action", "plain", "code"]
Style: TypeAlias = Literal["asterisks", "quotes", "both", "plain"]
Letters: TypeAlias = Literal["ascii", "typed", "any"]
STYLES: tuple[Style, ...] = ("asterisks", "quotes", "both", "plain")

# A fence that nobody closed runs to the end.
_FENCE = r"```(?s:.*?)(?:```|\Z)"
_STRAIGHT = (
    rf'"(?<!{APART}")(?=\S)[^"\n]*(?:\n(?![ \t]*\n)[^"\n]*)*"',
    # An apostrophe has a letter on both sides; a closing single quote has none after it.
    rf"'(?<!{APART}')(?=\w)[^'\n]*(?:(?<={APART})'(?={APART})[^'\n]*)*'(?!{APART})",
    rf"\*(?<!{APART}\*)(?<!\*\*)(?![*\s])[^*\n]*(?:\n(?![ \t]*\n)[^*\n]*)*(?<!\s)\*(?!{APART}|\*)",
)
_CURLY = (
    r"“[^“”]*”",
    r"„[^„“”]*[“”]",
    rf"‘(?<!{APART}‘)[^‘’]*(?:(?<={APART})’(?={APART})[^‘’]*)*’(?!{APART})",
)
_SAID = frozenset(".,!?…—–-~*。！？，、｡︕︖～")
_BRACKETS = frozenset("「『｢〝")
# Marks of languages that put commas and full stops behind them.
_ANGLES = frozenset("«»‹›„‚”")
_LONG_ENOUGH = 5
_BARE = 3
_TAIL = 40

_TERMINAL = frozenset(".!?…‽。！？｡．؟۔।॥։።")
_SENTENCE = re.compile("[.!?…‽。！？｡．؟۔।॥։።]")
_CLOSING = " \t\r\n\"'”’»«›‹“‘」』｣〟＂＇)]}）】*＊_~`"
_ITEM = re.compile(r"\s{0,20}(?:[-*•–]\s|[>|#]|\(?\w{1,3}[.)]\s)")
# What ends without a full stop: a link, a hash tag, the author of a quotation, an answer behind a colon.
_NO_SENTENCE = re.compile(r"://|^<http|www\.|@|^#")
_AUTHOR = re.compile(r"[\"”'’]\s{0,3}[-–—~]\s{0,3}[^\n]{1,40}$")
_ANSWER = re.compile(r":\s{1,3}(?:\S{1,40}\s{0,3}){1,4}$")
_END = 120
_PROSE = 8
_LAST_LINE = 5


# Patterns that take long to be made: a command that never looks at prose does not pay for them.
@cache
def _close_letter() -> re.Pattern[str]:
    return re.compile(f"[{CLOSE_SET}]")


@cache
def _break() -> re.Pattern[str]:
    """What an action may stand behind; behind a word it is emphasis."""
    return re.compile(rf"(?:^|[\n.!?…,;:—–\"”»’)\]*~。！？」』{CLOSE_SET}-])[ \t]*$")


@cache
def _marked(letters: Letters, *, dashes: bool) -> re.Pattern[str]:
    # All of the marks begin with a sign of their own, which makes the search fast; a line does not.
    others = {"ascii": (), "typed": (*_CURLY, SWEDISH), "any": (*_CURLY, *QUOTED, *ACTED)}[letters]
    pattern = "|".join((_FENCE, *((DASHED,) if dashes else ()), *_STRAIGHT, *others))
    return re.compile(pattern if letters == "any" else pattern.replace(APART, r"\w"))


def _letters(text: str) -> Letters:
    """Which characters a text has; fewer of them need fewer marks, which are found faster."""
    return "ascii" if text.isascii() else "typed" if is_plainly_typed(text) else "any"


@cache
def _ends_without_a_mark() -> re.Pattern[str]:
    return re.compile(rf"[{THAI_LAO}][{MARKS}]*$")


class Segment(NamedTuple):
    """A stretch of text of one kind, its marks included."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A text by what its marks say: in quotes, between asterisks, neither; code is left out."""

    speech: str
    action: str
    plain: str

    @property
    def style(self) -> Style:
        """What is marked: actions between asterisks, speech in quotes, both or neither."""
        if self.action:
            return "both" if self.speech else "asterisks"
        return "quotes" if self.speech else "plain"

    @property
    def convention(self) -> Style | None:
        """The style, where it tells what bare text means: bare speech among actions, or bare narration
        among quotes; None where nothing is bare or nothing is marked."""
        bare = len(word_pattern().findall(self.plain)) >= _BARE
        return self.style if bare and self.style in ("asterisks", "quotes") else None

    @property
    def narration(self) -> str:
        """What is told and not said: among actions bare text is speech, else it is narration."""
        return self.action if self.style == "asterisks" else f"{self.plain}\n{self.action}"


def segments(text: str) -> Iterator[Segment]:
    """A text in stretches of one kind; joined they are the text. Of marks inside others the outer count."""
    return starmap(Segment, _stretches(text))


def _stretches(text: str) -> Iterator[tuple[Kind, str]]:
    at = 0
    dashes = may_be_dashed(text)
    for match in _marked(_letters(text), dashes=dashes).finditer(text):
        start, end = match.span()
        marked = text[start:end]
        if start > at:
            yield "plain", text[at:start]
        if dashes and marked.lstrip(" \t")[0] in DASHES:
            yield from _of_dashes(marked)
        else:
            yield _kind(text, start, marked), marked
        at = end
    if at < len(text):
        yield "plain", text[at:]


def _of_dashes(line: str) -> Iterator[tuple[Kind, str]]:
    """A line that a dash begins: what is said, and the rest by its other marks."""
    for item, stretch in dashed(line):
        if item:
            yield "speech", stretch
        elif stretch.lstrip(" \t")[:1] in DASHES:
            # Behind its dash it is a text like any other.
            border = len(stretch) - len(stretch.lstrip(" \t")) + 1
            yield "plain", stretch[:border]
            yield from _stretches(stretch[border:])
        else:
            yield from _stretches(stretch)


def _kind(text: str, start: int, marked: str) -> Kind:
    if marked.startswith("```"):
        return "code"
    if marked[0] in ACTING:
        return "action"
    if marked[0] == "*":
        phrase = marked[1].islower() and " " in marked
        apart = _break().search(text, max(0, start - _TAIL), start)
        return "action" if phrase or apart else "plain"
    if marked[0] in _BRACKETS:
        return "speech"
    inner = marked[1:-1].rstrip()
    is_speech = inner[-1:] in _SAID or len(inner.split(None, _LONG_ENOUGH)) >= _LONG_ENOUGH
    is_speech = is_speech or bool(_close_letter().match(inner[-1:]))
    if not is_speech and marked[0] in _ANGLES:
        is_speech = _is_introduced(text, start, start + len(marked))
    return "speech" if inner and is_speech else "plain"


def _is_introduced(text: str, start: int, end: int) -> bool:
    """Whether what is quoted stands behind a colon, or begins a sentence that goes on behind a comma or has
    more than one word in the quotes: most languages put the comma behind the quotation mark."""
    before = text[max(0, start - _TAIL) : start].rstrip(" \t\u00a0")
    if before.endswith(":"):
        return True
    begins = not before or before[-1] in "\n.!?…"
    return begins and (text[end : end + 1] == "," or " " in text[start + 1 : end - 1].strip())


def anatomy(text: str) -> Anatomy:
    """A text taken apart; the pieces of a kind one a line."""
    pieces: dict[Kind, list[str]] = {"speech": [], "action": [], "plain": [], "code": []}
    for kind, stretch in _stretches(text):
        pieces[kind].append(stretch)
    return Anatomy("\n".join(pieces["speech"]), "\n".join(pieces["action"]), "\n".join(pieces["plain"]))


def without_code(text: str) -> str:
    """A text without what stands in fences of three backticks; the fences stay as one space."""
    if "```" not in text:
        return text
    return " ".join(text.split("```")[::2])


def ends_mid_sentence(text: str, endings: Collection[str] = ()) -> bool:
    """Whether prose breaks off: after a letter or a comma, in a text that ends its other sentences.

    Lists, headings, links, code, verse, signatures and single short lines are let be, and so is what ends
    in an action or in speech, with words such as "to be continued", or in a script whose sentences end
    without a mark (Thai, Lao).

    Args:
        endings: further words that end a text, folded.
    """
    stripped = text.rstrip()
    if "```" in stripped or not stripped or not (stripped[-1].isalpha() or stripped[-1] in ",;،，、"):
        return False
    lines = [line for line in stripped.split("\n") if line.strip()]
    last = lines[-1]
    if _is_no_sentence(last, alone=len(lines) == 1) or not _SENTENCE.search(stripped):
        return False
    open_lines = sum(1 for line in lines if not is_ended(line))
    verse = len(lines) > 2 and open_lines * 2 >= len(lines)
    if verse or len(word_pattern().findall(stripped)) < _PROSE:
        return False
    return not (_ends_without_a_mark().search(stripped[-_TAIL:]) or is_ending(stripped, endings))


def _is_no_sentence(line: str, *, alone: bool) -> bool:
    """Whether a line may end as it likes; one of few words only below others."""
    short = not alone and len(word_pattern().findall(line)) < _LAST_LINE
    end = line[-_END:]
    marked = _NO_SENTENCE.search(line.split()[-1]) or _AUTHOR.search(end) or _ANSWER.search(end)
    return bool(short or marked or _ITEM.match(line))


def is_ended(text: str) -> bool:
    """Whether a text ends with a mark that ends a sentence, closing quotes and brackets left out."""
    return text.rstrip(_CLOSING)[-1:] in _TERMINAL


def asks(text: str) -> bool:
    """Whether the last sentence of a text is a question."""
    return text.rstrip(_CLOSING)[-1:] in frozenset("?？؟")


def opening(text: str, length: int) -> str:
    """The first words of a text; "" where it has fewer."""
    first = words(text[: length * 64])[:length]
    return " ".join(first) if len(first) == length else ""


def runs(sequence: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    """Every run of so many words."""
    return zip(*(sequence[n:] for n in range(length)), strict=False)


def alike(a: Sequence[str], b: Sequence[str]) -> float:
    """Shared pairs of neighbouring words as a share of all their pairs; 0.0 where there are none."""
    first, second = set(runs(a, 2)), set(runs(b, 2))
    return len(first & second) / len(first | second) if first and second else 0.0


def repeated(sequence: Sequence[str], length: int) -> float:
    """The share of runs of so many words that stood there before; 0.0 where there are none."""
    every = [*runs(sequence, length)]
    return 1 - len(set(every)) / len(every) if every else 0.0
