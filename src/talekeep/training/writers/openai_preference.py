"""`openai-preference`: `{"input": {"messages", "tools"}, "preferred_output", "non_preferred_output"}`.

Source: OpenAI's FineTunePreferenceRequestInput (OpenAPI 2.3.0). Each output is one reply.
"""

from typing import Any

from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.writers.messages import row_alterations
from talekeep.training.writers.preference import pairs_of

NAME = "openai-preference"
TITLE = "Preference pairs (OpenAI)"


def write(draft: Draft) -> Rows:
    pairs = list(pairs_of(draft))
    single = [pair for pair in pairs if len(pair["chosen"]) == len(pair["rejected"]) == 1]
    if not single:
        words = "a chosen or rejected answer of several messages" if pairs else "no chosen and rejected reply"
        return Rows((), (f"whole entries: {words}",))
    tools = {"tools": draft.entry["tools"]} if "tools" in draft.entry else {}
    rows: tuple[dict[str, Any], ...] = tuple(
        {
            "input": {"messages": pair["prompt"], **tools},
            "preferred_output": pair["chosen"],
            "non_preferred_output": pair["rejected"],
        }
        for pair in single
    )
    return Rows(rows, tuple(key_losses(draft, ("tools", "chosen", "rejected"))), row_alterations(draft))
