"""Kinds of files, each with a sample: what holds records besides JSON, and character cards. `SAMPLES` of the
formats tell the shapes of records."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileSample:
    """A kind of file: the `ending` of its name, what it is, and a sample of at most five lines. With
    `rows` that shows the rows of a binary file as JSON; `card` says that it is a character card."""

    ending: str
    title: str
    sample: str
    rows: bool = False
    card: bool = False


FILE_SAMPLES = (
    FileSample(
        "csv",
        "A table with an exchange a row",
        'prompt,response\nWho goes there?,A friend.\nCold?,"Always, here."',
    ),
    FileSample(
        "tsv",
        "A table with a message a row",
        "conversation_id\trole\tcontent\nc1\tuser\tWho goes there?\nc1\tassistant\tA friend.",
    ),
    FileSample(
        "yaml",
        "YAML (`talekeep[yaml]`)",
        "messages:\n- role: user\n  content: Who goes there?\n- role: assistant\n  content: A friend.",
    ),
    FileSample("txt", "A transcript", "Wren: Who goes there?\n\nMara: A friend."),
    FileSample(
        "parquet",
        "Parquet (`talekeep[parquet]`), its rows as JSON",
        '{"messages":[{"role":"user","content":"Who goes?"},{"role":"assistant","content":"A friend."}]}\n'
        '{"messages":[{"role":"user","content":"Cold?"},{"role":"assistant","content":"Always."}]}',
        rows=True,
    ),
    FileSample(
        "json",
        "A character card of the first generation",
        '{"name":"Mara","description":"{{char}} keeps the light.","personality":"wry","scenario":"Storm.",\n'
        '"first_mes":"You came.","mes_example":"<START>\\n{{user}}: Cold?\\n{{char}}: Always."}',
        card=True,
    ),
    FileSample(
        "json",
        "A character card, v2 and v3; in PNG, APNG and CHARX too",
        '{"spec":"chara_card_v2","spec_version":"2.0","data":{"name":"Mara",\n'
        '"description":"{{char}} keeps the light.","first_mes":"You came.","alternate_greetings":["Late."],\n'
        '"character_book":{"entries":[{"keys":["light"],"content":"Built in 1881."}]}}}',
        card=True,
    ),
    FileSample(
        "json",
        "A character card of Pygmalion",
        '{"char_name":"Mara","char_persona":"keeps the light","char_greeting":"You came.",\n'
        '"example_dialogue":"You: Cold?\\nMara: Always.","world_scenario":"A storm."}',
        card=True,
    ),
    FileSample(
        "yaml",
        "A character card of text-generation-webui (`talekeep[yaml]`)",
        "name: Mara\ngreeting: You came.\ncontext: |-\n  Mara keeps the light.",
        card=True,
    ),
)
