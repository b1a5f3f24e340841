"""Conversations told inside one text: chat templates, and transcripts with fixed labels.

A text counts only where it begins with a mark, and is cut at marks of that one family. What stands between
marks is kept letter by letter, but for the ends and line breaks that a template puts there. Every search is
linear in the length of the text.
"""

import re
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from talekeep.core.entry import Message


@dataclass(frozen=True, slots=True)
class _Family:
    """`opens` matches where a text of the family begins, `mark` where a turn does, with its `role`; `ends`
    are what a template puts behind a turn."""

    opens: re.Pattern[str]
    mark: re.Pattern[str]
    ends: tuple[str, ...]
    roles: Mapping[str, str]


def _family(opens: str, mark: str, *ends: str, **roles: str) -> _Family:
    return _Family(re.compile(opens), re.compile(mark), ends, roles)


# The end of a turn that nothing but line breaks ends.
_LINE_BREAKS = "\n"

_TEMPLATES = (
    # ChatML, as OpenAI published it.
    _family(r"\s*<\|im_start\|>", r"<\|im_start\|>(?P<role>[^\n]*)\n", "<|im_end|>", "<|endoftext|>"),
    # Llama 3.
    _family(
        r"\s*(?:<\|begin_of_text\|>)?<\|start_header_id\|>",
        r"(?:<\|begin_of_text\|>)?<\|start_header_id\|>(?P<role>[^<\n]*)<\|end_header_id\|>\n*",
        "<|eot_id|>",
        "<|eom_id|>",
        "<|end_of_text|>",
    ),
    # Gemma.
    _family(
        r"\s*(?:<bos>)?<start_of_turn>",
        r"(?:<bos>)?<start_of_turn>(?P<role>[^\n]*)\n",
        "<end_of_turn>",
        "<eos>",
    ),
    # Zephyr, Phi 3, Pygmalion's Metharme.
    _family(
        r"\s*<\|(?:system|user|assistant|model)\|>",
        r"<\|(?P<role>system|user|assistant|model)\|>\n?",
        "</s>",
        "<|end|>",
        "<|endoftext|>",
    ),
    # Llama 4.
    _family(
        r"\s*(?:<\|begin_of_text\|>)?<\|header_start\|>",
        r"(?:<\|begin_of_text\|>)?<\|header_start\|>(?P<role>[^<\n]*)<\|header_end\|>\n*",
        "<|eot|>",
        "<|end_of_text|>",
    ),
    # Granite.
    _family(
        r"\s*<\|start_of_role\|>",
        r"<\|start_of_role\|>(?P<role>[^<\n]*)<\|end_of_role\|>",
        "<|end_of_text|>",
    ),
    # OpenAI's Harmony.
    _family(
        r"\s*<\|start\|>",
        r"<\|start\|>(?P<role>[^<\n]*)(?:<\|(?:channel|constrain)\|>[^<\n]*)*<\|message\|>",
        "<|end|>",
        "<|return|>",
        "<|call|>",
    ),
    # DeepSeek.
    _family(
        r"\s*(?:<｜begin▁of▁sentence｜>)?<｜(?:User|Assistant)｜>",
        r"(?:<｜begin▁of▁sentence｜>)?<｜(?P<role>User|Assistant)｜>",
        "<｜end▁of▁sentence｜>",
    ),
    # Cohere's Command.
    _family(
        r"\s*(?:<BOS_TOKEN>)?<\|START_OF_TURN_TOKEN\|>",
        r"(?:<BOS_TOKEN>)?<\|START_OF_TURN_TOKEN\|><\|(?P<role>SYSTEM|USER|CHATBOT)_TOKEN\|>",
        "<|END_OF_TURN_TOKEN|>",
        SYSTEM="system",
        USER="user",
        CHATBOT="assistant",
    ),
    # Baize, MOSS 002.
    _family(
        r"(?:[^\[]{0,400}\n)?\s*\[\|Human\|\]",
        r"\[\|(?P<role>Human|AI)\|\]\s?",
        _LINE_BREAKS,
        Human="user",
        AI="assistant",
    ),
    _family(
        r"\s*\[Human\]:",
        r"\s*\[(?P<role>Human|MOSS)\]:\s?",
        "<eoh>",
        "<eoa>",
        "<eom>",
        Human="user",
        MOSS="assistant",
    ),
    # Vicuna.
    _family(
        r"(?:[^\n]{0,400}\s)?USER: (?s:.){0,20000}?ASSISTANT:",
        r"(?:\A|(?<=\s)|(?<=</s>))(?P<role>USER|ASSISTANT):\s?",
        "</s>",
        USER="user",
        ASSISTANT="assistant",
    ),
    # Stanford Alpaca's prompt, Guanaco.
    _family(
        r"\s*###\s?(?:Instruction|Human|User|System)s?:?[ \t]*(?:\n|(?<=:) )",
        r"(?:\A\s*|\n)###\s?(?P<role>Instruction|Input|Response|Human|User|Assistant|System)s?:?[ \t]*\n*",
        _LINE_BREAKS,
        Instruction="user",
        Input="user",
        Response="assistant",
    ),
)


_TRANSCRIPTS = (
    # Anthropic's hh-rlhf: the labels count at the beginning of a paragraph alone.
    _family(r"\n\n(?:Human|Assistant):", r"\n\n(?P<role>Human|Assistant):[ ]?"),
    # HelpSteer2 (NeMo): the first turn has no mark.
    _family(
        r"(?s:.)*?<extra_id_1>(?:User|Assistant)\n",
        r"(?:\A|<extra_id_1>)(?:(?P<role>User|Assistant)\n)?",
    ),
)


def transcript_turns(text: str) -> list[Message] | None:
    """The messages of a transcript as hh-rlhf and HelpSteer2 have it; None for any other text."""
    if not text.startswith("\n\n") and "<extra_id_1>" not in text:
        return None
    family = next((one for one in _TRANSCRIPTS if one.opens.match(text)), None)
    return None if family is None else _cut(family, text)


def messages_in_text(text: str) -> list[Message] | None:
    """The messages of a text that begins with the mark of a template; None for any other text."""
    if "[INST]" in text and text.lstrip().removeprefix("<s>").lstrip().startswith("[INST]"):
        return _llama(text)
    if not ("<" in text or "#" in text or "[" in text or "USER: " in text or text.startswith("\n\n")):
        return None
    family = next((one for one in (*_TEMPLATES, *_TRANSCRIPTS) if one.opens.match(text)), None)
    return None if family is None else _cut(family, text)


def _cut(family: _Family, text: str) -> list[Message] | None:
    """The text cut at the marks of its family."""
    marks = list(family.mark.finditer(text))
    messages: list[Message] = []
    head = text[: marks[0].start()].strip() if marks else ""
    if head:
        # What stands before the first mark is told to the model.
        messages.append({"role": "system", "content": head})
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        body = _trimmed(text[mark.end() : following.start() if following else len(text)], family.ends)
        label = (mark["role"] or "User").strip()
        # What generation starts from is a mark with nothing behind it.
        if body or following:
            messages.append({"role": family.roles.get(label, label), "content": body})
    return messages if messages and all(message["role"] for message in messages) else None


def _trimmed(body: str, ends: Sequence[str]) -> str:
    while ends:
        shorter = body.rstrip()
        end = next((end for end in ends if shorter.endswith(end)), None)
        if end is None:
            # Line breaks alone belong to the template; within a turn there is an end behind them.
            return body.rstrip(_LINE_BREAKS)
        body = shorter.removesuffix(end)
    return body


def _llama(text: str) -> list[Message] | None:
    """Llama 2 and Mistral: `<s>[INST] <<SYS>>…<</SYS>> user [/INST] reply </s>`."""
    head, *turns = text.split("[INST]")
    messages: list[Message] = []
    if head.strip() not in ("", "<s>"):
        return None
    for turn in turns:
        asked, closed, reply = turn.partition("[/INST]")
        if not closed:
            return None
        system, divided, rest = asked.partition("<</SYS>>")
        if divided and system.strip().startswith("<<SYS>>"):
            messages.append({"role": "system", "content": system.strip().removeprefix("<<SYS>>").strip("\n")})
            asked = rest.lstrip("\n")
        messages.append({"role": "user", "content": asked.strip(" ")})
        reply = reply.rstrip().removesuffix("<s>").rstrip().removesuffix("</s>").strip(" ")
        if reply:
            messages.append({"role": "assistant", "content": reply})
    return messages or None


# A line of a transcript: a name of at most four words before a colon. `http://` and `12:30` name nobody.
_LINE = re.compile(
    r"(?:\*\*)?(?P<label>[^\W\d_][\w.'’\-]{0,30}(?: [\w.'’\-]{1,30}){0,3})(?:\*\*)?"
    r"[:：](?:\*\*)?(?:[ \t]+|\Z)"
)


def transcript_in(text: str) -> list[Message] | None:
    """The messages of a transcript of `Name: text` lines; None for any other text.

    A line without a name goes on with the message before it. A transcript begins with a name, and of its
    names one speaks more than once or there are just two, and no more than eight. What stands above it under
    headings (`Title: …`) is told to the model.
    """
    lines = text.strip("\n").split("\n")
    head = next((n for n, line in enumerate(lines) if not is_heading(line)), len(lines))
    above = "\n".join(lines[:head]).strip()
    messages = _spoken(lines[head:])
    if messages is None or not above:
        return messages
    return [{"role": "system", "content": above}, *messages]


# What texts have above them; nobody's names.
_HEADINGS = frozenset(
    [
        "title",
        "author",
        "authors",
        "date",
        "tags",
        "scene",
        "setting",
        "source",
        "url",
        "genre",
        "rating",
        "summary",
        "subject",
        "description",
        "topic",
        "characters",
        "chapter",
        "fandom",
        "pairing",
        "language",
    ]
)


def is_heading(line: str) -> bool:
    """True for a blank line, or one like `Title: …`."""
    match = _LINE.match(line)
    return not line.strip() or (match is not None and match["label"].casefold() in _HEADINGS)


def _spoken(lines: Sequence[str]) -> list[Message] | None:
    messages: list[Message] = []
    for line in lines:
        match = _LINE.match(line)
        if match is not None and not match["label"][0].islower():
            messages.append({"role": match["label"], "content": line[match.end() :]})
        elif not messages:
            return None
        else:
            messages[-1]["content"] += f"\n{line}"
    for message in messages:
        message["content"] = message["content"].strip("\r\n")
    names = {message["role"] for message in messages}
    if len(messages) < 2 or not 2 <= len(names) <= 8 or (len(messages) == len(names) and len(names) > 2):
        return None
    return messages
