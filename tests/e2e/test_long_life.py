"""A long life: two machines, one mirror, hundreds of random operations, and a model that knows every message.

The model gives each message a number that no text shows. After every merge without a conflict each message
stands, with the words and the speaker that both machines gave it, in the entry that holds its neighbors. What
people said of entries is there too, or the merge tells what went with an entry that one machine removed.
"""

import itertools
import json
import random
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.core.merge.test_any_language import NAMES
from tests.core.merge.test_any_language import NEW
from tests.core.merge.test_any_language import VOCABULARY
from tests.e2e.life_model import Bound
from tests.e2e.life_model import Message
from tests.e2e.life_model import Other
from tests.e2e.life_model import State
from tests.e2e.life_model import bound
from tests.e2e.life_model import in_order
from tests.e2e.life_model import merged
from tests.e2e.life_model import shown

from talekeep.core import codec
from talekeep.core.entry_edit.alternatives import by_message
from talekeep.core.reviews import reviews_of

pytestmark = pytest.mark.slow

SCRIPTS = ("en", "zh", "ja", "th", "km", "ar")
SPEAKERS = ("mara", "osric", "wren", "ines")
STEPS = {
    "edit": 8,
    "put in": 4,
    "take out": 3,
    "speak": 3,
    "rename": 1,
    "split": 2,
    "join": 2,
    "add": 1,
    "undo": 1,
    "alternative": 3,
    "choose": 2,
    "review": 3,
    "remove": 1,
}
PEOPLE = ("anna", "ben")
VERDICTS = ("approved", "needs_edit", "rejected")


def alternatives_in(entry: dict[str, Any], sidecar: dict[str, Any]) -> Bound:
    return Counter(
        (other["messages"][0]["content"], json.dumps(entry["messages"][place], sort_keys=True))
        for place, others in by_message(entry, sidecar).items()
        for other in others
    )


# What sidecars bind to messages, by its key. Another kind is a row here and an operation of `Life`.
BOUND = {"alternatives": alternatives_in}
# Of which entry, who, and the note.
Said = set[tuple[str, str, str]]


class Machine:
    """A clone, what the model knows of it, and of each of its commits."""

    def __init__(
        self, path: Path, run: Any, git: Any, states: dict[str, State], text: dict[str, Said]
    ) -> None:
        self.path, self.run, self.git, self.states = path, run, git, states
        self.state: State = {}
        # What had been said at each commit, of both machines.
        self.said = text

    def talekeep(self, *args: str, check: int | None = 0) -> Any:
        return self.run("-C", self.path, *args, check=check)

    def head(self) -> str:
        return str(self.git("rev-parse", "HEAD", cwd=self.path, check=0).out.strip())

    def note(self) -> None:
        self.states[self.head()] = self.state
        self.said[self.head()] = self.reviews()

    def parts(self) -> list[Path]:
        return sorted((self.path / "entries").rglob("*.jsonl"))

    def entries(self) -> dict[str, dict[str, Any]]:
        lines = (line for part in self.parts() for line in part.read_bytes().split(b"\n")[:-1])
        return {entry["id"]: entry for entry in map(json.loads, lines)}

    def sidecars(self) -> dict[str, dict[str, Any]]:
        files = (self.path / "sidecars").rglob("*.jsonl")
        lines = (line for file in files for line in file.read_bytes().split(b"\n")[:-1])
        return {sidecar["id"]: sidecar for sidecar in map(json.loads, lines)}

    def reviews(self) -> "Said":
        """Who said what, of which entry: each note is another number."""
        known = ((name, reviews_of(sidecar)) for name, sidecar in self.sidecars().items())
        return {
            (name, person, one["note"])
            for name, table in known
            for person, rows in table.items()
            for one in rows
        }

    def bound(self, entry: dict[str, Any]) -> Bound:
        """What is bound to messages that an entry has, as its sidecar says."""
        sidecar = self.sidecars().get(entry["id"], {})
        return sum((read(entry, sidecar) for read in BOUND.values()), Bound())

    def annotate(self, name: str, sidecar: dict[str, Any]) -> None:
        """Write the sidecar line of an entry, as a person would, and commit."""
        part = next(part for part in self.parts() if name.encode() in part.read_bytes())
        file = self.path / "sidecars" / part.relative_to(self.path / "entries")
        lines = [*map(json.loads, file.read_bytes().split(b"\n")[:-1])] if file.exists() else []
        file.parent.mkdir(parents=True, exist_ok=True)
        now = [*(line for line in lines if line["id"] != name), {**sidecar, "id": name}]
        file.write_bytes(b"".join(map(codec.encode, now)))
        self.talekeep("commit", "-q", "-m", "By hand")

    def save(self, state: State, added: str | None = None) -> None:
        """Write what the model wants into the parts, as a person would, and commit."""
        for part in self.parts():
            lines = [json.loads(line) for line in part.read_bytes().split(b"\n")[:-1]]
            now = [{**e, "messages": [m.value() for m in state[e["id"]]]} for e in lines]
            if added is not None and part == self.parts()[-1]:
                now.append({"id": added, "messages": [m.value() for m in state[added]], "tags": []})
            data = b"".join(map(codec.encode, now))
            if data != part.read_bytes():
                part.write_bytes(data)
        self.state = state
        self.talekeep("commit", "-q", "-m", "By hand", check=None)
        self.note()


class Life:
    """Both machines and the dice."""

    def __init__(self, seed: int, first: Machine) -> None:
        self.dice, self.numbers = random.Random(seed), itertools.count()
        self.scripts: dict[str, str] = {}
        self.first = first
        self.conflicts = self.merges = 0

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))

    def messages(self, script: str, count: int) -> list[Message]:
        between, words = VOCABULARY[script]
        made = []
        for place in range(count):
            text = self.dice.choices(words.split(), k=self.dice.randint(10, 30))
            text[self.dice.randrange(len(text))] = NAMES[script][0]
            role = ("user", "assistant")[place % 2]
            made.append(Message(next(self.numbers), role, tuple(text), between))
        return made

    def chat(self, longest: int) -> tuple[str, list[Message]]:
        name, script = self.new_id(), self.dice.choice(SCRIPTS)
        self.scripts[name] = script
        return name, self.messages(script, 2 * self.dice.randint(2, longest // 2))

    def step(self, machine: Machine) -> None:
        kind = self.dice.choices([*STEPS], [*STEPS.values()])[0]
        name = self.dice.choice(sorted(machine.state))
        chat = machine.state[name]
        place = 2 * self.dice.randrange(len(chat) // 2)
        if kind == "split":
            self.split(machine, name)
        elif kind == "join":
            self.join(machine, name)
        elif kind == "undo":
            self.undo(machine)
        elif kind == "alternative":
            self.alternative(machine, name)
        elif kind == "choose":
            self.choose(machine, name)
        elif kind == "review":
            self.review(machine, name)
        elif kind == "remove":
            self.remove(machine, name)
        elif kind == "add":
            added, messages = self.chat(12)
            machine.save({**machine.state, added: messages}, added)
        elif kind == "rename":
            script = self.scripts[name]
            old, new = self.dice.sample(NAMES[script], 2)
            machine.save({n: [self.renamed(m, old, new) for m in c] for n, c in machine.state.items()})
        else:
            machine.save({**machine.state, name: self.changed(kind, name, chat, place)})

    def renamed(self, message: Message, old: str, new: str) -> Message:
        return replace(message, words=tuple(new if word == old else word for word in message.words))

    def changed(self, kind: str, name: str, chat: list[Message], place: int) -> list[Message]:
        if kind == "put in":
            new = self.messages(self.scripts[name], 2 * self.dice.randint(1, 2))
            return [*chat[:place], *new, *chat[place:]] if len(chat) < 200 else chat
        if kind == "take out":
            return [*chat[:place], *chat[place + 2 :]] if len(chat) > 4 else chat
        changed = [*chat]
        for number in self.dice.sample(range(len(chat)), min(len(chat), self.dice.choice([1, 1, 3]))):
            if kind == "speak":
                changed[number] = replace(chat[number], name=self.dice.choice(SPEAKERS))
            elif len(chat[number].words) > 1:
                words = [*chat[number].words]
                words[self.dice.randrange(len(words))] = self.dice.choice(NEW[self.scripts[name]])
                changed[number] = replace(chat[number], words=tuple(words))
        return changed

    def split(self, machine: Machine, name: str) -> None:
        chat = machine.state[name]
        if len(chat) < 8:
            return
        after = self.dice.randrange(1, len(chat) // 2)
        made = machine.talekeep("split", name, "--after", str(after), "--json", check=None)
        if made.code == 0:
            (new,) = made.json["made"]
            self.scripts[new] = self.scripts[name]
            # Not all chats take turns: what two machines did to one may have left a question unanswered.
            cut = len(machine.entries()[name]["messages"])
            machine.state = {**machine.state, name: chat[:cut], new: chat[cut:]}
            machine.note()

    def join(self, machine: Machine, name: str) -> None:
        part = next(part for part in machine.parts() if name.encode() in part.read_bytes())
        held = part.read_bytes()
        size, script = len(machine.state[name]), self.scripts[name]
        fits = [
            other
            for other, chat in sorted(machine.state.items())
            if other != name and other.encode() in held and self.scripts[other] == script
            if len(chat) + size <= 200
        ]
        if not fits:
            return
        other = self.dice.choice(fits)
        machine.talekeep("join", name, other, "-q")
        rest = {n: chat for n, chat in machine.state.items() if n != other}
        machine.state = {**rest, name: [*machine.state[name], *machine.state[other]]}
        machine.note()

    def review(self, machine: Machine, name: str) -> None:
        """Say something of an entry, in place of what this person said of it before."""
        person, verdict = self.dice.choice(PEOPLE), self.dice.choice(VERDICTS)
        note = f"note {next(self.numbers)}"
        machine.talekeep("review", name, "--verdict", verdict, "--by", person, "--note", note, "-q")
        machine.note()

    def remove(self, machine: Machine, name: str) -> None:
        if len(machine.state) > 6:
            machine.talekeep("remove", name, "-q")
            machine.state = {n: chat for n, chat in machine.state.items() if n != name}
            machine.note()

    def alternative(self, machine: Machine, name: str) -> None:
        """Keep another reply beside a message."""
        chat = machine.state[name]
        place = self.dice.randrange(len(chat))
        if not self.can_be_told(chat, place):
            return
        count = len(chat[place].words)
        between, vocabulary = VOCABULARY[self.scripts[name]]
        words = tuple(self.dice.choices(vocabulary.split(), k=count))
        value = chat[place].value()
        sidecar = machine.sidecars().get(name, {})
        other = {"of": codec.digest(value), "kind": "swipe"}
        other["messages"] = [{"role": value["role"], "content": between.join(words)}]
        machine.annotate(name, {**sidecar, "alternatives": [*sidecar.get("alternatives", []), other]})
        changed = [*chat]
        changed[place] = replace(chat[place], others=chat[place].others | {Other(between.join(words), words)})
        machine.state = {**machine.state, name: changed}
        machine.note()

    def can_be_told(self, chat: list[Message], place: int) -> bool:
        """Whether a message is no other's double, which have their alternatives in common."""
        return sum(message.value() == chat[place].value() for message in chat) == 1 and all(
            len(other.words) == len(chat[place].words) for other in chat[place].others
        )

    def choose(self, machine: Machine, name: str) -> None:
        """Put another reply in the place of a message, which is an alternative from then on."""
        chat = machine.state[name]
        places = [place for place, message in enumerate(chat) if message.others]
        places = [place for place in places if self.can_be_told(chat, place)]
        if not places:
            return
        place = self.dice.choice(places)
        rows = machine.talekeep("alternative", "list", name, "--json").json["alternatives"]
        between = VOCABULARY[self.scripts[name]][0]
        row = self.dice.choice([row for row in rows if row["message"] == place + 1])
        machine.talekeep("alternative", "choose", name, str(place + 1), str(row["number"]), "-q")
        old = chat[place]
        (chosen,) = row["messages"]
        text, speaker = chosen["content"], chosen.get("name")
        taken = next(other for other in old.others if other.text == text)
        others = old.others - {taken} | {Other(old.value()["content"], old.words)}
        changed = [*chat]
        changed[place] = replace(old, words=taken.words, between=between, name=speaker, others=others)
        machine.state = {**machine.state, name: changed}
        machine.note()

    def undo(self, machine: Machine) -> None:
        parents = machine.git("rev-parse", "HEAD^@", cwd=machine.path).out.split()
        if len(parents) == 1 and parents[0] in machine.states:
            result = machine.talekeep("undo", "-q", check=None)
            if result.code == 0 and machine.git("diff", "--quiet", parents[0], cwd=machine.path).code == 0:
                machine.state = machine.states[parents[0]]
                machine.note()
            elif result.code == 0:
                # It undid an older operation: what that leaves is read back. A message it brings back is the
                # one that was there before.
                self.read_back(machine, [machine.state, *[*machine.states.values()][:-60:-1]])

    def meet(self, here: Machine, there: Machine) -> None:
        """The other machine saves, this one fetches and merges, saves, and the other follows."""
        there.talekeep("push", "-q", "backup")
        here.talekeep("fetch", "-q", "backup")
        theirs = there.head()
        base = here.git("merge-base", "HEAD", theirs, cwd=here.path).out.strip()
        lines = [here.said[commit] for commit in (base, here.head(), theirs)]
        answer = here.talekeep("merge", "-q", theirs, "--json", check=None)
        sides = [self.first.states[base], here.state, there.state]
        self.merges += 1
        if answer.code == 0:
            self.check(sides, here)
            self.check_reviews(lines, here, answer.json.get("left", []))
        else:
            assert answer.code == 1, answer.err
            self.conflicts += 1
            here.talekeep("resolve", "--all", self.dice.choice(["--ours", "--theirs"]), "-q", check=None)
            here.talekeep("commit", "-q", check=None)
            assert here.git("status", "--porcelain", cwd=here.path).out == ""
            self.read_back(here, [merged(*sides)[0], *sides[1:]])
        here.note()
        here.talekeep("push", "-q", "backup")
        there.talekeep("fetch", "-q", "backup")
        there.talekeep("merge", "-q", here.head())
        assert there.head() == here.head()
        there.state = here.state

    def check(self, sides: list[State], machine: Machine) -> None:
        wanted, clashing = merged(*sides)
        assert clashing == set()
        result = machine.entries()
        assert result.keys() == {name for name, chat in wanted.items() if chat}
        for name, entry in result.items():
            assert Counter(json.dumps(m, sort_keys=True) for m in entry["messages"]) == shown(wanted[name])
            # One that was left behind by a deleted message may come back with it.
            assert bound(wanted[name]) <= machine.bound(entry)
        self.read_back(machine, [wanted], sides[1:])
        # Which of two equal messages is which, nobody can see.
        counts = sum((shown(chat) for chat in machine.state.values()), Counter[str]())
        for chat in machine.state.values():
            unique = [m for m in chat if counts[json.dumps(m.value(), sort_keys=True)] == 1]
            for first, second in itertools.pairwise(unique):
                orders = [in_order(side, first.number, second.number) for side in sides[1:]]
                assert False not in orders or True in orders

    def check_reviews(self, text: list[Said], machine: Machine, left: list[Any]) -> None:
        entries = machine.entries()
        # A part of a split has them too, and may be removed while its other part is reviewed again.
        kept = {row for row in set.intersection(*text) if row[0] in entries}
        base, ours, theirs = ({row[1:] for row in side} for side in text)
        by_name = {row[1:] for row in machine.reviews()}
        rows = [reviews_of(row["sidecar"]) for row in left]
        values = {(name, one["note"]) for table in rows for name, several in table.items() for one in several}
        assert {row[1:] for row in kept} | (ours - base) | (theirs - base) <= by_name | values
        assert by_name <= ours | theirs
        assert machine.sidecars().keys() <= machine.entries().keys()

    def read_back(self, machine: Machine, known: list[State], order: Iterable[State] = ()) -> None:
        """The state as the folder has it, each message with the number it had where that can be told."""
        pools: dict[str, list[Message]] = {}
        # Of equal messages the one that stood behind the one before it.
        behind: set[tuple[int, int]] = set()
        for state in (*known, *order):
            for chat in state.values():
                behind |= {(a.number, b.number) for a, b in itertools.pairwise(chat)}
            for message in itertools.chain.from_iterable(state.values()):
                pool = pools.setdefault(json.dumps(message.value(), sort_keys=True), [])
                if message.number not in [other.number for other in pool]:
                    pool.append(message)
        every = [message for pool in pools.values() for message in pool]
        known_words = {m.value()["content"]: m.words for m in every}
        known_words |= {other.text: other.words for m in every for other in m.others}
        sidecars = machine.sidecars()
        machine.state, used = {}, set[int]()
        for name, entry in machine.entries().items():
            self.scripts.setdefault(name, "en")
            machine.state[name] = []
            named = by_message(entry, sidecars.get(name, {}))
            for place, value in enumerate(entry["messages"]):
                last = machine.state[name][-1].number if machine.state[name] else -1
                pool = [m for m in pools.get(json.dumps(value, sort_keys=True), []) if m.number not in used]
                pool.sort(key=lambda m: (last, m.number) not in behind)
                message = pool[0] if pool else None
                if message is None:
                    text = (value["content"],)
                    message = Message(next(self.numbers), value["role"], text, "", value.get("name"))
                used.add(message.number)
                texts = [other["messages"][0]["content"] for other in named.get(place, [])]
                others = frozenset(Other(text, known_words.get(text, (text,))) for text in texts)
                machine.state[name].append(replace(message, others=others))
        machine.note()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_message_stands_where_both_machines_put_it(
    seed: int, tmp_path: Path, run: Any, git: Any
) -> None:
    operations = 400
    live(seed, operations, tmp_path, run, git)


def live(seed: int, operations: int, folder: Path, run: Any, git: Any) -> Life:
    states: dict[str, State] = {}
    collected: dict[str, Said] = {}
    first, second = (
        Machine(folder / name / "harbor", run, git, states, collected) for name in ("one", "two")
    )
    life = Life(seed, first)
    first.path.parent.mkdir()
    (folder / "mirror").mkdir()
    chats = dict(life.chat(longest) for longest in (4, 6, 12, 12, 40, 40, 80, 200))
    given = folder / "chats.jsonl"
    values = ({"id": name, "messages": [m.value() for m in chat]} for name, chat in chats.items())
    given.write_bytes(b"".join(map(codec.encode, values)))
    run("init", first.path, "-q", check=0)
    first.talekeep("import", str(given), "-q")
    first.talekeep("remote", "add", "backup", str(folder / "mirror"), "-q")
    for speaker in SPEAKERS:
        first.talekeep("character", "add", speaker, "-q")
    first.state = chats
    first.note()
    first.talekeep("push", "-q", "backup")
    run("clone", folder / "mirror", second.path, "-q", check=0)
    second.state = chats
    for number in range(operations):
        life.step(life.dice.choice([first, second]))
        if number % 10 == 9:
            life.meet(*life.dice.sample([first, second], 2))
    first.talekeep("validate", "-q", check=None)
    assert life.merges > life.conflicts
    return life
