"""Published sets of dialogues that are no row of the table of shapes: MOSS, and what PersonaChat spreads over
lines."""

import re
from itertools import zip_longest
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Reading
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.identity import slugs_of
from talekeep.formats.conversation.paths import without
from talekeep.formats.shapes.messages_at import SIDES

# What a text of MOSS has around it: `<|Human|>: … <eoh>`.
_AROUND = re.compile(r"\A\s*(?:<\|[A-Za-z ]+\|>|\[[A-Za-z ]+\]):?\s*|\s*<eo[a-z]>\s*\Z")
_TURN = re.compile(r"turn_(\d{1,6})")
_NOTHING = ("", "None")


class Moss:
    """MOSS 003: `chat` has an object a turn, with what was said, thought, called and answered."""

    NAME = "moss"
    READ_ONLY = "texts with marks of one model around them"
    TITLE = "MOSS conversations with tools"
    KEYS = frozenset({"chat"})
    SAMPLE = """\
{"conversation_id":"1","meta_instruction":"MOSS is kind.","num_turns":1,"category":"Role Playing",
"chat":{"turn_1":{"Human":"<|Human|>: Who keeps the light?<eoh>\\n",
"Inner Thoughts":"<|Inner Thoughts|>: None<eot>\\n","Commands":"<|Commands|>: None<eoc>\\n",
"Tool Responses":"<|Results|>: None<eor>\\n","MOSS":"<|MOSS|>: Mara does.<eom>\\n"}}}"""

    def claims(self, record: dict[str, Any]) -> bool:
        chat = record.get("chat")
        return isinstance(chat, dict) and bool(chat) and all(map(_is_turn, chat.items()))

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record; `meta_instruction` is its system prompt, `category` a tag.

        Raises:
            BadRecord: a turn in which something is no text.
        """
        require(self.claims(record), self.TITLE)
        messages: list[Message] = []
        rest = without(record, ["chat"])
        system = rest.get("meta_instruction")
        if isinstance(system, str) and system.strip():
            messages.append({"role": "system", "content": system})
            del rest["meta_instruction"]
        for name, turn in sorted(record["chat"].items(), key=_number):
            messages += _messages(name, turn)
        if "tags" not in rest and (tags := slugs_of(rest.get("category"))):
            rest["tags"] = tags
        if isinstance(rest.get("conversation_id"), str | int) and "id" not in rest:
            rest["id"] = rest.pop("conversation_id")
        return assemble(rest, messages)


def _is_turn(item: tuple[str, Any]) -> bool:
    name, turn = item
    return _TURN.fullmatch(name) is not None and isinstance(turn, dict) and "Human" in turn


def _number(item: tuple[str, Any]) -> int:
    match = _TURN.fullmatch(item[0])
    return int(match[1]) if match else 0


def _messages(name: str, turn: dict[str, Any]) -> list[Message]:
    """One turn: the user, what MOSS thinks and calls, the tool's answer, the reply."""
    texts = {key: _bare(name, key, value) for key, value in turn.items()}
    messages: list[Message] = [{"role": "user", "content": texts.pop("Human")}]
    thought, command, answer = (
        texts.pop(key, "") for key in ("Inner Thoughts", "Commands", "Tool Responses")
    )
    reasoning = {} if thought in _NOTHING else {"reasoning_content": thought}
    if command not in _NOTHING:
        messages.append({"role": "assistant", "content": None, "tool_calls": _calls(command), **reasoning})
        reasoning = {}
    if answer not in _NOTHING:
        messages.append({"role": "tool", "content": answer})
    if "MOSS" in texts:
        messages.append({"role": "assistant", "content": texts.pop("MOSS"), **reasoning})
    messages[-1] |= {key: value for key, value in texts.items() if value not in _NOTHING}
    return messages


def _bare(name: str, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadRecord(f"{name}: its {key} is no text")
    return _AROUND.sub("", value)


def _calls(command: str) -> list[dict[str, Any]]:
    """`Search("light")` as a call of Search; what stands in the brackets is one text."""
    name, _, rest = command.partition("(")
    text = rest.strip().removesuffix(")")
    return [{"type": "function", "function": {"name": name.strip(), "arguments": text}}]


class BlendedSkillTalk:
    """Blended Skill Talk: the free speaker and the guided one take turns, behind two utterances that were
    there; or, as ParlAI has it, `dialog` with the number of the speaker before each text."""

    NAME = "blended-skill-talk"
    READ_ONLY = "a published set of dialogues"
    TITLE = "Blended Skill Talk"
    KEYS = frozenset({"free_messages", "dialog"})
    SAMPLE = """\
{"personas":["i ask .","i keep the light ."],"context":"wizard_of_wikipedia","previous_utterance":[
"Who keeps the light?","Mara does."],"free_messages":["And the storm?"],"guided_messages":["Still me."]}"""

    def claims(self, record: dict[str, Any]) -> bool:
        free, guided, dialog = (record.get(key) for key in ("free_messages", "guided_messages", "dialog"))
        if isinstance(free, list) and isinstance(guided, list):
            return True
        return isinstance(dialog, list) and bool(dialog) and all(map(_is_numbered, dialog))

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one conversation; the guided speaker, who has the second persona, is the assistant.

        Raises:
            BadRecord: an utterance that is no text, or numbers of more than two speakers.
        """
        require(self.claims(record), self.TITLE)
        if "free_messages" in record:
            taken = ["free_messages", "guided_messages"]
            turns = [*zip_longest(record["free_messages"], record["guided_messages"])]
            texts = [text for pair in turns for text in pair if text is not None]
            before = record.get("previous_utterance")
            if isinstance(before, list):
                texts, taken = [*before, *texts], [*taken, "previous_utterance"]
            spoken = [(SIDES[number % 2], text) for number, text in enumerate(texts)]
        else:
            taken = ["dialog"]
            spoken = [(SIDES[number], text) for number, text in record["dialog"]]
        if not all(isinstance(text, str) for _, text in spoken):
            raise BadRecord("an utterance that is no text")
        persona = record.get("personas")
        own = persona[1] if isinstance(persona, list) and len(persona) == len(SIDES) else None
        lines: list[Any] = own if isinstance(own, list) else [own]
        messages: list[Message] = [{"role": role, "content": text} for role, text in spoken]
        if all(isinstance(line, str) and line.strip() for line in lines):
            messages = [{"role": "system", "content": "\n".join(map(str, lines))}, *messages]
        return assemble(without(record, taken), messages)


def _is_numbered(turn: Any) -> bool:
    """True for the number of a speaker and a text."""
    return isinstance(turn, list) and len(turn) == 2 and type(turn[0]) is int and turn[0] in (0, 1)


class PersonaLines:
    """PersonaChat a reply a line, each with the whole history before it: together one conversation."""

    def is_line(self, value: dict[str, Any]) -> bool:
        return {"history", "candidates", "conv_id", "utterance_idx"} <= value.keys()

    def conversation(self, value: dict[str, Any]) -> Any:
        return value["conv_id"]

    def goes_on(self, opened: Any, conversation: Any) -> bool:
        return bool(opened == conversation)

    def joined(self, lines: list[dict[str, Any]]) -> Any:
        keys = ("history", "candidates")
        first = {key: value for key, value in lines[0].items() if key not in (*keys, "utterance_idx")}
        return {**first, "utterances": [{key: line[key] for key in keys} for line in lines]}
