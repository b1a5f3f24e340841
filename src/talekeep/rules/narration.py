"""P508–P512: narration: point of view, tense, loops, length, over-used phrases."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from talekeep.core.text import overused_phrases
from talekeep.core.text.narration import collapses
from talekeep.core.text.narration import like_the_last
from talekeep.core.text.narration import looping
from talekeep.core.text.narration import narrated
from talekeep.core.text.narration import thirds
from talekeep.core.text.prose import anatomy
from talekeep.core.text.tense import person
from talekeep.core.text.tense import tense
from talekeep.core.text.tokens import words
from talekeep.core.text.tokens import words_in
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import shown
from talekeep.rules.craft import drifts
from talekeep.rules.replies import by_speaker
from talekeep.rules.replies import texts_of

_PERSONS = {p: f"a narration in the {p} person" for p in ("first", "second", "third")}
_TENSES = {t: f"a narration in the {t} tense" for t in ("past", "present")}


def _point_of_view_drift(value: Any, context: Context) -> Iterator[Hit]:
    yield from drifts(value, context, lambda text: person(narrated(anatomy(text))), _PERSONS)


def _tense_drift(value: Any, context: Context) -> Iterator[Hit]:
    yield from drifts(value, context, lambda text: tense(narrated(anatomy(text))), _TENSES)


def _reply_loop(value: Any, context: Context) -> Iterator[Hit]:
    for replies in by_speaker(value, context):
        reply_words = [words(text) for _, text in replies]
        for at, likeness in like_the_last(reply_words):
            yield Hit(f"{likeness:.0%} like the reply before it", ("messages", replies[at][0], "content"))
        for at, share in looping(reply_words):
            yield Hit(f"{share:.0%} of it stood in it before", ("messages", replies[at][0], "content"))


def _length_collapse(value: Any, context: Context) -> Iterator[Hit]:
    for replies in by_speaker(value, context):
        sizes = [words_in(text) for _, text in replies]
        means = thirds(sizes) if collapses(sizes) else None
        if means is not None:
            third = len(sizes) // 3
            message = (
                f"words on average: {means[0]:.0f} in the first {third} replies, {means[1]:.0f} in the last"
            )
            yield Hit(message, ("messages", replies[-third][0], "content"))


def _overused_phrase(value: Any, context: Context) -> Iterator[Hit]:
    wanted = _table(tuple(context.phrases))
    for index, text in texts_of(value, context):
        phrases = [*dict.fromkeys(overused_phrases.phrases_in(words(text), wanted))]
        if phrases:
            more = f" and {len(phrases) - 1} more" if len(phrases) > 1 else ""
            yield Hit(f"over-used: {shown(phrases[0])}{more}", ("messages", index, "content"))


@lru_cache(maxsize=8)
def _table(own: tuple[str, ...]) -> overused_phrases.Phrases:
    return overused_phrases.table((*overused_phrases.OVERUSED, *own))


_SYSTEM = {"role": "system", "content": "You keep the lighthouse at Harrow Point."}
_USER = {"role": "user", "content": "Who goes there?"}


def _entry(*replies: str) -> dict[str, Any]:
    messages = [_SYSTEM]
    for text in replies:
        messages += [_USER, {"role": "assistant", "content": text}]
    return {"id": "0193c7aa-0000-7000-8000-000000000001", "messages": messages}


_I = 'I lift the lamp and lean over the rail. My hands are cold, and I wait. "A friend," I say.'
_SHE = 'She looks at the boat, and her coat is wet. She waits for him. "Well," she says.'
_WAS = 'She looked at the boat, and her coat was wet. She waited for him. "Well," she said.'
_LONG = (
    "The lamp turns above the rail, and below it the boats come home one by one, each with its own small "
    "bell, until the harbour is full and the keeper can count them twice. Then she writes the number down."
)

RULES = (
    Rule(
        "P508",
        "point-of-view-drift",
        "info",
        "A character's replies change the person who tells.",
        "A story told by an I, then of a she, teaches both at once. Pronouns outside speech are counted, in "
        "English, in replies that mark speech or action, and only where the count is clear.",
        _point_of_view_drift,
        "tell the replies of one character in one person",
        _entry(_I, _SHE),
        _entry(_I, _I.replace("cold", "warm").replace("lift", "hold")),
    ),
    Rule(
        "P509",
        "tense-drift",
        "info",
        "A character's replies change their tense.",
        "A story told in the past, then in the present, teaches both at once. Common verbs outside speech "
        "are counted, in English, in replies that mark speech or action, and only where the count is clear.",
        _tense_drift,
        "tell the replies of one character in one tense",
        _entry(_SHE, _WAS),
        _entry(_SHE, "The boat is gone."),
    ),
    Rule(
        "P510",
        "reply-loop",
        "info",
        "A reply says again what was said before.",
        "Found are replies that share three in five pairs of words with the one before, and long ones of "
        "which a third stood in them already. A model that learns from loops falls into them.",
        _reply_loop,
        "write the reply anew, or remove the exchange",
        _entry(_LONG, _LONG.replace("small", "brass")),
        _entry(_LONG, _WAS),
    ),
    Rule(
        "P511",
        "length-collapse",
        "info",
        "A character's replies get much shorter along the conversation.",
        "Long chats are often ended in haste. Found are conversations of six replies and more whose last "
        "third is not a third as long as the first; a model learns to tire like that.",
        _length_collapse,
        "cut the conversation where it tires: talekeep split ENTRY --after N",
        _entry(_LONG, _LONG, _LONG, "Yes, she says.", "No.", "Perhaps."),
        _entry(_LONG, _LONG, _LONG, _LONG, _LONG, _LONG),
    ),
    Rule(
        "P512",
        "overused-phrase",
        "info",
        "A reply holds a phrase that machines write too often.",
        "A short list is shipped, and `phrases` under [validation] in talekeep.toml adds to it, with _ for "
        "any one word. A hit is a flag and no fault: it is the tenth of a kind that wears readers out.",
        _overused_phrase,
        "write the sentence in words of its own",
        _entry("Her voice was barely above a whisper."),
        _entry("She spoke so low that the gulls were louder."),
    ),
)
