"""Conversations that branch: the path to one leaf is the conversation, every other leaf an alternative."""

from collections.abc import Mapping
from dataclasses import dataclass

from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.conversation.assemble import Other

# A tree whose branches repeat their beginnings more often than that is no chat anybody had.
_MOST_REPEATED = 64


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a tree; without a message it only holds others together. `children` in their order."""

    parent: str | None
    message: Message | None
    children: tuple[str, ...] = ()


def branches(nodes: Mapping[str, Node], leaf: str) -> tuple[list[Message], list[Other]]:
    """The messages on the way to a leaf, and the other branches, each from where it leaves that way.

    Raises:
        BadRecord: the way leads in a circle, or the branches are too many.
    """
    way = _way(nodes, _last(nodes, leaf))
    kept = set(way)
    others: list[Other] = []
    messages: list[Message] = []
    texts = 0
    for node in way:
        for child in nodes[node].children:
            if child in nodes and child not in kept:
                for branch in _leaves(nodes, child):
                    texts += len(branch)
                    if texts > _MOST_REPEATED * max(len(nodes), 64):
                        raise BadRecord("its branches are too many to keep")
                    place = len(messages) + (nodes[node].message is not None)
                    others.append(Other(place, branch, "branch"))
        if (message := nodes[node].message) is not None:
            messages.append(message)
    others += _apart(nodes, way, messages)
    return messages, [other for other in others if other.messages]


def _apart(nodes: Mapping[str, Node], way: list[str], messages: list[Message]) -> list[Other]:
    """Branches that no child leads to from the way: of another root, or with a parent that does not name
    them. A file that lost a message has such ones."""
    reached = set(_below(nodes, way[:1]))
    others: list[Other] = []
    for name in nodes:
        if name in reached:
            continue
        start = next(node for node in _way(nodes, name) if node not in reached)
        before = [m for n in _way(nodes, start)[:-1] if (m := nodes[n].message) is not None]
        for branch in _leaves(nodes, start):
            whole = [*before, *branch]
            pairs = enumerate(zip(whole, messages, strict=False))
            place = next((n for n, (a, b) in pairs if a is not b), min(len(whole), len(messages)))
            others.append(Other(place, whole[place:], "branch"))
        reached.update(_below(nodes, [start]))
    return others


def _below(nodes: Mapping[str, Node], start: list[str]) -> list[str]:
    """The nodes from these on, by their children."""
    result = list(start)
    visited = set(start)
    for node in result:
        below = [child for child in nodes[node].children if child in nodes and child not in visited]
        result += below
        visited.update(below)
    return result


def _last(nodes: Mapping[str, Node], node: str) -> str:
    """The leaf that is reached by always taking the newest child."""
    visited = {node}
    while (children := [c for c in nodes[node].children if c in nodes]) and children[-1] not in visited:
        node = children[-1]
        visited.add(node)
    return node


def _way(nodes: Mapping[str, Node], leaf: str) -> list[str]:
    """The nodes from the root to a leaf."""
    way: list[str] = []
    visited: set[str] = set()
    node: str | None = leaf
    while node is not None and node in nodes:
        if node in visited:
            raise BadRecord("its messages follow each other in a circle")
        visited.add(node)
        way.append(node)
        node = nodes[node].parent
    return way[::-1]


def _leaves(nodes: Mapping[str, Node], start: str) -> list[list[Message]]:
    """The messages from `start` to each leaf behind it, without recursion: chats are deep."""
    result: list[list[Message]] = []
    visited: set[str] = set()
    todo: list[tuple[str, list[Message]]] = [(start, [])]
    texts = 0
    while todo:
        node, before = todo.pop()
        if node in visited:
            raise BadRecord("its messages follow each other in a circle")
        visited.add(node)
        message = nodes[node].message
        path = before if message is None else [*before, message]
        children = [child for child in nodes[node].children if child in nodes]
        texts += len(path)
        if texts > _MOST_REPEATED * max(len(nodes), 1024):
            raise BadRecord("its branches are too many to keep")
        todo += [(child, path) for child in reversed(children)]
        if not children:
            result.append(path)
    return result


def with_children(
    parents: Mapping[str, str | None], messages: Mapping[str, Message | None]
) -> dict[str, Node]:
    """Nodes of which only the parents are told; children stand in the order of the mapping."""
    children: dict[str, list[str]] = {}
    for node, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(node)
    return {
        node: Node(parent if parent in parents else None, messages[node], tuple(children.get(node, ())))
        for node, parent in parents.items()
    }
