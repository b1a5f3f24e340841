"""T2xx: the system prompt, and who speaks after whom."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from talekeep.core.entry import has_plain_roles
from talekeep.core.entry import messages_in
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import asked_once
from talekeep.rules.base import shown
from talekeep.rules.base import turns
from talekeep.rules.roles import FRAME_ROLES
from talekeep.rules.roles import PROMPT_ROLES
from talekeep.rules.roles import canonical
from talekeep.rules.roles import expected


@asked_once
def _roles(value: Any, context: Context) -> list[str | None]:
    """The role of each message; None where it cannot be read, which S104 to S106 report."""
    if has_plain_roles(messages_in(value)):
        return [m["role"] for m in messages_in(value)]
    return [canonical(m.get("role")) if isinstance(m, dict) else None for m in messages_in(value)]


@asked_once
def _systems(value: Any, context: Context) -> int:
    return sum(1 for m in messages_in(value) if isinstance(m, dict) and m.get("role") == "system")


@asked_once
def _spoken(value: Any, context: Context) -> int:
    return sum(1 for role in _roles(value, context) if role not in PROMPT_ROLES)


@asked_once
def is_in_turn(value: Any, context: Context) -> bool:
    """Whether a system prompt comes first, then the user and the assistant in turn, who speaks last."""
    roles = _roles(value, context)
    exchanges, more = divmod(len(roles) - 1, 2)
    return exchanges > 0 and not more and roles == ["system", *("user", "assistant") * exchanges]


def _missing_system_prompt(value: Any, context: Context) -> Iterator[Hit]:
    first = next(iter(turns(value, context)), None)
    if first is None or first[0] != 0:
        return
    role = canonical(first[1].get("role"))
    if context.strict:
        absent = role != "system"
    else:
        # A system prompt in another place is T206's.
        absent = role is not None and role not in PROMPT_ROLES and not _systems(value, context)
    if absent:
        yield Hit("the entry does not begin with a system prompt", ("messages", 0, "role"))


def _several_system_prompts(value: Any, context: Context) -> Iterator[Hit]:
    count = _systems(value, context)
    if count > 1:
        yield Hit(f"{count} messages have the role system", ("messages",))


def _too_few_messages(value: Any, context: Context) -> Iterator[Hit]:
    messages = messages_in(value)
    if context.strict:
        if isinstance(value, dict) and isinstance(value.get("messages"), list) and len(messages) < 3:
            yield Hit(f"{len(messages)} messages; it takes a system prompt and one exchange", ("messages",))
    elif messages and _spoken(value, context) < 2:
        yield Hit("there is no exchange: it takes a user message and a reply", ("messages",))


def _incomplete_exchange(value: Any, context: Context) -> Iterator[Hit]:
    if context.strict:
        count = len(messages_in(value))
        if count >= 3 and count % 2 == 0:
            yield Hit(f"{count - 1} messages after the first do not make whole exchanges", ("messages",))
        return
    roles = _roles(value, context)
    for index, (role, after) in enumerate(pairwise(roles)):
        if role == after == "user":
            yield Hit("this user message gets no reply before the next", ("messages", index))


def _role_order(value: Any, context: Context) -> Iterator[Hit]:
    return _fixed_order(value, context) if context.strict else _free_order(value, context)


def _fixed_order(value: Any, context: Context) -> Iterator[Hit]:
    """Position by position; a role that is no role is named once an entry, however often it speaks."""
    named: set[str] = set()
    for index, message in turns(value, context):
        role = message.get("role")
        meant = canonical(role)
        if index == 0 or meant == expected(index):
            continue
        if isinstance(role, str) and meant not in FRAME_ROLES:
            name = role.strip().casefold()
            if name in named:
                continue
            named.add(name)
        problem = f"{expected(index)} should speak here, not {shown(role)}"
        yield Hit(problem, ("messages", index, "role"))


def _free_order(value: Any, context: Context) -> Iterator[Hit]:
    """What no chat template can follow; unanswered user messages and greetings have rules of their own."""
    before: str | None = ""
    for index, role in enumerate(_roles(value, context)):
        if role not in PROMPT_ROLES:
            problem = _out_of_order(before, role)
            # An answer nobody asked for does not count as the tool's turn.
            before = before if problem and role == "tool" else role
        elif before == "" or _systems(value, context) > 1:
            continue
        else:
            problem = "a system prompt stands after the conversation began"
        if problem:
            yield Hit(problem, ("messages", index, "role"))


def _out_of_order(before: str | None, role: str | None) -> str | None:
    if role == before == "assistant":
        return "the assistant speaks twice in a row"
    if role == "tool" and before in ("", "user"):
        return "a tool answers, and nobody called it"
    if role == "user" and before == "tool":
        return "the user speaks before the assistant has used the tool's answer"
    return None


def _greeting_first(value: Any, context: Context) -> Iterator[Hit]:
    for index, role in enumerate(_roles(value, context)):
        if role == "assistant":
            yield Hit("the assistant speaks before any user", ("messages", index, "role"))
        if role not in PROMPT_ROLES:
            return


def _trailing_user(value: Any, context: Context) -> Iterator[Hit]:
    roles = _roles(value, context)
    if _spoken(value, context) >= 2 and roles[-1] in ("user", "tool"):
        yield Hit(f"the last message ({roles[-1]}) gets no reply", ("messages", len(roles) - 1))


_ID = "0193c7aa-0000-7000-8000-000000000001"
_SYSTEM = {"role": "system", "content": "You keep the lighthouse at Harrow Point."}
_USER = {"role": "user", "content": "Who goes there?"}
_REPLY = {"role": "assistant", "content": "Only the keeper, and the gulls."}
_MORE = {"role": "user", "content": "Then open the door."}


def _entry(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"id": _ID, "messages": list(messages)}


_GOOD = _entry(_SYSTEM, _USER, _REPLY)

RULES = (
    Rule(
        "T201",
        "missing-system-prompt",
        "warning",
        "An entry does not begin with a system prompt.",
        "Some chat templates put in a default prompt of their own, so the model learns a persona that "
        "nobody wrote. RoleThread Lite refuses such an entry.",
        _missing_system_prompt,
        "write a system prompt as the first message",
        _entry(_USER, _REPLY),
        _GOOD,
        unless=is_in_turn,
    ),
    Rule(
        "T203",
        "several-system-prompts",
        "warning",
        "More than one message has the role system.",
        "Templates differ: one keeps the first, one joins them, one raises an error. What the model sees "
        "is then not what was written.",
        _several_system_prompts,
        "join the prompts into the first message",
        _entry(_SYSTEM, _USER, {"role": "system", "content": "It is night now."}, _REPLY),
        _GOOD,
        unless=is_in_turn,
    ),
    Rule(
        "T204",
        "too-few-messages",
        "warning",
        "An entry has no exchange.",
        "Without a user message and a reply there is nothing to answer or nothing learned. Trainers drop "
        "such entries, most of them silently.",
        _too_few_messages,
        "write what is missing, or remove the entry",
        _entry(_SYSTEM, _USER),
        _GOOD,
        unless=is_in_turn,
    ),
    Rule(
        "T205",
        "incomplete-exchange",
        "warning",
        "A user message gets no reply before the next one.",
        "Trainers that expect user and assistant in turn refuse the entry or merge the two messages. In a "
        "profile with fixed positions, a number of messages that leaves half an exchange counts here.",
        _incomplete_exchange,
        "join the two messages, or write the reply between them",
        _entry(_SYSTEM, _USER, _MORE, _REPLY),
        _entry(_SYSTEM, _USER, _REPLY, _MORE, _REPLY),
        unless=is_in_turn,
    ),
    Rule(
        "T206",
        "role-order",
        "warning",
        "A message stands where no chat template expects its role.",
        "Two replies in a row, a tool's answer that nobody asked for or a late system prompt make templates "
        "raise an error, or put the text under the wrong header. A tool call, its answer and the reply are "
        "in order. In a profile with fixed positions only system, user, assistant, user, … will do.",
        _role_order,
        "move, join or remove the message",
        _entry(_SYSTEM, _USER, _REPLY, _REPLY),
        _entry(
            _SYSTEM,
            _USER,
            {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function"}]},
            {"role": "tool", "tool_call_id": "c1", "content": "fog, wind from the north"},
            _REPLY,
        ),
        unless=is_in_turn,
    ),
    Rule(
        "T207",
        "greeting-first",
        "info",
        "The assistant speaks before any user.",
        "A greeting is how a character chat begins. Trainers that want a user first drop it or refuse the "
        "entry, so it has to be folded into the prompt for them at export.",
        _greeting_first,
        "nothing, unless a trainer you use wants the user first",
        _entry(_SYSTEM, _REPLY, _USER, _REPLY),
        _GOOD,
        unless=is_in_turn,
    ),
    Rule(
        "T211",
        "trailing-user",
        "warning",
        "The last message gets no reply.",
        "Only replies are learned, so a last message by the user, or a tool's answer nobody reads, is paid "
        "for and teaches nothing; strict trainers refuse the entry.",
        _trailing_user,
        "write the reply, or remove the message",
        _entry(_SYSTEM, _USER, _REPLY, _MORE),
        _GOOD,
        unless=is_in_turn,
    ),
)
