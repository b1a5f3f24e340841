"""Ask OpenAI's rules: FineTuneChatRequestInput (OpenAPI description 2.3.0) and the checks of its notebook.

There is no program of theirs to run; the rules are written here a second time, from the description, by key.
"""

import json
import re

from oracle_base import answer
from oracle_base import rows_in

ROLES = {
    "system": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {"role", "content", "name", "refusal", "audio", "tool_calls", "function_call", "weight"},
    "tool": {"role", "content", "tool_call_id", "name"},
    "function": {"role", "content", "name"},
}
ROW = {"messages", "tools", "parallel_tool_calls", "functions"}

if __name__ == "__main__":
    import types
    from pathlib import Path
    from typing import Any

    from jsonschema import Draft7Validator

    def check(row: dict[str, Any]) -> None:
        refuse(set(row) - ROW, "unknown keys")
        refuse(not any(message["role"] == "assistant" for message in row["messages"]), "no assistant message")
        check_tools(row.get("tools", []), row["messages"])
        waiting: set[str] = set()
        for message in row["messages"]:
            role = message["role"]
            refuse(role not in ROLES, f"role {role}")
            refuse(set(message) - ROLES[role], f"keys {sorted(set(message) - ROLES[role])}")
            refuse(message.get("weight", 1) not in (0, 1), "weight")
            content, calls = message.get("content"), message.get("tool_calls") or []
            refuse(content is not None and not isinstance(content, str | list), "content")
            refuse(not content and not calls and role == "assistant", "no content")
            refuse(content is None and role != "assistant", "no content")
            if role == "tool":
                refuse(message.get("tool_call_id") not in waiting, "a result without its call")
                waiting -= {message["tool_call_id"]}
            else:
                refuse(waiting, "a call without its result")
            for call in calls:
                refuse(call.get("type") != "function" or not isinstance(call.get("id"), str), "call")
                refuse(not isinstance(call["function"]["arguments"], str), "arguments")
            waiting |= {call["id"] for call in calls}

    def check_tools(tools: Any, messages: list[dict[str, Any]]) -> None:
        """FunctionObject: a name of 64 letters, digits, _ and - at most; parameters a JSON Schema."""
        refuse(not isinstance(tools, list), "tools")
        for tool in tools:
            refuse(not isinstance(tool, dict) or tool.get("type") != "function", "tool")
            function = tool.get("function")
            refuse(not isinstance(function, dict), "function")
            refuse(not isinstance(function.get("description") or "", str), "description")
            Draft7Validator.check_schema(function.get("parameters") or {})
        names = [tool["function"].get("name") for tool in tools]
        calls = [call for message in messages for call in message.get("tool_calls") or []]
        names += [call["function"]["name"] for call in calls]
        refuse(not all(isinstance(n, str) and re.fullmatch("[a-zA-Z0-9_-]{1,64}", n) for n in names), "name")

    def refuse(fault: object, reason: str) -> None:
        if fault:
            raise ValueError(reason)

    def turn(message: dict[str, Any]) -> dict[str, Any]:
        content = message.get("content")
        text = (
            content
            if isinstance(content, str)
            else "".join(part.get("text", json.dumps(part)) for part in content or [])
        )
        for call in message.get("tool_calls") or []:
            text += f"{call['function']['name']} {call['function']['arguments']}"
        # A name is a key that the models are given.
        text += message.get("name", "") if message["role"] != "tool" else ""
        is_trained = message["role"] == "assistant" and message.get("weight", 1) == 1
        return {"role": message["role"], "text": text, "trained": text if is_trained else ""}

    def uploaded(snippet: Path) -> Path:
        """The file that the snippet uploads, by a client that keeps it."""
        import os
        import sys

        files: list[Any] = []
        files_face = types.SimpleNamespace(
            create=lambda **given: files.append(given) or types.SimpleNamespace(id="file-1")
        )
        jobs = types.SimpleNamespace(create=lambda **given: None)
        client = types.SimpleNamespace(files=files_face, fine_tuning=types.SimpleNamespace(jobs=jobs))
        sys.modules["openai"] = types.ModuleType("openai")
        sys.modules["openai"].OpenAI = lambda: client
        os.chdir(snippet.parent)
        exec(compile(snippet.read_text("utf-8"), str(snippet), "exec"), {})
        [given] = files
        refuse(given["purpose"] != "fine-tune", "purpose")
        return Path(given["file"].name).absolute()

    def ask(file: Path, snippet: Path | None) -> list[Any]:
        rows = rows_in(file if snippet is None else uploaded(snippet))
        for row in rows:
            check(row)
        tools = [{"role": "system", "text": str(row.get("tools") or ""), "trained": ""} for row in rows]
        return [[first, *map(turn, row["messages"])] for first, row in zip(tools, rows, strict=True)]

    answer(ask)
