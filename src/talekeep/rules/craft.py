"""P501–P507: marks that do not belong to the story: macros, labels, asides, loose ends, mixed formats."""

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from talekeep.core.text.languages import folded_endings
from talekeep.core.text.narration import first_other
from talekeep.core.text.prose import anatomy
from talekeep.core.text.prose import ends_mid_sentence
from talekeep.core.text.reply_marks import loose_marks
from talekeep.core.text.reply_marks import macros_in
from talekeep.core.text.reply_marks import out_of_character
from talekeep.core.text.reply_marks import quotes_in
from talekeep.core.text.reply_marks import speaks_for
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import shown
from talekeep.rules.replies import by_speaker
from talekeep.rules.replies import names_of_user
from talekeep.rules.replies import texts_of

_STYLES = {
    "asterisks": "bare speech among actions in asterisks",
    "quotes": "speech in quotes among bare narration",
}


def _unresolved_macro(value: Any, context: Context) -> Iterator[Hit]:
    for index, text in texts_of(value, context, "system", "developer", "user", "assistant"):
        macros = macros_in(text)
        if macros:
            more = f" and {len(macros) - 1} more" if len(macros) > 1 else ""
            yield Hit(f"nobody filled in {shown(macros[0])}{more}", ("messages", index, "content"))


def _speaks_for_user(value: Any, context: Context) -> Iterator[Hit]:
    names = names_of_user(value, context)
    for index, text in texts_of(value, context):
        spoken = speaks_for(text, names)
        if spoken:
            yield Hit(f"the reply speaks for the user: {shown(spoken)}", ("messages", index, "content"))


def _out_of_character(value: Any, context: Context) -> Iterator[Hit]:
    for index, text in texts_of(value, context, "user", "assistant"):
        aside = out_of_character(text)
        if aside:
            yield Hit(f"out of character: {shown(aside)}", ("messages", index, "content"))


def _ends_mid_sentence(value: Any, context: Context) -> Iterator[Hit]:
    endings = folded_endings(context.endings)
    for index, text in texts_of(value, context):
        if ends_mid_sentence(text, endings):
            end = " ".join(text[-60:].split()[-4:])
            yield Hit(f"the reply breaks off: {shown('…' + end)}", ("messages", index, "content"))


def _format_drift(value: Any, context: Context) -> Iterator[Hit]:
    yield from drifts(value, context, lambda text: anatomy(text).convention, _STYLES)


def drifts(
    value: Any, context: Context, kind: Callable[[str], str | None], names: dict[str, str]
) -> Iterator[Hit]:
    """The first reply of each speaker that is of another kind than that speaker's first that is of any."""
    for replies in by_speaker(value, context):
        kinds = [kind(text) for _, text in replies]
        drift = first_other(kinds)
        if drift is not None:
            (index, _), (first, _) = (replies[at] for at in drift)
            other, usual = (names[str(kinds[at])] for at in drift)
            yield Hit(f"{other}, where message {first} has {usual}", ("messages", index, "content"))


def _unbalanced_marks(value: Any, context: Context) -> Iterator[Hit]:
    for index, text in texts_of(value, context):
        marks = loose_marks(text)
        if marks:
            yield Hit(f"{' and '.join(marks)} without a partner", ("messages", index, "content"))


def _quote_drift(value: Any, context: Context) -> Iterator[Hit]:
    for replies in by_speaker(value, context):
        quote_styles: frozenset[str] = frozenset()
        for index, text in replies:
            quote_styles |= quotes_in(text)
            if len(quote_styles) > 1:
                yield Hit("straight and curly quotes are mixed", ("messages", index, "content"))
                break


_SYSTEM = {"role": "system", "content": "You keep the lighthouse at Harrow Point."}
_USER = {"role": "user", "content": "Who goes there?"}


def _entry(*replies: str) -> dict[str, Any]:
    messages = [_SYSTEM]
    for text in replies:
        messages += [_USER, {"role": "assistant", "content": text}]
    return {"id": "0193c7aa-0000-7000-8000-000000000001", "messages": messages}


_SPOKEN = '"A friend," she says, and lifts the lamp.'
_STARRED = "*lifts the lamp* A friend, and a cold one."
_GOOD = _entry(_SPOKEN)

RULES = (
    Rule(
        "P501",
        "unresolved-macro",
        "warning",
        "A message holds a macro that nobody filled in.",
        "Chat programs put names in for {{user}} and {{char}} before a model sees them. What still stands in "
        "the data is learned as it is, braces and all. Code is left out.",
        _unresolved_macro,
        "write the name, or talekeep replace '{{user}}' NAME",
        _entry("Come in, {{user}}, and mind the step."),
        _entry("Come in, Wren, and mind the step."),
    ),
    Rule(
        "P502",
        "speaks-for-user",
        "warning",
        "A reply speaks for the user.",
        "A model that learns this goes on to write both parts. Found are lines that begin with the user's "
        'label (the name of a character only the user speaks for counts), and tags such as "…" you say.',
        _speaks_for_user,
        "take out of the reply what the user says",
        _entry("Only the keeper.\nUser: Then open the door."),
        _GOOD,
    ),
    Rule(
        "P503",
        "out-of-character",
        "warning",
        "A message steps out of its character.",
        "Players talk to each other in asides: (OOC: …), ((…)), a line after //. Learned, they break into "
        "the story where nobody asked.",
        _out_of_character,
        "take the aside out",
        _entry("Only the keeper. (OOC: back in ten minutes.)"),
        _entry("Only the keeper. (She said it twice.)"),
    ),
    Rule(
        "P504",
        "ends-mid-sentence",
        "warning",
        "A reply breaks off in the middle of a sentence.",
        "Replies cut by a token limit teach a model to stop anywhere. Lists, headings, code, verse, "
        'signatures and replies that end in an action, in speech or with words such as "to be continued" '
        "are let be. `endings` under [validation] in talekeep.toml adds to those words. Thai and Lao write "
        "no mark at the end of a sentence: nothing is found there.",
        _ends_mid_sentence,
        "end the sentence, or take its beginning out",
        _entry("The lamp is lit. I keep it for the boats that come in late, and for the"),
        _entry("The lamp is lit. I keep it for the boats that come in late."),
    ),
    Rule(
        "P505",
        "format-drift",
        "info",
        "A character's replies change how they mark speech and action.",
        "One reply has bare speech among *actions*, another bare narration around quoted speech: what is "
        "bare means two things, and a model mixes them.",
        _format_drift,
        "write the replies of one character in one format",
        _entry(_SPOKEN, _STARRED),
        _entry(_SPOKEN, _SPOKEN.replace("lifts", "lowers")),
    ),
    Rule(
        "P506",
        "unbalanced-marks",
        "info",
        "A reply has a quotation mark or an asterisk without a partner.",
        "Programs that colour speech and action get the rest of the text wrong, and a model learns to leave "
        "marks open. Speech that runs over paragraphs, bullets, code and inches are let be.",
        _unbalanced_marks,
        "write the missing mark, or take the other out",
        _entry("*She lifts the lamp. A friend, and a cold one."),
        _entry("*She lifts the lamp.* A friend, and a cold one."),
    ),
    Rule(
        "P507",
        "quote-drift",
        "info",
        "A character's replies mix straight and curly quotes.",
        "Two spellings of one mark are two tokens for one meaning, and show where texts were put together.",
        _quote_drift,
        "write the quotes of one character in one way",
        _entry(_SPOKEN, "“A friend,” she says."),
        _GOOD,
    ),
)
