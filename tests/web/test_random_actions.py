"""Random actions on the page and on the command line, against a model of the dataset: no word is lost."""

import random
import re
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import ID
from tests.web.test_screens import fields
from tests.web.test_screens import sent

import talekeep
from talekeep.core.script.script import render

WORDS = ["lamp", "tide", "rope", "gull", "fog", "step", "coat", "door", "salt", "bell", "mast", "oar"]


class Walk:
    """A page, a command line, and what the dataset has to be: id → entry. `forms` are open in other tabs."""

    def __init__(self, page: Any, run: Any, harbor: Path, seed: int) -> None:
        self.page, self.run, self.harbor = page, run, harbor
        self.chance = random.Random(seed)
        self.count = 0
        self.forms: list[tuple[str, str]] = []
        self.state = self.read()
        self.before: list[dict[str, Any]] = []

    def read(self) -> dict[str, Any]:
        return {entry["id"]: entry for entry in talekeep.open(self.harbor).entries()}

    def word(self) -> str:
        """A word that no other text has."""
        self.count += 1
        return f"{self.chance.choice(WORDS)}{self.count}x"

    def sentence(self) -> str:
        return f"The {self.chance.choice(WORDS)} is by the {self.word()}."

    def pick(self) -> str:
        return self.chance.choice(sorted(self.state))

    def form(self, entry: str) -> str:
        return str(self.page.get(f"/e/{entry}/edit").text)

    def step(self) -> None:
        acts = (
            self.edit,
            self.edit,
            self.stale,
            self.stale,
            self.leave_open,
            self.command,
            self.new,
            self.tag,
        )
        act = self.chance.choice(
            (*acts, self.split, self.join, self.remove, self.undo, self.review, self.script)
        )
        held = dict(self.state)
        expected = act()
        now = self.read()
        assert expected is None or now == expected, act.__name__
        if now != held:
            self.before.append(held)
        self.state = now

    def changed(self, entry: str, **keys: Any) -> dict[str, Any]:
        return {**self.state, entry: {**self.state[entry], **keys}}

    def texts_of(self, entry: str, at: int, text: str) -> list[Any]:
        messages = list(self.state[entry]["messages"])
        messages[at] = {**messages[at], "content": text}
        return messages

    def edit(self) -> dict[str, Any]:
        entry = self.pick()
        data = sent(fields(self.form(entry)))
        at, text = self.chance.randrange(len(data["content"])), self.sentence()
        data["content"][at] = text
        assert self.page.post(f"/e/{entry}/edit", data=data, follow_redirects=False).status_code == 303
        return self.changed(entry, messages=self.texts_of(entry, at, text))

    def script(self) -> dict[str, Any]:
        entry = self.pick()
        base = sent(fields(self.form(entry)))["base"]
        at, text = self.chance.randrange(len(self.state[entry]["messages"])), self.sentence()
        messages = self.texts_of(entry, at, text)
        script = render({**self.state[entry], "messages": messages})
        data = {"base": base, "script": script}
        assert self.page.post(f"/e/{entry}/script", data=data, follow_redirects=False).status_code == 303
        return self.changed(entry, messages=messages)

    def leave_open(self) -> dict[str, Any]:
        entry = self.pick()
        self.forms.append((entry, self.form(entry)))
        return self.state

    def stale(self) -> dict[str, Any] | None:
        """A form that was opened long ago is saved: merged, or shown with what was typed and what is
        there."""
        if not self.forms:
            return self.state
        entry, form = self.forms.pop(self.chance.randrange(len(self.forms)))
        data, typed = sent(fields(form)), self.word()
        at = self.chance.randrange(len(data["content"]))
        before = data["content"][at]
        data["content"][at] = f"{before} Then the {typed}."
        answer = self.page.post(f"/e/{entry}/edit", data=data, follow_redirects=False)
        if entry not in self.state:
            assert (answer.status_code, typed in answer.text) == (409, True)
            return self.state
        theirs = self.texts(self.state[entry])
        if answer.status_code == 409:
            assert typed in answer.text
            again = sent(fields(answer.text))
            answer = self.page.post(f"/e/{entry}/edit", data=again, follow_redirects=False)
            # Of the place that clashed the typed words stand; its others stay in the history.
            theirs = [text for text in theirs if text in "\n".join(again["content"])]
        assert answer.status_code == 303
        now = "\n".join(self.texts(self.read()[entry]))
        assert typed in now
        for text in theirs:
            for word in re.findall(r"\w+x\b", text):
                assert word in now
        return None

    @staticmethod
    def texts(entry: Any) -> list[str]:
        return [message["content"] for message in entry["messages"]]

    def command(self) -> dict[str, Any]:
        entry = self.pick()
        at, text = self.chance.randrange(len(self.state[entry]["messages"])), self.sentence()
        messages = self.texts_of(entry, at, text)
        talekeep.open(self.harbor).save({**self.state[entry], "messages": messages})
        return self.changed(entry, messages=messages)

    def new(self) -> dict[str, Any]:
        data = sent(fields(self.page.get("/new").text))
        data["content"] = ["", self.sentence(), self.sentence()]
        answer = self.page.post("/new", data=data, follow_redirects=False)
        name = answer.headers["location"].removeprefix("/e/").partition("?")[0]
        roles = ("user", "assistant")
        messages = [
            {"role": role, "content": text} for role, text in zip(roles, data["content"][1:], strict=True)
        ]
        return {**self.state, name: {"id": name, "messages": messages, "tags": []}}

    def tag(self) -> dict[str, Any]:
        entry, tag = self.pick(), self.chance.choice(WORDS)
        data = sent(fields(self.form(entry)))
        tags = [*dict.fromkeys([*self.state[entry].get("tags", []), tag])]
        data["tags"] = [", ".join(tags)]
        self.page.post(f"/e/{entry}/edit", data=data)
        return self.changed(entry, tags=tags)

    def split(self) -> None:
        entry = self.pick()
        texts = self.texts(self.state[entry])
        if 'name="after" value="1"' in self.page.get(f"/e/{entry}/split").text:
            self.page.post(f"/e/{entry}/split", data={"after": "1"})
        now = self.read()
        new = [text for name in now.keys() - self.state.keys() for text in self.texts(now[name])]
        assert set(self.texts(now[entry])) | set(new) == set(texts)

    def join(self) -> None:
        first, second = self.pick(), self.pick()
        answer = self.page.post(f"/e/{first}/join", data={"with": second, "keep": "1"})
        now = self.read()
        if answer.status_code == 200:
            both = self.texts(self.state[first]) + self.texts(self.state[second])
            assert set(self.texts(now[first])) == set(both)
            assert second not in now
        else:
            assert (answer.status_code, now) == (400, self.state)

    def remove(self) -> dict[str, Any]:
        if len(self.state) < 4:
            return self.state
        entry = self.pick()
        self.page.post("/duplicates", data={"entry": entry, "act": "remove"})
        return {name: each for name, each in self.state.items() if name != entry}

    def undo(self) -> dict[str, Any]:
        """What was done last is reversed, by its button in the log."""
        if not self.before:
            return self.state
        newest = self.page.get("/log").text.partition("<li")[2].partition("<li")[0]
        commit = re.search(r'action="/undo/(\w+)"', newest)
        if commit is None or re.search(r"<h2>(Review|Undo|Redo)", newest):
            return self.state
        assert self.page.post(f"/undo/{commit[1]}").status_code == 200
        return self.before[-1]

    def review(self) -> dict[str, Any]:
        entry = self.pick()
        base = sent(fields(self.form(entry)))["base"]
        verdict = self.chance.choice(("approved", "needs_edit", "rejected"))
        self.page.post("/review", data={"entry": base, "verdict": verdict, "note": "", "q": ""})
        return self.state


@pytest.mark.parametrize("seed", [1])
def test_a_few_random_actions_lose_no_word(page, run, harbor: Path, seed: int) -> None:
    walk = Walk(page, run, harbor, seed)
    for _ in range(12):
        walk.step()
    run("validate", cwd=harbor, check=0)


@pytest.mark.slow
def test_two_thousand_random_actions_lose_no_word(page, run, git, harbor: Path) -> None:
    walk = Walk(page, run, harbor, 16)
    for _ in range(2000):
        walk.step()
    page.get("/")
    run("validate", cwd=harbor, check=0)
    git("fsck", "--full", "--strict", cwd=harbor)
    assert f"{ID}0" in {*walk.state} | {entry["id"] for state in walk.before for entry in state.values()}
