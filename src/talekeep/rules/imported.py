"""S121, T212, T213, X304–X307: faults that come from the file an entry was imported from."""

import re
from collections.abc import Callable
from collections.abc import Iterator
from functools import cache
from typing import Any

from talekeep.core.entry import messages_in
from talekeep.core.entry import text_of
from talekeep.core.text import scripts
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import asked_once
from talekeep.rules.base import is_ascii
from talekeep.rules.base import shown
from talekeep.rules.base import turns
from talekeep.rules.base import whole_text
from talekeep.rules.content import has_usual_contents
from talekeep.rules.content import unusual
from talekeep.rules.roles import canonical

_CONTAINERS = ("conversations", "conversation", "dialogue", "dialog", "images", "videos", "audios")

# Signs without which no token of a template stands in a text; most texts have none of them.
_MARKS = ("<", "[", "###", ":")
_TOKEN = re.compile(
    r"<\|[A-Za-z_]{2,30}\|>|<｜[^｜\n]{2,40}｜>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<extra_id_\d>"
    r"|(?m:^### (?:Instruction|Response|Input|Human|Assistant|User|System):)"
    r"|\n(?:User|Human|Assistant):\s*\Z|\A(?:User|Human|Assistant): "
)
# What stops a model; at the end of a text it is no word of anybody.
_STOPS = re.compile(
    r"(?:\s*(?:<\|(?:im_end|eot_id|end|endoftext|end_of_text|eom_id)\|>|<｜end▁of▁sentence｜>|<end_of_turn>|</s>)"
    r"|\n(?:User|Human|Assistant):)+\s*\Z"
)
_INVISIBLE = re.compile(rf"[\s{scripts.DROPPED}]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_BYTES = bytes(code for code in range(0x80) if _CONTROL.match(chr(code)))
_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)?")
# UTF-8 that was read as Windows-1252 or Latin-1: the first byte, then bytes that continue it.
_MOJIBAKE = re.compile("[\u00c2\u00c3][\u0080-\u00aa\u00ac-\u00ba\u00bc-\u00bf]|\u00e2\u20ac.|\u00f0\u0178..")
_RUN = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,3}")

_READ = 2000
_FEWEST_LETTERS, _FEWEST_SIGNS = 12, 4


# Compiled for the first text that is not ASCII: sets of so many signs take some milliseconds each.
@cache
def _not_latin() -> re.Pattern[str]:
    return re.compile("[\u0370-\u1dff\u1f00-\u1fff\u2e80-\ud7ff\uf900-\ufaff]")


@cache
def _scripts() -> dict[str, re.Pattern[str]]:
    return {
        "Latin": re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
        "Greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
        "Cyrillic": re.compile(f"[{scripts.CYRILLIC}]"),
        "Arabic": re.compile(f"[{scripts.ARABIC}]"),
        "Hebrew": re.compile(f"[{scripts.HEBREW}]"),
        "Indic": re.compile("[\u0900-\u0dff]"),
        "Thai or Lao": re.compile(f"[{scripts.THAI_LAO}]"),
        "Chinese or Japanese": re.compile(f"[{scripts.HAN}{scripts.KANA}]"),
        "Korean": re.compile(f"[{scripts.HANGUL}]"),
    }


@asked_once
def _texts(value: Any, context: Context) -> list[tuple[int, str]]:
    """Index and text of what people and the model say; a tool's output is evidence."""
    return [(n, text_of(m)) for n, m in turns(value, context) if canonical(m.get("role")) != "tool"]


def _empty_container(value: Any, context: Context) -> Iterator[Hit]:
    for key in _CONTAINERS if isinstance(value, dict) else ():
        if value.get(key) == [] or value.get(key) == {}:
            yield Hit(f"{key} holds nothing", (key,))


def _without_empty(value: Any, context: Context) -> Any:
    empty = {hit.path[0] for hit in _empty_container(value, context)}
    return {key: held for key, held in value.items() if key not in empty} if empty else value


def _invisible(value: Any, context: Context) -> Iterator[Hit]:
    for index, text in _texts(value, context):
        if text and not text.isspace() and _INVISIBLE.fullmatch(text):
            yield Hit("the message holds only signs that nobody sees", ("messages", index, "content"))


def _bare_parts(value: Any, context: Context) -> Iterator[Hit]:
    for index, message in unusual(value, context):
        content = message.get("content")
        if isinstance(content, list) and any(isinstance(part, str) for part in content):
            yield Hit("the content lists bare texts", ("messages", index, "content"))


def _as_parts(content: Any) -> Any:
    if not isinstance(content, list):
        return content
    return [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]


def _template_token(value: Any, context: Context) -> Iterator[Hit]:
    whole = whole_text(value, context)
    for index, text in _texts(value, context) if any(mark in whole for mark in _MARKS) else ():
        token = token_in(text) if any(mark in text for mark in _MARKS) else None
        if token:
            yield Hit(f"the text holds {shown(token)}", ("messages", index, "content"))


def token_in(text: str) -> str | None:
    """The first token of a chat template in a text; None where there is none.

    `<s>` and `</s>` together strike words out in HTML; alone they begin or end a text of a model.
    """
    match = _TOKEN.search(text)
    if match:
        return match.group().strip()
    return next((one for one, other in _ENDS if one in text and other not in text), None)


_ENDS = (("</s>", "<s>"), ("<s>", "</s>"))


def _without_stop(content: Any) -> Any:
    """The text without what stops a model at its end; what stands inside of it needs a person."""
    return _STOPS.sub("", content) if isinstance(content, str) and token_in(content) else content


def _control(value: Any, context: Context) -> Iterator[Hit]:
    data = whole_text(value, context).encode("utf-8", "surrogatepass")
    # To take bytes out is ten times faster than to look for one of a set.
    held = len(data.translate(None, _CONTROL_BYTES)) < len(data)
    for index, text in _texts(value, context) if held else ():
        match = _CONTROL.search(text)
        if match:
            yield Hit(
                f"the text holds the control character U+{ord(match.group()):04X}",
                ("messages", index, "content"),
            )


def _without_control(content: Any) -> Any:
    if not isinstance(content, str) or not _CONTROL.search(content):
        return content
    return _CONTROL.sub("", _ESCAPE_SEQUENCE.sub("", content))


def _mojibake(value: Any, context: Context) -> Iterator[Hit]:
    for index, text in _texts(value, context):
        match = None if text.isascii() else _MOJIBAKE.search(text)
        if match:
            yield Hit(
                f"the text holds {shown(match.group())}, which was another sign",
                ("messages", index, "content"),
            )


def _redecoded(content: Any) -> Any:
    """The text with each broken run read as UTF-8; one that is none stays."""
    if not isinstance(content, str) or content.isascii() or not _MOJIBAKE.search(content):
        return content
    return _RUN.sub(lambda match: _as_utf8(match.group()), content)


def _as_utf8(run: str) -> str:
    for size in range(len(run), 1, -1):
        try:
            data = b"".join(_byte(sign) for sign in run[:size])
            return data.decode("utf-8") + run[size:]
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return run


def _byte(sign: str) -> bytes:
    return sign.encode("latin-1") if ord(sign) < 256 else sign.encode("cp1252")


def _other_script(value: Any, context: Context) -> Iterator[Hit]:
    texts = _texts(value, context)
    if not any(not text.isascii() and _not_latin().search(text) for _, text in texts):
        return
    written = {index: _scripts_of(text) for index, text in texts}
    for index, counts in written.items():
        reply = canonical(messages_in(value)[index].get("role")) == "assistant"
        script = _main_script(counts) if reply else None
        others = [other for place, other in written.items() if place != index]
        if script and any(map(_main_script, others)) and not any(script in other for other in others):
            yield Hit(
                f"the reply is {script}, the rest of the conversation is not", ("messages", index, "content")
            )


def _scripts_of(text: str) -> dict[str, int]:
    begin = text[:_READ]
    counts = {name: len(signs.findall(begin)) for name, signs in _scripts().items()}
    return {name: count for name, count in counts.items() if count}


def _main_script(counts: dict[str, int]) -> str | None:
    """The script of most letters; None where they are few or two scripts share the text."""
    name = max(counts, key=lambda one: counts[one], default="")
    fewest = _FEWEST_SIGNS if name in ("Chinese or Japanese", "Korean") else _FEWEST_LETTERS
    most = counts.get(name, 0)
    return name if most >= fewest and most * 3 >= sum(counts.values()) * 2 else None


def _contents(mend: Callable[[Any], Any]) -> Callable[[Any, Context], Any]:
    """A mend of the whole entry out of one of a content."""

    def mended(value: Any, context: Context) -> Any:
        messages = messages_in(value)
        changed = [
            {**m, "content": mend(m["content"])} if isinstance(m, dict) and "content" in m else m
            for m in messages
        ]
        return {**value, "messages": changed} if changed != messages else value

    return mended


def _contents_but_tools(mend: Callable[[Any], Any]) -> Callable[[Any, Context], Any]:
    whole = _contents(mend)

    def mended(value: Any, context: Context) -> Any:
        changed = whole(value, context)
        if changed is value:
            return value
        pairs = zip(value["messages"], changed["messages"], strict=True)
        messages = [
            old if isinstance(old, dict) and canonical(old.get("role")) == "tool" else new
            for old, new in pairs
        ]
        return {**value, "messages": messages} if messages != value["messages"] else value

    return mended


_SYSTEM = {"role": "system", "content": "You live on the island."}
_USER = {"role": "user", "content": "Who keeps the light?"}
_REPLY = {"role": "assistant", "content": "Mara does, since the storm."}


def _entry(*messages: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"id": "0193c7aa-0000-7000-8000-000000000001", "messages": list(messages), **keys}


def _replied(content: Any) -> dict[str, Any]:
    return _entry(_SYSTEM, _USER, {"role": "assistant", "content": content})


RULES = (
    Rule(
        "S121",
        "empty-container",
        "info",
        "A container beside the messages holds nothing.",
        "Readers that look for a conversation may take an empty one beside it, and an empty list of pictures "
        "makes a column that other rows do not have.",
        _empty_container,
        "take the empty key out",
        _entry(_SYSTEM, _USER, _REPLY, images=[]),
        _entry(_SYSTEM, _USER, _REPLY),
        mend=_without_empty,
    ),
    Rule(
        "T212",
        "invisible-content",
        "warning",
        "A message holds only signs that nobody sees.",
        "Zero-width spaces and byte order marks look like an empty message and are learned as a reply.",
        _invisible,
        "write the text, or remove the message",
        _replied("\u200b"),
        _replied("Mara \U0001f468\u200d\U0001f469\u200d\U0001f467"),
        unless=is_ascii,
    ),
    Rule(
        "T213",
        "bare-parts",
        "warning",
        "A content lists bare texts where parts belong.",
        "Chat templates look for `type` and `text` in each part, so a bare text there is a crash or is "
        "left out.",
        _bare_parts,
        "write each text as a part of type text",
        _replied(["Mara does.", "Since the storm."]),
        _replied([{"type": "text", "text": "Mara does."}]),
        mend=_contents(_as_parts),
        unless=has_usual_contents,
    ),
    Rule(
        "X304",
        "template-token",
        "warning",
        "A text holds a token of a chat template.",
        "Such tokens open or end turns: in training the text is cut there, or the model learns to write "
        "somebody else's turn. The repair cuts what stops a model at the end of a text; inside of a text "
        "they need a person.",
        _template_token,
        "cut stop tokens at the end of a text",
        _replied("Mara does.<|im_end|>"),
        _replied("Mara does, <s>in a way</s> in every way. Users say: [install] it."),
        mend=_contents_but_tools(_without_stop),
    ),
    Rule(
        "X305",
        "control-character",
        "warning",
        "A text holds NUL, ESC or another control character.",
        "They come from terminals, damaged files and broken copies, and nobody typed them; some readers end "
        "a text at NUL, and ESC steers the terminal that shows it.",
        _control,
        "take the control characters out",
        _replied("Mara \x1b[31mdoes\x1b[0m.\x00"),
        _replied("Mara does,\n\tsince the storm."),
        mend=_contents_but_tools(_without_control),
    ),
    Rule(
        "X306",
        "mojibake",
        "warning",
        "A text was decoded with the wrong encoding.",
        "Two or three odd signs stand where one was, and the model learns to write them. The repair reads "
        "each such run as UTF-8 once more and leaves what is none.",
        _mojibake,
        "read the broken signs as UTF-8",
        _replied("\u00e2\u20ac\u0153Mara does\u00e2\u20ac\u009d, caf\u00c3\u00a9 or not."),
        _replied("\u201cMara does\u201d, caf\u00e9 or not; MA\u00c7\u00c3\u201d."),
        mend=_contents_but_tools(_redecoded),
        unless=is_ascii,
    ),
    Rule(
        "X307",
        "other-script",
        "info",
        "A reply is in another script than its conversation.",
        "A model that falls into another language writes such replies. In a translation they are right.",
        _other_script,
        "write the reply in the language of the conversation, or turn the rule off in talekeep.toml",
        _replied("\u707d\u5bb3\u306e\u591c\u304b\u3089\u30de\u30e9\u304c\u5b88\u308b"),
        _entry(
            {"role": "system", "content": "\u4f60\u4f4f\u5728\u5c9b\u4e0a\u3002"},
            {"role": "user", "content": "\u8c01\u5b88\u7740\u706f\u5854\uff1f"},
            {
                "role": "assistant",
                "content": "\u66b4\u98ce\u96e8\u4e4b\u591c\u8d77\uff0cMara \u5b88\u7740\u3002",
            },
        ),
        unless=is_ascii,
    ),
)
