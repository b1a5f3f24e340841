"""Ask mistral-common: its validator and normaliser in fine-tuning mode, and the tokenizer in its wheel."""

import itertools
import json

from oracle_base import answer
from oracle_base import prepare
from oracle_base import rows_in

if __name__ == "__main__":
    prepare()
    from pathlib import Path
    from typing import Any

    import mistral_common
    import yaml
    from mistral_common.protocol.instruct.messages import AssistantMessage
    from mistral_common.protocol.instruct.messages import FinetuningAssistantMessage
    from mistral_common.protocol.instruct.request import ChatCompletionRequest
    from mistral_common.protocol.instruct.validator import ValidationMode
    from mistral_common.tokens.tokenizers.mistral import MistralTokenizer

    model = Path(mistral_common.__file__).parent / "data" / "tekken_240911.json"
    tokenizer = MistralTokenizer.from_file(str(model), mode=ValidationMode.finetuning)

    def turn(message: Any, is_trained: bool) -> dict[str, Any]:
        content = message.content
        text = (
            content
            if isinstance(content, str)
            else "".join(getattr(part, "text", "") for part in content or [])
        )
        for call in getattr(message, "tool_calls", None) or []:
            text += f'{{"name": "{call.function.name}", "arguments": {call.function.arguments}}}'
        role = str(getattr(message.role, "value", message.role))
        return {"role": role, "text": text, "trained": text if is_trained else ""}

    def with_weights(request: Any, given: list[dict[str, Any]]) -> Any:
        """mistral-finetune reads the weights of replies into messages of a class of their own."""
        for number, (message, row) in enumerate(zip(request.messages, given, strict=True)):
            if isinstance(message, AssistantMessage):
                request.messages[number] = FinetuningAssistantMessage(
                    **message.model_dump(exclude={"role"}), weight=row.get("weight")
                )
        return request

    def weights_of(messages: list[Any]) -> list[Any]:
        """The weight of each reply of the normaliser, which joins replies of one weight and loses it."""
        groups = itertools.groupby(messages, lambda each: (each.role, getattr(each, "weight", None)))
        return [weight for (role, weight), _ in groups if role == "assistant"]

    def ask(file: Path, snippet: Path | None) -> list[Any]:
        rows = []
        if snippet is not None:
            config = yaml.safe_load(snippet.read_text("utf-8"))
            file = snippet.parent / config["data"]["instruct_data"]
        for row in rows_in(file):
            request = ChatCompletionRequest.from_openai(row["messages"], tools=row.get("tools"))
            tokenizer.encode_chat_completion(request)
            request = with_weights(request, row["messages"])
            validated = tokenizer._chat_completion_request_validator.validate_request(request)
            normalized = tokenizer._instruct_request_normalizer.from_chat_completion_request(validated)
            # As mistral-finetune masks: a weight of 0, and beside tools all but the last message.
            weights = iter(weights_of(request.messages))
            trained = [m.role == "assistant" and next(weights) != 0 for m in normalized.messages]
            if row.get("tools"):
                trained = [each and n == len(trained) - 1 for n, each in enumerate(trained)]
            turns = list(map(turn, normalized.messages, trained))
            if row.get("tools"):
                turns.insert(0, {"role": "system", "text": json.dumps(row["tools"]), "trained": ""})
            if normalized.system_prompt:
                turns.insert(0, {"role": "system", "text": normalized.system_prompt, "trained": ""})
            rows.append(turns)
        return rows

    answer(ask)
