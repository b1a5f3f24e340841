"""C411–C416: what belongs to somebody and should not be published: addresses, numbers, keys.

Patterns with checksums where there are some; no model, no list of names. What is reserved for examples
and fiction (RFC 2606 and 6761 domains, the 555-01xx telephone numbers) is nobody's and not found.

Most entries hold none of it, and each rule first asks all texts of an entry at once for a sign that any of
its finds would have to hold. A sign too many costs time; there is no find without one.
"""

import re
from collections.abc import Callable
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import messages_in
from talekeep.core.finding import Path
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import whole_text

Find: TypeAlias = Callable[[str], Iterator[tuple[int, str]]]
Sign: TypeAlias = Callable[[str], object]

_LOCAL = re.compile(r"[^\W_][\w.+-]{0,63}$")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,24}")
_RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|net|org)|(?:example|invalid|test|localhost))$", re.I)
_PHONE = re.compile(
    r"(?<![\w+.,/-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){2,4}"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4})(?![\w/]|[.,-]\d)"
)
_FICTION = re.compile(r"555\D?01\d\d$")
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
_KEYS = re.compile(
    r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
    r"|(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}"
    r"|sk-(?:ant-|proj-)?[\w-]{20,}|hf_[A-Za-z0-9]{30,}|AIza[\w-]{35}"
    r"|xox[abposr]-[A-Za-z0-9-]{10,}|(?:sk|rk|pk)_live_[A-Za-z0-9]{16,}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"
    r"|AGE-SECRET-KEY-1[A-Z0-9]{58}"
    r"|[MN][A-Za-z0-9]{23,27}\.[\w-]{6}\.[\w-]{27,40}"
    r")"
)
_BEARER = re.compile(r"\b[Bb]earer +(?=[\w.~+/-]{0,200}\d)[\w.~+/-]{20,}")
_HOME = re.compile(
    r"(?<![\w.])(?:/(?:home|Users)/|[A-Za-z]:\\{1,2}Users\\{1,2})(?!(?:Public|Shared|Default)\b)[\w.-]+"
)
_DISCORD = re.compile(r"<(?:@[!&]?|#)(\d{17,20})>|discord(?:app)?\.(?:com|gg)/[\w/-]{3,80}", re.I)

# A telephone number has eight digits and more, a card thirteen, and nothing else between them.
_NUMBER_SIGN = re.compile(r"[\d+(][\d ().-]{7,}")
_ASCII_NUMBER_SIGN = re.compile(r"[0-9+(][0-9 ().-]{7,}")
# Keys of one column hold the sign before it, which is found or missed sooner than they are.
_KEY_SIGNS = (
    ("_", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "hf_", "k_live_")),
    ("-", ("PRIVATE KEY-", "glpat-", "sk-", "xox", "AGE-SECRET-KEY-")),
    ("A", ("AKIA", "ASIA", "AIza")),
    ("J", ("eyJ",)),
    (" ", ("earer ",)),
)
_TOKEN_SIGN = re.compile(r"\.[\w-]{6}\.")


def _emails(text: str) -> Iterator[tuple[int, str]]:
    at = text.find("@")
    while at >= 0:
        before = _LOCAL.search(text[max(0, at - 64) : at])
        after = _DOMAIN.match(text, at + 1)
        if before and after and not _RESERVED.search(after[0]):
            yield at - len(before[0]), f"{before[0]}@{after[0]}"
        at = text.find("@", at + 1)


def _phones(text: str) -> Iterator[tuple[int, str]]:
    for match in _PHONE.finditer(text):
        digits = sum(map(str.isdigit, match[0]))
        if 8 <= digits <= 15 and not _FICTION.search(match[0]):
            yield match.start(), match[0]


def _cards(text: str) -> Iterator[tuple[int, str]]:
    for match in _CARD.finditer(text):
        digits = [int(d) for d in match[0] if d.isdigit()]
        if len(set(digits)) > 1 and digits[0] in (2, 3, 4, 5, 6) and is_luhn(digits):
            yield match.start(), match[0]


def is_luhn(digits: list[int]) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1, annex B)."""
    doubled = (d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _matches(*patterns: re.Pattern[str]) -> Find:
    def find(text: str) -> Iterator[tuple[int, str]]:
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield match.start(), match[0]

    return find


def _any_of(*signs: str) -> Sign:
    return lambda text: any(sign in text for sign in signs)


# Two rules ask, one after the other.
@lru_cache(maxsize=2)
def _number_sign(text: str) -> object:
    return (_ASCII_NUMBER_SIGN if text.isascii() else _NUMBER_SIGN).search(text)


def _key_sign(text: str) -> object:
    held = (key for sign, keys in _KEY_SIGNS if sign in text for key in keys)
    return any(key in text for key in held) or _TOKEN_SIGN.search(text)


def masked(sample: str) -> str:
    """A sample that can be recognised by who knows it and used by nobody: `ma…(18)…rg`."""
    shown = min(2, len(sample) // 6)
    ends = (sample[:shown], sample[len(sample) - shown :])
    return f"{ends[0]}…({len(sample)})…{ends[1]}"


def _texts(value: Any) -> Iterator[tuple[Path, str]]:
    """Every text in the messages, wherever in them it stands: calls of tools hold keys too."""
    waiting: list[tuple[Path, Any]] = [(("messages", n), m) for n, m in enumerate(messages_in(value))]
    # Grows while it is walked.
    for path, held in waiting:
        if isinstance(held, str):
            yield path, held
        elif isinstance(held, dict):
            waiting += [((*path, key), item) for key, item in held.items() if key != "role"]
        elif isinstance(held, list):
            waiting += [((*path, n), item) for n, item in enumerate(held)]


def _check(what: str, find: Find, sign: Sign) -> Callable[[Any, Context], Iterator[Hit]]:
    def check(value: Any, context: Context) -> Iterator[Hit]:
        for path, text in _texts(value) if sign(whole_text(value, context)) else ():
            for at, sample in find(text):
                yield Hit(f"{what} at character {at + 1}: {masked(sample)}", path)

    return check


def _entry(text: str) -> dict[str, Any]:
    return {
        "id": "0193c7aa-0000-7000-8000-000000000001",
        "messages": [
            {"role": "system", "content": "You keep the lighthouse at Harrow Point."},
            {"role": "user", "content": "How do I reach you?"},
            {"role": "assistant", "content": text},
        ],
    }


_GOOD = _entry("Row out at dusk and ring the bell.")
_BY_HAND = "write something made up in its place; what was pushed already has to be taken as known"

RULES = (
    Rule(
        "C411",
        "email-address",
        "info",
        "A message holds an e-mail address.",
        "A model repeats addresses word for word, and a published dataset is read by those who collect "
        "them. Addresses at the domains that are reserved for examples are not found.",
        _check("an e-mail address", _emails, _any_of("@")),
        _BY_HAND,
        _entry("Write to mara@harrowpoint.org."),
        _entry("Write to mara@example.org."),
    ),
    Rule(
        "C412",
        "phone-number",
        "info",
        "A message holds what looks like a telephone number.",
        "Numbers in international form, and in the usual North American ones, are somebody's. The 555-01xx "
        "numbers that are refused for fiction are not found.",
        _check("a telephone number", _phones, _number_sign),
        _BY_HAND,
        _entry("Ring me: +44 1632 960 961."),
        _entry("Ring me: (202) 555-0143."),
    ),
    Rule(
        "C413",
        "card-number",
        "warning",
        "A message holds a number with the check digit of a payment card.",
        "Card numbers end up in chats by paste. The check digit is right, so it is hardly chance.",
        _check("a card number", _cards, _number_sign),
        _BY_HAND,
        _entry("Pay with 4000 0566 5566 5556."),
        _entry("The hull is numbered 4000 0566 5566 5557."),
    ),
    Rule(
        "C414",
        "secret-key",
        "warning",
        "A message holds a key, token or private key.",
        "Whoever has the dataset can use it, and so can whoever asks the model. Withdraw the key first: "
        "history keeps it, here and in every copy.",
        _check("a secret", _matches(_KEYS, _BEARER), _key_sign),
        "withdraw the key where it was issued, then write something made up in its place",
        _entry("export KEY=AKIAQWERTYUIOPASDFGH"),
        _entry("export KEY=your-key-here"),
    ),
    Rule(
        "C415",
        "home-path",
        "info",
        "A message holds the path of somebody's home folder.",
        "Such a path names a user of a real machine; logs and screenshots bring it in.",
        _check("a home folder", _matches(_HOME), _any_of("/home/", "Users")),
        _BY_HAND,
        _entry("It lies in /home/wrenfield/logs."),
        _entry("It lies in /usr/share/logs."),
    ),
    Rule(
        "C416",
        "discord-id",
        "info",
        "A message holds a Discord mention or link.",
        "Exported chats carry the ids of accounts and servers, which lead to a person.",
        _check("a Discord id", _matches(_DISCORD), _any_of("<", "/")),
        _BY_HAND,
        _entry("Ask <@184405311681986560> about it."),
        _GOOD,
    ),
)
CODES = tuple(rule.code for rule in RULES)
