"""`llamafactory-preference`: ShareGPT turns with `chosen` and `rejected`, one turn each.

Source: LLaMA-Factory `data/converter.py` at 0.9.5 with `ranking: true`: the conversation ends with a human
turn, and both replies are turns of the model.
"""

from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses
from talekeep.training.writers.preference import pairs_of
from talekeep.training.writers.sharegpt import turns_of

NAME = "llamafactory-preference"
TITLE = "Preference pairs (LLaMA-Factory)"


def write(draft: Draft) -> Rows:
    losses = key_losses(draft, ("chosen", "rejected"))
    alterations: list[str] = []
    rows = []
    for pair in pairs_of(draft):
        turns = {
            key: [turn for message in pair[key] for turn in turns_of(message, losses, alterations)]
            for key in ("prompt", "chosen", "rejected")
        }
        if len(turns["chosen"]) == len(turns["rejected"]) == 1:
            rows.append(
                {
                    "conversations": turns["prompt"],
                    "chosen": turns["chosen"][0],
                    "rejected": turns["rejected"][0],
                }
            )
    if not rows:
        return Rows((), ("whole entries: no chosen and rejected reply of one turn each",))
    return Rows(tuple(rows), tuple(dict.fromkeys(losses)), tuple(dict.fromkeys(alterations)))
