"""S100–S109 and S120: the shape of an entry and of its messages."""

from collections.abc import Iterator
from typing import Any

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import ROLES
from talekeep.core.entry import has_plain_roles
from talekeep.core.entry import messages_in
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import asked_once
from talekeep.rules.base import framed
from talekeep.rules.base import is_well_formed
from talekeep.rules.base import shown
from talekeep.rules.base import turns
from talekeep.rules.roles import canonical
from talekeep.rules.roles import expected

# The top-level keys RoleThread Lite knows.
_KNOWN_STRICT = frozenset({"id", "messages", "conversations", "tags", "metadata", "source", "_rolethread"})
_KNOWN = _KNOWN_STRICT | {"tools", CONFLICT_KEY}


def _missing_messages(value: Any, context: Context) -> Iterator[Hit]:
    if isinstance(value, dict) and "messages" not in value:
        yield Hit("the entry has no messages", ("messages",))


def _messages_not_list(value: Any, context: Context) -> Iterator[Hit]:
    if isinstance(value, dict) and not isinstance(value.get("messages", []), list):
        yield Hit(f"messages is {shown(value['messages'])}, not a list", ("messages",))


def _no_messages(value: Any, context: Context) -> Iterator[Hit]:
    if isinstance(value, dict) and value.get("messages") == []:
        yield Hit("the list of messages is empty", ("messages",))


def _message_not_object(value: Any, context: Context) -> Iterator[Hit]:
    for index, message in enumerate(framed(value, context)):
        if not isinstance(message, dict):
            yield Hit(f"the message is {shown(message)}, not an object", ("messages", index))
            if context.strict and index == 0:
                return


@asked_once
def _odd_roles(value: Any, context: Context) -> list[tuple[int, dict[str, Any], Any]]:
    """Index, message and role of every message whose role is not spelled as one."""
    if has_plain_roles(messages_in(value)):
        return []
    roles = ((index, message, message.get("role")) for index, message in turns(value, context))
    return [(index, message, role) for index, message, role in roles if role not in ROLES]


def _missing_role(value: Any, context: Context) -> Iterator[Hit]:
    for index, message, role in _odd_roles(value, context):
        if not isinstance(role, str):
            problem = f"its role is {shown(role)}" if "role" in message else "the message has no role"
            yield Hit(problem, ("messages", index, "role"))
        elif not role.strip():
            yield Hit("the role is blank", ("messages", index, "role"))


def _unknown_role(value: Any, context: Context) -> Iterator[Hit]:
    for index, _, role in _odd_roles(value, context):
        if canonical(role) is None and isinstance(role, str) and role.strip():
            yield Hit(f"{shown(role)} is not a role", ("messages", index, "role"))


def _role_spelling(value: Any, context: Context) -> Iterator[Hit]:
    for index, _, role in _odd_roles(value, context):
        meant = canonical(role)
        if meant is None or (context.strict and meant != expected(index)):
            continue
        yield Hit(f"{shown(role)} means {meant}, and no trainer knows that", ("messages", index, "role"))


def _spell_roles(value: Any, context: Context) -> Any:
    meant = {
        hit.path[1]: canonical(value["messages"][hit.path[1]]["role"])
        for hit in _role_spelling(value, context)
    }
    if not meant:
        return value
    messages = [{**m, "role": meant[n]} if n in meant else m for n, m in enumerate(value["messages"])]
    return {**value, "messages": messages}


def _unknown_key(value: Any, context: Context) -> Iterator[Hit]:
    if not isinstance(value, dict):
        return
    known = _KNOWN_STRICT if context.strict else _KNOWN
    for key in sorted(value.keys() - known - context.known_keys):
        yield Hit(f"no tool here reads the key {shown(key)}; it is kept as it is", (key,))


_ID = "0193c7aa-0000-7000-8000-000000000001"
_SYSTEM = {"role": "system", "content": "You keep the lighthouse at Harrow Point."}
_USER = {"role": "user", "content": "Who goes there?"}
_REPLY = {"role": "assistant", "content": "Only the keeper, and the gulls."}
_GOOD = {"id": _ID, "messages": [_SYSTEM, _USER, _REPLY]}

RULES = (
    Rule(
        "S101",
        "missing-messages",
        "error",
        "An entry has no messages key.",
        "There is nothing to train on and nothing to show. Records in another format (instruction and "
        "output, or conversations) have to come in through talekeep import, which converts them.",
        _missing_messages,
        "write what is missing, or remove the entry",
        {"id": _ID, "instruction": "Greet the visitor."},
        _GOOD,
        unless=is_well_formed,
    ),
    Rule(
        "S102",
        "messages-not-list",
        "error",
        "The messages of an entry are not a list.",
        "Every trainer walks messages in order; a text or an object in its place is a crash or an empty "
        "sample.",
        _messages_not_list,
        "write messages as a list, one object a message",
        {"id": _ID, "messages": "Who goes there?"},
        _GOOD,
        unless=is_well_formed,
    ),
    Rule(
        "S103",
        "no-messages",
        "error",
        "The list of messages is empty.",
        "The entry counts in every total and teaches nothing; several trainers stop at an empty "
        "conversation.",
        _no_messages,
        "write its messages, or remove the entry",
        {"id": _ID, "messages": []},
        _GOOD,
        unless=is_well_formed,
    ),
    Rule(
        "S104",
        "message-not-object",
        "error",
        "A message is not an object.",
        "A bare text says neither who speaks nor in which role, so no chat template can place it.",
        _message_not_object,
        'write the message as {"role": …, "content": …}',
        {"id": _ID, "messages": [_SYSTEM, "Who goes there?", _REPLY]},
        _GOOD,
        unless=is_well_formed,
    ),
    Rule(
        "S105",
        "missing-role",
        "error",
        "A message has no role.",
        "The role decides what is learned and what is only read. A chat template fails on a message that "
        "has none.",
        _missing_role,
        "give the message a role",
        {"id": _ID, "messages": [_SYSTEM, {"content": "Who goes there?"}, _REPLY]},
        _GOOD,
        unless=is_well_formed,
    ),
    Rule(
        "S106",
        "unknown-role",
        "error",
        "A role is none of system, user, assistant, tool and developer.",
        "A chat template drops such a message or refuses the entry. Most often the role holds a character's "
        "name; the name belongs in the message's name, beside the role the character plays.",
        _unknown_role,
        "set the role to one of system, user, assistant, tool, developer and the speaker as its name",
        {"id": _ID, "messages": [_SYSTEM, _USER, {**_REPLY, "role": "Mara"}]},
        {"id": _ID, "messages": [_SYSTEM, _USER, {**_REPLY, "name": "mara"}]},
        unless=is_well_formed,
    ),
    Rule(
        "S107",
        "role-spelling",
        "error",
        "A role is spelled in a way no trainer knows.",
        "People read Human, gpt, uesr or USER as the role that was meant. Trainers compare letter by "
        "letter: they drop the message, or refuse the file.",
        _role_spelling,
        "spell the role as the message names it",
        {"id": _ID, "messages": [_SYSTEM, {**_USER, "role": "Human"}, {**_REPLY, "role": "gpt"}]},
        _GOOD,
        mend=_spell_roles,
        unless=is_well_formed,
    ),
    Rule(
        "S120",
        "unknown-key",
        "info",
        "An entry has a key that no tool here reads.",
        "The key is kept through every operation. Loaders that infer one schema for a whole file can stumble "
        "when only some entries have it, and a misspelled key looks just the same.",
        _unknown_key,
        "nothing where the key is meant, else correct its spelling",
        {**_GOOD, "tagz": ["slow_burn"]},
        {**_GOOD, "tags": ["slow_burn"]},
    ),
)
