"""Control tokens that stand in texts as letters: a model that has one reads it as its own, not as text.

Sources: `added_tokens` in the tokenizer.json of Qwen 2.5 (ChatML), Llama 2 and 3, Mistral 7B v0.3, Gemma 2,
Phi-3, DeepSeek V3, GLM-4, Command R and GPT-OSS.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping

from talekeep.core.content import take_apart
from talekeep.core.content import with_text
from talekeep.core.entry import Message

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "ChatML": ("<|im_start|>", "<|im_end|>", "<|endoftext|>"),
    "Llama 3": (
        *("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"),
        *("<|eot_id|>", "<|eom_id|>", "<|python_tag|>"),
    ),
    "Llama 2": ("<s>", "</s>"),
    "Mistral": ("<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[TOOL_RESULTS]"),
    "Gemma": ("<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>"),
    "Phi-3": ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|endoftext|>"),
    "DeepSeek": ("<｜User｜>", "<｜Assistant｜>", "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
    "GLM-4": (
        "[gMASK]",
        "<sop>",
        "<|system|>",
        "<|user|>",
        "<|assistant|>",
        "<|observation|>",
        "<|endoftext|>",
    ),
    "Command R": (
        *("<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>"),
        "<|SYSTEM_TOKEN|>",
    ),
    "GPT-OSS": ("<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|return|>", "<|call|>"),
}
ALL: tuple[str, ...] = tuple(dict.fromkeys(token for family in FAMILIES.values() for token in family))


def of_template(source: str, tokens: Iterable[str]) -> tuple[str, ...]:
    """The control tokens of each family that a chat template names one of, and its own special tokens."""
    families = [family for family in FAMILIES.values() if any(token in source for token in family)]
    return tuple(dict.fromkeys([*(token for family in families for token in family), *tokens]))


def has_any(messages: Iterable[Message], tokens: Iterable[str]) -> bool:
    """Whether a text or the reasoning of a message has one of them."""
    pattern = _pattern(tokens)
    return pattern is not None and any(
        pattern.search(text) for message in messages for text in _texts(message)
    )


def without(message: Message, tokens: Iterable[str], *, broken: bool) -> Message:
    """The message without control tokens in its texts and its reasoning.

    Args:
        broken: they stay as text, with a space behind their first sign: `<|im_end|>` → `< |im_end|>`.
    """
    pattern = _pattern(tokens)
    if pattern is None or not any(pattern.search(text) for text in _texts(message)):
        return message

    def changed(text: str) -> str:
        # What is left when a token goes may be another one: `<|im_<|im_end|>end|>`.
        while pattern.search(text):
            text = pattern.sub(lambda match: f"{match[0][0]} {match[0][1:]}" if broken else "", text)
        return text

    message = with_text(message, changed)
    if isinstance(message.get("reasoning_content"), str):
        message = {**message, "reasoning_content": changed(message["reasoning_content"])}
    return message


def _texts(message: Message) -> tuple[str, ...]:
    content = take_apart(message)
    return tuple(text for text in (content.text, content.reasoning) if text)


def _pattern(tokens: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted({token for token in tokens if token}, key=lambda token: (-len(token), token))
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
