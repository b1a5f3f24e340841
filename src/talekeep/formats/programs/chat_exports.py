"""Account exports of chat programs: trees of messages under ids."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Reading
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import Other
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.blocks import messages_of
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import without
from talekeep.formats.conversation.tree import Node
from talekeep.formats.conversation.tree import branches
from talekeep.formats.conversation.tree import with_children


class ChatGPT:
    """ChatGPT's export: `mapping` from node to message, and `current_node`."""

    NAME = "chatgpt"
    READ_ONLY = "an account export, a tree of nodes that no program takes in"
    TITLE = "ChatGPT account exports (conversations.json)"
    KEYS = frozenset({"mapping"})
    SAMPLE = """\
[{"title":"Light","mapping":{"r":{"id":"r","message":null,"parent":null,"children":["a"]},
"a":{"id":"a","message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["Who?"]}},
"parent":"r","children":["b"]},"b":{"id":"b","message":{"author":{"role":"assistant"},
"content":{"content_type":"text","parts":["Mara does."]}},"parent":"a","children":[]}},
"current_node":"b"}]"""

    def claims(self, record: dict[str, Any]) -> bool:
        mapping = record.get("mapping")
        return isinstance(mapping, dict) and any(_is_node(node) for node in mapping.values())

    def read(self, record: dict[str, Any]) -> Reading:
        require(self.claims(record), self.TITLE)
        nodes = {
            name: Node(
                _text(node.get("parent")), _chatgpt_message(node.get("message")), _names(node.get("children"))
            )
            for name, node in _objects(record["mapping"])
        }
        leaf = record.get("current_node")
        if not isinstance(leaf, str) or leaf not in nodes:
            leaf = next(name for name in reversed(nodes))
        messages, others = branches(nodes, leaf)
        rest = without(record, ["mapping", "current_node"])
        reading = assemble(_with_id(rest, "conversation_id"), messages, others)
        held = (node.get("message") for _, node in _objects(record["mapping"]))
        hidden = sum(_is_hidden(message) for message in held)
        hidden_notes = {"notes for the model that ChatGPT does not show left out": hidden} if hidden else {}
        return replace(reading, mended={**reading.mended, **hidden_notes})


def _objects(nodes: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The nodes of a tree by their ids.

    Raises:
        BadRecord: one is no object.
    """
    odd = next((name for name, node in nodes.items() if not isinstance(node, dict)), None)
    if odd is not None:
        raise BadRecord(f"its message {odd} is not an object")
    return list(nodes.items())


def _is_node(node: Any) -> bool:
    return isinstance(node, dict) and "parent" in node and "message" in node


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _names(value: Any) -> tuple[str, ...]:
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()


def _with_id(rest: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The record with the id it has under another key."""
    key = next((key for key in keys if isinstance(rest.get(key), str)), None)
    return rest if key is None or "id" in rest else {"id": rest[key], **without(rest, [key])}


# What the program shows or does and nobody said.
_HIDDEN = {"user_editable_context", "model_editable_context"}


def _is_hidden(message: Any) -> bool:
    """True for a message that has a text, which nobody wrote in this chat."""
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, dict) or _chatgpt_message(message) is not None:
        return False
    texts = [content.get(key) for key in ("user_profile", "user_instructions", "model_set_context")]
    return any(isinstance(text, str) and text for text in (*texts, _chatgpt_text(content)))


def _chatgpt_message(message: Any) -> Message | None:
    if not isinstance(message, dict):
        return None
    role, content = first(message, "author.role")[1], message.get("content")
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    if not isinstance(role, str) and isinstance(content, dict) and _chatgpt_text(content):
        raise BadRecord("a message with a text and without a role")
    if (
        not isinstance(role, str)
        or not isinstance(content, dict)
        or content.get("content_type") in tuple(_HIDDEN)
    ):
        return None
    texts = _chatgpt_text(content)
    if texts in ("", None) or (message.get("weight") == 0 and role == "system"):
        return None
    made: Message = {"role": role, "content": texts}
    if content.get("content_type") == "thoughts":
        made = {"role": role, "content": "", "reasoning_content": texts}
    name, model = first(message, "author.name")[1], first(message, "metadata.model_slug")[1]
    made |= {"name": name} if isinstance(name, str) and role == "tool" else {}
    return made | ({"model": model} if isinstance(model, str) else {})


def _chatgpt_text(content: dict[str, Any]) -> Any:
    """The text of a message; its parts where some are no text."""
    parts = content.get("parts")
    if isinstance(parts, list):
        if all(isinstance(part, str) for part in parts):
            return "\n".join(parts)
        return [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]
    thoughts = content.get("thoughts")
    if isinstance(thoughts, list):
        texts = [t.get("content") for t in thoughts if isinstance(t, dict)]
        return "\n".join(text for text in texts if isinstance(text, str))
    held = (content.get(key) for key in ("text", "result", "content"))
    return next((text for text in held if isinstance(text, str)), None)


class OpenWebUI:
    """Open WebUI: `chat.history.messages` by id, and `currentId`; or the list of the current branch. Feedback
    has the chat that it was given for, as it was then."""

    NAME = "open-webui"
    READ_ONLY = "a tree of messages with ids and times of its program"
    TITLE = "Open WebUI chats"
    KEYS = frozenset({"chat", "snapshot"})
    SAMPLE = """\
[{"id":"c1","title":"Light","chat":{"history":{"currentId":"b","messages":{
"a":{"id":"a","parentId":null,"childrenIds":["b"],"role":"user","content":"Who keeps the light?"},
"b":{"id":"b","parentId":"a","childrenIds":[],"role":"assistant","content":"Mara does.","model":"m"}}}}}]"""

    def claims(self, record: dict[str, Any]) -> bool:
        rated = first(record, "snapshot.chat")[1]
        if isinstance(rated, dict) and "chat" not in record:
            return self.claims(rated)
        tree, listed = (first(record, path)[1] for path in ("chat.history.messages", "chat.messages"))
        return (isinstance(tree, dict) and any(isinstance(node, dict) for node in tree.values())) or (
            isinstance(listed, list) and bool(listed)
        )

    def read(self, record: dict[str, Any]) -> Reading:
        require(self.claims(record), self.TITLE)
        if "chat" not in record:
            return self._feedback(record)
        nodes = first(record, "chat.history.messages")[1]
        rest = without(record, ["chat.history", "chat.messages"])
        if not isinstance(nodes, dict) or not any(isinstance(node, dict) for node in nodes.values()):
            listed = first(record, "chat.messages")[1]
            if not all(isinstance(one, dict) for one in listed):
                raise BadRecord("a message that is no object")
            messages, others = [_web_message(one) for one in listed], list[Other]()
        else:
            tree = {
                name: Node(_text(node.get("parentId")), _web_message(node), _names(node.get("childrenIds")))
                for name, node in _objects(nodes)
            }
            leaf = first(record, "chat.history.currentId")[1]
            messages, others = branches(
                tree, leaf if isinstance(leaf, str) and leaf in tree else next(reversed(tree))
            )
        return assemble(rest, messages, others)

    def _feedback(self, record: dict[str, Any]) -> Reading:
        """The chat of a feedback, up to the message that it is about where that stands in it."""
        chat = record["snapshot"]["chat"]
        about, tree = first(record, "meta.message_id")[1], first(chat, "chat.history.messages")[1]
        if isinstance(about, str) and isinstance(tree, dict) and about in tree:
            history = {**chat["chat"]["history"], "currentId": about}
            chat = {**chat, "chat": {**chat["chat"], "history": history}}
        rest = without(record, ["snapshot"])
        beside = {key: value for key, value in chat.items() if key not in rest}
        return self.read({**beside, **rest})


def _web_message(node: Mapping[str, Any]) -> Message:
    given = {key: value for key, value in node.items() if key not in ("id", "parentId", "childrenIds")}
    if not isinstance(given.get("role"), str) or "content" not in given:
        raise BadRecord(f"a message without role or content (its keys: {', '.join(map(str, node))})")
    return given


class LibreChat:
    """LibreChat: `messages` with `parentMessageId`, or with `children` in each other."""

    NAME = "librechat"
    READ_ONLY = "a tree of messages with ids and times of its program"
    TITLE = "LibreChat chats"
    KEYS = frozenset({"messages", "messagesTree"})
    SAMPLE = """\
{"conversationId":"c1","title":"Light","messages":[
{"messageId":"a","parentMessageId":null,"sender":"User","isCreatedByUser":true,"text":"Who keeps it?"},
{"messageId":"b","parentMessageId":"a","sender":"m","isCreatedByUser":false,"text":"Mara does."}]}"""

    def claims(self, record: dict[str, Any]) -> bool:
        messages = record.get("messages", record.get("messagesTree"))
        first_one = messages[0] if isinstance(messages, list) and messages else None
        return isinstance(first_one, dict) and "isCreatedByUser" in first_one and "messageId" in first_one

    def read(self, record: dict[str, Any]) -> Reading:
        require(self.claims(record), self.TITLE)
        parents: dict[str, str | None] = {}
        messages: dict[str, Message | None] = {}
        key = "messages" if "messages" in record else "messagesTree"
        todo = list(record[key])
        # Grows while it is walked: messages may stand in each other.
        for node in todo:
            if not isinstance(node, dict) or not isinstance(node.get("messageId"), str):
                raise BadRecord("a message without a messageId")
            parents[node["messageId"]] = _text(node.get("parentMessageId"))
            messages[node["messageId"]] = _libre_message(node)
            children = node.get("children")
            todo += children if isinstance(children, list) else []
        texts, others = branches(with_children(parents, messages), next(reversed(parents)))
        return assemble(_with_id(without(record, [key]), "conversationId"), texts, others)


_LIBRE = ("messageId", "parentMessageId", "isCreatedByUser", "text", "children", "conversationId")


def _libre_message(node: Mapping[str, Any]) -> Message:
    content = node.get("content")
    rest = {key: value for key, value in node.items() if key not in (*_LIBRE, "content")}
    message: Message = {"role": "user" if node.get("isCreatedByUser") is True else "assistant"}
    text = node.get("text")
    if not text and isinstance(content, list):
        made = messages_of(message["role"], content, {})
        message |= {key: value for key, value in made[-1].items() if key != "role"} if made else {}
        text = message.get("content")
    if content is not None:
        rest["source_content"] = content
    return {**message, "content": text or "", **rest}


class OpenAssistant:
    """Open Assistant: a prompt with replies in each other, or lines with `parent_id`.

    The best ranked reply is the conversation's, the others are its alternatives.
    """

    NAME = "openassistant"
    READ_ONLY = "a tree that people graded; its best way is the conversation"
    TITLE = "Open Assistant trees and messages"
    KEYS = frozenset({"prompt", "tree_lines"})
    SAMPLE = """\
{"message_id":"m1","parent_id":null,"text":"Who keeps it?","role":"prompter","message_tree_id":"m1"}
{"message_id":"m2","parent_id":"m1","text":"Mara.","role":"assistant","message_tree_id":"m1","rank":0}
{"message_id":"m3","parent_id":"m1","text":"Osric.","role":"assistant","message_tree_id":"m1","rank":1}"""

    def claims(self, record: dict[str, Any]) -> bool:
        if isinstance(record.get("tree_lines"), list):
            return True
        prompt = record.get("prompt")
        return isinstance(prompt, dict) and "text" in prompt and isinstance(prompt.get("replies"), list)

    def read(self, record: dict[str, Any]) -> Reading:
        require(self.claims(record), self.TITLE)
        lines = record.get("tree_lines")
        told_lines = lines if isinstance(lines, list) else list(_flattened(record["prompt"]))
        if not all(isinstance(line, dict) and "message_id" in line for line in told_lines):
            raise BadRecord("a message without a message_id")
        listed = [line for line in told_lines if isinstance(line, dict)]
        parents = {str(line.get("message_id")): _text(line.get("parent_id")) for line in listed}
        ordered = sorted(listed, key=_rank, reverse=True)
        parents = {str(line["message_id"]): parents[str(line["message_id"])] for line in ordered}
        messages = {str(line["message_id"]): _oasst_message(line) for line in ordered}
        if not parents:
            raise BadRecord("it has no messages")
        nodes = with_children(parents, messages)
        root = next((name for name, node in nodes.items() if node.parent is None), None)
        if root is None:
            raise BadRecord("its messages follow each other in a circle")
        texts, others = branches(nodes, root)
        rest = without(record, ["prompt", "tree_lines"])
        return assemble(
            {"id": root, **rest} if lines is not None else _with_id(rest, "message_tree_id"), texts, others
        )


def _rank(line: dict[str, Any]) -> float:
    rank = line.get("rank")
    return rank if isinstance(rank, int | float) and not isinstance(rank, bool) else float("inf")


def _flattened(prompt: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages of a tree, each with the id of its parent."""
    result: list[dict[str, Any]] = []
    todo: list[tuple[dict[str, Any], str | None]] = [(prompt, None)]
    for node, parent in todo:
        name = node.get("message_id")
        line = {key: value for key, value in node.items() if key != "replies"}
        result.append(
            {**line, "message_id": name if isinstance(name, str) else f"m{len(result)}", "parent_id": parent}
        )
        todo += [(r, result[-1]["message_id"]) for r in _replies(node)]
    return result


def _replies(node: dict[str, Any]) -> list[dict[str, Any]]:
    replies = node.get("replies") or []
    if not isinstance(replies, list) or not all(isinstance(reply, dict) for reply in replies):
        raise BadRecord("replies that are no list of messages")
    return replies


_OASST = {"message_id", "parent_id", "text", "role", "message_tree_id"}


def _oasst_message(line: dict[str, Any]) -> Message:
    text, role = line.get("text"), line.get("role")
    if not isinstance(text, str) or not isinstance(role, str):
        raise BadRecord("a message without text or role")
    rest = {key: value for key, value in line.items() if key not in _OASST and value is not None}
    return {"role": "user" if role == "prompter" else role, "content": text, **rest}


class OpenAssistantLines:
    """Messages of Open Assistant, one a line; those of one tree stand together."""

    def is_line(self, value: dict[str, Any]) -> bool:
        return "message_tree_id" in value and "parent_id" in value and "text" in value

    def conversation(self, value: dict[str, Any]) -> Any:
        return value["message_tree_id"]

    def goes_on(self, opened: Any, conversation: Any) -> bool:
        return bool(opened == conversation)

    def joined(self, lines: list[dict[str, Any]]) -> Any:
        return {"tree_lines": lines}
