"""`alpaca`: `{"instruction", "input", "output", "system", "history"}`, one row for an entry.

Source: Stanford Alpaca's data release and LLaMA-Factory's `alpaca` format (`history` is a list of pairs).
"""

from typing import Any

from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.content import joins_parts
from talekeep.training.writers.exchanges import exchanges_of
from talekeep.training.writers.exchanges import speech_losses

NAME = "alpaca"
TITLE = "Alpaca instructions"


def write(draft: Draft) -> Rows:
    exchanges = exchanges_of(draft.messages)
    if isinstance(exchanges, str):
        return Rows((), (f"whole entries: {exchanges}",))
    *history, (instruction, output) = exchanges.pairs
    row: dict[str, Any] = {"instruction": instruction, "input": "", "output": output}
    row |= {"system": exchanges.system} if exchanges.system else {}
    row |= {"history": [list(pair) for pair in history]} if history else {}
    typed = dict.fromkeys(words for message in draft.messages for words in joins_parts(message))
    return Rows((row,), (*key_losses(draft, ()), *speech_losses(draft.messages)), tuple(typed))
