"""The faults that merges had in other languages and at other lengths, from the side of those who met them.

Two branches stand for two machines. Each text is a keeper's chat, made for this; rows D1, D2, D2b and D5.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

CHATS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("keeper_chats.json").read_text(encoding="utf-8")
)
UNSPACED = ("zh", "ja", "th", "lo", "km", "my")
ROLES = ("user", "assistant")
Change = Callable[[dict[str, Any]], dict[str, Any] | list[dict[str, Any]]]


def texts_of(texts: Any) -> list[dict[str, Any]]:
    return [{"role": ROLES[n % 2], "content": text} for n, text in enumerate(texts)]


class Machine:
    """A dataset of one entry, and the branch `side` at its first commit."""

    def __init__(self, path: Path, run: Any, texts: Any) -> None:
        self.path, self.run = path, run
        given = path.parent / "chat.jsonl"
        given.write_text(json.dumps({"messages": texts_of(texts)}) + "\n", encoding="utf-8")
        run("init", path, "-q", check=0)
        self.do("import", str(given), "-q")
        for name in ("mara", "osric"):
            self.do("character", "create", name, "-q")
        self.do("branch", "side", "-q")

    def do(self, *args: str, code: int | None = 0) -> Any:
        return self.run("-C", self.path, *args, check=code)

    def entries(self) -> list[dict[str, Any]]:
        parts = sorted((self.path / "entries").rglob("*.jsonl"))
        return [json.loads(line) for part in parts for line in part.read_text("utf-8").split("\n") if line]

    def by_hand(self, change: Callable[[list[dict[str, Any]]], None]) -> None:
        """Edit the messages of the first entry in its part, and commit."""
        (part,) = (self.path / "entries").rglob("*.jsonl")
        first, *rest = part.read_text("utf-8").split("\n")
        entry = json.loads(first)
        change(entry["messages"])
        part.write_text("\n".join([json.dumps(entry, ensure_ascii=False), *rest]), encoding="utf-8")
        self.do("commit", "-q", "-m", "By hand")

    def on_side(self, change: Callable[[], Any]) -> None:
        self.do("switch", "side", "-q")
        change()
        self.do("switch", "main", "-q")

    def texts(self) -> list[list[str]]:
        return [[m["content"] for m in entry["messages"]] for entry in self.entries()]


@pytest.fixture
def machine(tmp_path: Path, run: Any) -> Callable[[Any], Machine]:
    return lambda texts: Machine(tmp_path / "harbor", run, texts)


def put_in_front_and_mend(messages: list[dict[str, Any]]) -> None:
    """One exchange in front, one character or word mended in each of four messages."""
    for number in range(1, 5):
        text = messages[number]["content"]
        messages[number]["content"] = text[:-1] + "…" + text[-1]
    messages[:0] = texts_of([messages[5]["content"] + "？", messages[0]["content"] + "！"])


@pytest.mark.parametrize("script", CHATS)
def test_d1_speakers_stay_on_their_messages_in_a_merge(script: str, machine: Any) -> None:
    world = machine(CHATS[script])
    world.on_side(
        lambda: world.do("character", "assign", world.entries()[0]["id"], "2=mara", "4=osric", "-q")
    )
    world.by_hand(put_in_front_and_mend)
    merge = world.do("merge", "side", code=None)
    (entry,) = world.entries()
    speakers = {m["content"].replace("…", ""): m.get("name") for m in entry["messages"]}
    assert merge.code == 0
    assert [speakers[text] for text in CHATS[script]] == [None, "mara", None, "osric", None, None]


@pytest.mark.parametrize("script", CHATS)
def test_d1_speakers_stay_on_their_messages_in_a_file_that_comes_back(
    script: str, machine: Any, tmp_path: Path
) -> None:
    world = machine(CHATS[script])
    out = tmp_path / "out.json"
    world.do("export", str(out), "--format", "sharegpt", "-q")
    world.do("character", "assign", world.entries()[0]["id"], "2=mara", "4=osric", "-q")
    data = json.loads(out.read_text("utf-8"))
    turns = data[0]["conversations"]
    for turn in turns[1:5]:
        turn["value"] = turn["value"][:-1] + "…" + turn["value"][-1]
    turns[:0] = [{"from": "human", "value": "A?"}, {"from": "gpt", "value": "B."}]
    out.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    world.do("import", str(out), "-q")
    (entry,) = world.entries()
    speakers = {m["content"].replace("…", ""): m.get("name") for m in entry["messages"]}
    assert [speakers[text] for text in CHATS[script]] == [None, "mara", None, "osric", None, None]


@pytest.mark.parametrize("script", CHATS)
def test_d1_a_diff_shows_what_was_put_in_and_mended(script: str, machine: Any) -> None:
    world = machine(CHATS[script])
    world.by_hand(put_in_front_and_mend)
    (change,) = world.do("diff", "HEAD~1", "HEAD", "--json", code=None).json["changes"]
    counts = {kind: sum(row["kind"] == kind for row in change["messages"]) for kind in ("inserted", "edited")}
    assert counts == {"inserted": 2, "edited": 4}


@pytest.mark.parametrize("count", [48, 52, 60, 120, 300])
@pytest.mark.parametrize("script", ["en", "zh", "th"])
def test_d2_a_name_changed_everywhere_leaves_room_for_one_word_there(
    count: int, script: str, machine: Any
) -> None:
    name, other = {"en": ("Mara", "Maren"), "zh": ("玛拉", "玛伦"), "th": ("มารา", "มาเรน")}[script]
    between = " " if script == "en" else ""
    chat = CHATS[script]
    texts = [between.join((chat[n % 6], name, chat[(n * 5 + 2) % 6], str(n))) for n in range(count)]
    world = machine(texts)

    def mend(messages: list[dict[str, Any]]) -> None:
        messages[8]["content"] += between + "!"

    world.on_side(lambda: world.by_hand(mend))
    world.do("replace", name, other, "--where", "", "-q")
    assert world.do("merge", "side", code=None).code == 0
    wanted = [text.replace(name, other) for text in texts]
    wanted[8] += between + "!"
    assert world.texts() == [wanted]
    out = world.do("diff", "HEAD^2~1", "HEAD", "--json", code=None).json
    assert all(row["kind"] not in ("inserted", "deleted") for c in out["changes"] for row in c["messages"])


def append(messages: list[dict[str, Any]]) -> None:
    messages += texts_of(["And tomorrow, what then?", "Tomorrow the sea decides, as always."])


def insert(messages: list[dict[str, Any]]) -> None:
    messages[4:4] = texts_of(["And tomorrow, what then?", "Tomorrow the sea decides, as always."])


def cut(messages: list[dict[str, Any]]) -> None:
    del messages[4:]


def mend(messages: list[dict[str, Any]]) -> None:
    messages[4]["content"] += "!"


def name(messages: list[dict[str, Any]]) -> None:
    messages[5]["name"] = "mara"


@pytest.mark.parametrize("script", CHATS)
@pytest.mark.parametrize("change", [append, insert, cut, mend, name])
def test_d2b_what_was_done_here_goes_to_the_part_that_the_split_there_made(
    change: Any, script: str, machine: Any
) -> None:
    world = machine(CHATS[script])
    world.on_side(lambda: world.do("split", world.entries()[0]["id"], "--after", "1", "-q"))
    before = texts_of(CHATS[script])
    world.by_hand(change)
    change(before)
    assert world.do("merge", "side", code=None).code == 0
    first, second = world.entries()
    assert first["messages"] == before[:2]
    assert second["messages"] == before[2:]


def test_d2b_a_tag_of_the_whole_scene_is_on_both_parts(machine: Any) -> None:
    world = machine(CHATS["zh"])
    world.on_side(lambda: world.do("split", world.entries()[0]["id"], "--after", "1", "-q"))
    world.do("tag", "add", "calm", world.entries()[0]["id"], "-q")
    assert world.do("merge", "side", code=None).code == 0
    assert [entry["tags"] for entry in world.entries()] == [["calm"], ["calm"]]


def test_d2b_the_sidecar_of_a_part_says_what_it_was_split_from(machine: Any) -> None:
    world = machine(CHATS["th"])
    whole = world.entries()[0]["id"]
    world.do("split", whole, "--after", "1", "--after", "2", "-q")
    for entry in world.entries()[1:]:
        assert world.do("show", entry["id"], "--json").json["sidecar"]["split_from"] == whole


@pytest.mark.parametrize("script", CHATS)
def test_d2b_an_undo_of_a_split_or_a_join_keeps_what_was_done_since(script: str, machine: Any) -> None:
    world = machine(CHATS[script])
    world.do("split", world.entries()[0]["id"], "--after", "1", "-q")
    (part,) = (world.path / "entries").rglob("*.jsonl")
    text = part.read_text("utf-8")
    part.write_text(text.replace(CHATS[script][4], CHATS[script][4] + "!!"), encoding="utf-8")
    world.do("commit", "-q")
    split = world.do("log", "--json").json["commits"][1]["id"]
    world.do("undo", split, "-q")
    wanted = [*CHATS[script]]
    wanted[4] += "!!"
    assert world.texts() == [wanted]
    world.do("redo", "-q")
    assert world.texts() == [wanted[:2], wanted[2:]]
    world.do("join", *(entry["id"] for entry in world.entries()), "-q")
    text = part.read_text("utf-8")
    part.write_text(text.replace(CHATS[script][5], CHATS[script][5] + "??"), encoding="utf-8")
    world.do("commit", "-q")
    world.do("undo", world.do("log", "--json").json["commits"][1]["id"], "-q")
    wanted[5] += "??"
    assert world.texts() == [wanted[:2], wanted[2:]]


PARAGRAPHS = {script: ("" if script in UNSPACED else " ").join(chat) for script, chat in CHATS.items()}


@pytest.mark.parametrize("script", PARAGRAPHS)
def test_d5_two_edits_at_both_ends_of_a_paragraph_merge(script: str, machine: Any) -> None:
    text = PARAGRAPHS[script]
    world = machine(["?", text])

    def at_the_end(messages: list[dict[str, Any]]) -> None:
        messages[1]["content"] = text + "!!"

    def in_front(messages: list[dict[str, Any]]) -> None:
        messages[1]["content"] = "**" + messages[1]["content"]

    world.on_side(lambda: world.by_hand(at_the_end))
    world.by_hand(in_front)
    assert world.do("merge", "side", code=None).code == 0
    assert world.texts() == [["?", "**" + text + "!!"]]
