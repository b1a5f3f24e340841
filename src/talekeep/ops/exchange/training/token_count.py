"""How many tokens a conversation has: by a tokenizer file of the user, else a marked estimate."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from talekeep.core import codec
from talekeep.core.content import as_json
from talekeep.core.content import take_apart
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.training.base import Draft
from talekeep.training.content import function_of
from talekeep.training.policies.weights import weight_of
from talekeep.training.writers.text import Template
from talekeep.training.writers.text import render

if TYPE_CHECKING:
    from talekeep.core.entry import Message

# About 4 bytes of English text are one token; every message adds its role and its end.
_BYTES = 4
_MESSAGE = 4
_TEXTS_OF_AN_ENTRY = 512
# A text → for each token the place in the text where it begins.
_Places = Callable[[str], list[int]]


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Counts tokens by `places`; estimates them without. `special` are the control tokens that the tokenizer
    finds in texts, None where it is not known."""

    places: _Places | None = None
    special: tuple[str, ...] | None = None

    @property
    def is_estimate(self) -> bool:
        return self.places is None

    def of(self, draft: Draft, template: Template | None = None) -> list[int]:
        """The tokens of each message. With a template those of its text, what it writes around a message
        included; without one what stands around a message is estimated. The definitions of tools are counted
        with the first."""
        lengths = self._of_messages(draft, template)
        tools = draft.entry.get("tools", draft.entry.get("functions"))
        if not tools or not lengths or (self.places is not None and template is not None):
            return lengths
        return [lengths[0] + self._length(as_json(tools)), *lengths[1:]]

    def _length(self, text: str) -> int:
        return len(text.encode()) // _BYTES if self.places is None else len(self.places(text))

    def _of_messages(self, draft: Draft, template: Template | None) -> list[int]:
        texts = [text_of(message) for message in draft.messages]
        if self.places is not None and template is not None:
            whole, refusal = render(template, draft.messages, draft.entry.get("tools"))
            if not refusal:
                return _by_message(self.places(whole), _ends(whole, texts))
        return [self._length(text) + _MESSAGE for text in texts]


ESTIMATE = TokenCount()


def text_of(message: "Message") -> str:
    """What a model reads of a message: reasoning, text and calls, each on lines of its own."""
    content = take_apart(message)
    calls = [as_json({"name": name, "arguments": given}) for name, given in map(function_of, content.calls)]
    return "\n".join(filter(None, [content.reasoning, content.text, *calls]))


def trained_in(draft: Draft, lengths: list[int]) -> int:
    """The tokens of replies that have a weight.

    Args:
        lengths: the tokens of each message.
    """
    return sum(
        length
        for message, length in zip(draft.messages, lengths, strict=True)
        if message.get("role") == "assistant" and weight_of(message) != 0
    )


def _ends(whole: str, texts: list[str]) -> list[int]:
    """Where each message ends in the rendered conversation; the last one at its end."""
    ends, place = [], 0
    for text in texts:
        start_of_text = whole.find(text.strip(), place)
        place = start_of_text + len(text.strip()) if start_of_text >= 0 else place
        ends.append(place)
    return [*ends[:-1], len(whole)] if ends else []


def _by_message(starts: list[int], ends: list[int]) -> list[int]:
    """How many tokens begin before the end of each message and after the end of the one before it."""
    lengths = [0] * len(ends)
    number = 0
    for start in starts:
        while number < len(ends) - 1 and start >= ends[number]:
            number += 1
        lengths[number] += 1
    return lengths


def counter(tokenizer: Path | None) -> TokenCount:
    """What counts by a `tokenizer.json`, or by a file of Mistral's (`tekken.json`, `tokenizer.model.v3`).

    Raises:
        NotFound: there is no such file. Refused: it is no tokenizer. Outside: the library is not installed.
    """
    if tokenizer is None:
        return ESTIMATE
    if not tokenizer.is_file():
        raise NotFound(f"there is no file {tokenizer}", "name the tokenizer.json of the model")
    data = tokenizer.read_bytes()
    if data[:1] != b"{":
        return TokenCount(_remembered(_of_mistral(tokenizer, sentencepiece=True)), ())
    # The library raises bare exceptions, so a file that is something else is found before it is asked.
    try:
        content = codec.decode(data)
    except BadRecord as error:
        raise Refused(f"{tokenizer} is no tokenizer.json: {error}") from error
    if isinstance(content, dict) and isinstance(content.get("vocab"), list):
        # Mistral's own tokenizers never find a control token in a text.
        return TokenCount(_remembered(_of_mistral(tokenizer, sentencepiece=False)), ())
    if not isinstance(content, dict) or not isinstance(content.get("model"), dict):
        raise Refused(f"{tokenizer} is no tokenizer.json: it has no model")
    return TokenCount(_remembered(_of_tokenizers(data)), _special_in(content))


def _special_in(content: dict[str, Any]) -> tuple[str, ...]:
    """The control tokens of a tokenizer.json."""
    added = content.get("added_tokens")
    tokens = [each for each in added if isinstance(each, dict)] if isinstance(added, list) else []
    return tuple(str(each.get("content", "")) for each in tokens if each.get("special"))


def _remembered(places: _Places) -> _Places:
    """The same, each text once: `fit` asks for those of an entry anew for every trainer."""
    return lru_cache(maxsize=_TEXTS_OF_AN_ENTRY)(places)


def _of_tokenizers(data: bytes) -> _Places:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise Outside("counting tokens needs a library", "pip install 'talekeep[tokens]'") from error
    model = Tokenizer.from_buffer(data)
    return lambda text: [start for start, _ in model.encode(text, add_special_tokens=False).offsets]


def _of_mistral(file: Path, *, sentencepiece: bool) -> _Places:
    try:
        from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
    except ImportError as error:
        raise Outside(
            "a tokenizer file of Mistral's needs their library", "pip install mistral-common"
        ) from error
    try:
        model: Any = MistralTokenizer.from_file(str(file)).instruct_tokenizer.tokenizer
    except (ValueError, TypeError, KeyError, RuntimeError, OSError) as error:
        raise Refused(f"{file} is no tokenizer of Mistral's: {error}") from error

    def places(text: str) -> list[int]:
        tokens = model.encode(text, bos=False, eos=False)
        # Its tokens have no places; pieces of equal length are near enough to tell messages apart.
        return [number * len(text) // max(len(tokens), 1) for number in range(len(tokens))]

    return places
