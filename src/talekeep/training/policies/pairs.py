"""`pairs`: a reply and what stands beside it (swipes, rejected answers, branches) as preference pairs."""

from collections.abc import Iterator
from typing import Any

from talekeep.core.entry_edit.alternatives import by_message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "pairs"
HELP = (
    "Preference pairs of alternatives: none, first of each reply, all, ranked (each before those after it), "
    "or edits: what a person changed, by the history."
)
VALUES: tuple[str, ...] = ("none", "first", "all", "ranked", "edits")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "none":
        return [draft]
    if value == "edits":
        # Pairs that the entry brought along are none of a person's edits.
        bare = {key: item for key, item in draft.entry.items() if key not in ("chosen", "rejected")}
        pairs = list(pairs_of(draft, key="edits"))
        return [draft.noting(entry={**bare, **pair}) for pair in pairs or [{}]]
    pairs = list(ranked_of(draft) if value == "ranked" else pairs_of(draft, first=value == "first"))
    return [draft.noting(entry={**draft.entry, **pair}) for pair in pairs] or [draft]


def pairs_of(draft: Draft, *, first: bool = False, key: str = "alternatives") -> Iterator[dict[str, Any]]:
    """The messages up to a reply, the reply as `chosen`, and each alternative of it as `rejected`.

    user, assistant "A" (alternative "B"), user, assistant "C"
    → messages [user], chosen [A], rejected [B]
    """
    alternatives = by_message({"messages": draft.messages}, {"alternatives": draft.sidecar.get(key)})
    for number, several in sorted(alternatives.items()):
        given = [one for one in several if one["messages"][0].get("role") == "assistant"]
        for alternative in given[:1] if first else given:
            end = None if alternative.get("to_end") else number + 1
            yield {
                "messages": draft.messages[:number],
                "chosen": draft.messages[number:end],
                "rejected": alternative["messages"],
            }


def ranked_of(draft: Draft) -> Iterator[dict[str, Any]]:
    """The pairs of a reply and its alternatives, best first: each is chosen over all that come after it.

    assistant "A" (alternatives "B", "C")  → A over B, A over C, B over C
    """
    ranks: dict[int, list[dict[str, Any]]] = {}
    for pair in pairs_of(draft):
        ranks.setdefault(len(pair["messages"]), []).append(pair)
    for pairs in ranks.values():
        yield from pairs
        for number, better in enumerate(pairs):
            for worse in pairs[number + 1 :]:
                yield {**worse, "chosen": better["rejected"]}
