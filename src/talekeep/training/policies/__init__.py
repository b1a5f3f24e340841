"""The table of policies, in the order in which they are applied."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.errors import Usage
from talekeep.training.base import REPLIES
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.base import Policy
from talekeep.training.policies import calls
from talekeep.training.policies import control_tokens
from talekeep.training.policies import cut
from talekeep.training.policies import developer
from talekeep.training.policies import empty
from talekeep.training.policies import greeting
from talekeep.training.policies import macros
from talekeep.training.policies import media
from talekeep.training.policies import names
from talekeep.training.policies import pairs
from talekeep.training.policies import parts
from talekeep.training.policies import reasoning
from talekeep.training.policies import system
from talekeep.training.policies import tail
from talekeep.training.policies import tool_schemas
from talekeep.training.policies import tools
from talekeep.training.policies import turns
from talekeep.training.policies import viewpoint
from talekeep.training.policies import weights

# Pairs come first: alternatives are found by the digest of a message as it is stored. Macros and points of
# view need the names of the speakers, so names come after them; a scene is cut last.
POLICIES: tuple[Policy, ...] = (
    *(pairs, control_tokens, macros, viewpoint, names, reasoning, media, parts),
    *(tool_schemas, tools, calls),
    *(empty, tail, developer, system, greeting, weights, turns, cut),
)
# These look at one message at a time, so they are applied to the replies of a pair too.
_BY_MESSAGE = (control_tokens, macros, names, reasoning, media, parts, weights)
BY_NAME: Mapping[str, Policy] = {policy.NAME: policy for policy in POLICIES}


def check(chosen: Mapping[str, str]) -> None:
    """Raises: Usage: a policy or a value does not exist."""
    for name, value in chosen.items():
        if name not in BY_NAME:
            close = get_close_matches(name, BY_NAME, 1)
            raise Usage(f"there is no policy {name!r}", f"one of {', '.join(close or BY_NAME)}")
        allowed = BY_NAME[name].VALUES
        if allowed and value not in allowed:
            raise Usage(f"{name} cannot be {value!r}", f"one of {', '.join(allowed)}")


def apply(draft: Draft, chosen: Mapping[str, str], context: Context) -> list[Draft]:
    """The drafts that come of one entry, all policies applied in the order of the table.

    Args:
        chosen: policy → value, checked; policies that are missing have their default.
    """
    drafts = [draft]
    for policy in POLICIES:
        value = chosen.get(policy.NAME, policy.VALUES[0] if policy.VALUES else "")
        drafts = [after for before in drafts for after in _applied(before, policy, value, context)]
    return drafts


def _applied(before: Draft, policy: Policy, value: str, context: Context) -> list[Draft]:
    drafts = policy.apply(before, value, context)
    if policy not in _BY_MESSAGE:
        return drafts
    return [_replies(after, before.messages, policy, value, context) for after in drafts]


def _replies(draft: Draft, prompt: list[Message], policy: Policy, value: str, context: Context) -> Draft:
    """The draft with a policy applied to `chosen` and `rejected` too, as what follows its `prompt`."""
    for key in REPLIES:
        messages = draft.replies(key)
        for made in (
            policy.apply(Draft({"messages": [*prompt, *messages]}), value, context) if messages else []
        ):
            reply: Any = made.messages[len(prompt) :]
            if reply == messages:
                continue
            single = isinstance(draft.entry[key], dict)
            draft = draft.noting(entry={**draft.entry, key: reply[0] if single else reply})
            for loss in made.losses:
                draft = draft.noting(loss=loss)
            for alteration in made.alterations:
                draft = draft.noting(alteration=alteration)
    return draft
