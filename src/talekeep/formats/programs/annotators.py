"""Tasks of annotation programs whose replies are choices or labels: Prodigy, doccano."""

from typing import Any

from talekeep.formats.base import Reading
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import Other
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import without
from talekeep.formats.conversation.ratings import is_sentence


class ProdigyChoice:
    """Prodigy's choice: a text, options, and which were accepted."""

    NAME = "prodigy-choice"
    READ_ONLY = "tasks of an annotation program, with hashes of their own"
    TITLE = "Prodigy tasks with options"
    KEYS = frozenset({"options"})
    SAMPLE = """\
{"text":"Who keeps the light?","options":[{"id":0,"text":"Mara does."},{"id":1,"text":"No one."}],
"accept":[0],"answer":"accept","_input_hash":1,"_task_hash":2}"""

    def claims(self, record: dict[str, Any]) -> bool:
        options = record.get("options")
        texts = (
            isinstance(options, list) and bool(options) and all(_option(one) is not None for one in options)
        )
        return texts and isinstance(record.get("text", record.get("prompt")), str) and "answer" in record

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one task; the first option counts where none was accepted.

        Raises:
            BadRecord: see `claims`.
        """
        require(self.claims(record), self.TITLE)
        key, text = first(record, "text|prompt")
        accepted = record.get("accept")
        accepted = accepted if isinstance(accepted, list) else [accepted]
        taken = [one for one in record["options"] if one.get("id") in accepted]
        chosen = taken[0] if taken else record["options"][0]
        messages = [{"role": "user", "content": text}, {"role": "assistant", "content": _option(chosen)}]
        others = [
            Other(1, [{"role": "assistant", "content": _option(one)}], "rejected" if taken else "candidate")
            for one in record["options"]
            if one is not chosen
        ]
        return assemble(without(record, [key, "options"]), messages, others)


def _option(option: Any) -> str | None:
    text = option.get("text") if isinstance(option, dict) else None
    return text if isinstance(text, str) and text else None


class Doccano:
    """doccano's sequence to sequence: a text, and as labels the texts that people wrote for it.

    Labels of classes are no replies: those of a text without speakers make no conversation.
    """

    NAME = "doccano"
    READ_ONLY = "texts with labels of an annotation program"
    TITLE = "doccano texts with written labels"
    KEYS = frozenset({"text", "data"})
    SAMPLE = (
        '{"id":1,"text":"Who keeps the light?","label":["Mara does.","It is Mara who does."],"Comments":[]}'
    )

    def claims(self, record: dict[str, Any]) -> bool:
        labels = first(record, "label|labels")[1]
        return (
            isinstance(first(record, "text|data")[1], str)
            and isinstance(labels, list)
            and bool(labels)
            and all(isinstance(label, str) and is_sentence(label) for label in labels)
        )

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record; labels behind the first one are other replies.

        Raises:
            BadRecord: see `claims`.
        """
        require(self.claims(record), self.TITLE)
        key, text = first(record, "text|data")
        label_key, labels = first(record, "label|labels")
        messages = [{"role": "user", "content": text}, {"role": "assistant", "content": labels[0]}]
        others = [Other(1, [{"role": "assistant", "content": label}], "candidate") for label in labels[1:]]
        return assemble(without(record, [key, label_key]), messages, others)
