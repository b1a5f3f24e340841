"""How many tokens a conversation has: by a tokenizer file of the user, else a marked estimate."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from talekeep.core import codec
from talekeep.core.entry import text_of
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.training.base import Draft

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# About 4 bytes of English text are one token; every message adds its role and its end.
_BYTES = 4
_MESSAGE = 4


def estimate(draft: Draft) -> int:
    """Tokens of a conversation by its bytes, which is right to about a quarter for English."""
    return sum(len(text_of(message).encode()) // _BYTES + _MESSAGE for message in draft.messages)


def counter(tokenizer: Path | None) -> Callable[[Draft], int]:
    """What counts the tokens of a draft: the texts by `tokenizer.json`, and the template's tokens estimated.

    Raises:
        NotFound: there is no such file. Refused: it is no tokenizer. Outside: the library is not installed.
    """
    if tokenizer is None:
        return estimate
    model = _model(tokenizer)

    def count(draft: Draft) -> int:
        texts = model.encode_batch([text_of(message) for message in draft.messages])
        return sum(len(text.ids) + _MESSAGE for text in texts)

    return count


def _model(file: Path) -> "Tokenizer":
    if not file.is_file():
        raise NotFound(f"there is no file {file}", "name the tokenizer.json of the model")
    data = file.read_bytes()
    # The library raises bare exceptions, so a file that is something else is found before it is asked.
    try:
        content = codec.decode(data)
    except BadRecord as error:
        raise Refused(f"{file} is no tokenizer.json: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("model"), dict):
        raise Refused(f"{file} is no tokenizer.json: it has no model")
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise Outside("counting tokens needs a library", "pip install 'talekeep[tokens]'") from error
    return Tokenizer.from_buffer(data)
