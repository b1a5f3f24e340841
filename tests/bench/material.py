"""Conversations to measure with: the same for the same seed, about 2.8 KB an entry, all made up here."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_THINGS = tuple(
    str.split(
        """lantern harbor rope ledger tide kettle window gull anchor letter map lamp stair bell coat barrel
        bridge candle compass courtyard door drawer engine ferry fog garden gate glass hammer hinge ink island
        jetty key ladder market mast mirror needle net oar orchard oven paper pier pocket pot quay rain roof
        sail salt shadow shelf signal smoke spoon storm street table thread tower wall watch wheel whistle"""
    )
)
_DEEDS = tuple(
    str.split(
        """carries counts draws finds folds follows forgets hides holds keeps lifts lights loses mends opens
        paints reads remembers repairs sells shuts steals sweeps takes turns unties wants watches weighs"""
    )
)
_KINDS = tuple(
    str.split(
        """bitter bright broken careful cold crooked dark distant empty faded gentle grey heavy hollow late
        lost narrow old patient pale quiet rough rusted sharp silent slow small strange tired warm wooden"""
    )
)
_WHERE = ("above", "across", "after", "against", "before", "behind", "beneath", "beside", "near", "without")
_WHO = ("mara", "wren", "oskar", "ines", "tobiah", "lio", "kesten", "dara")
# Names of places, each met rarely: without them the text would pack far better than what people write.
_SYLLABLES = tuple(
    str.split("bar bel cor dan dru el far gan hol in ka lor mar nes or pel quin ros sa tal ur ven wil yar zo")
)
_ENTRY_BYTES = 2200


def write(path: Path, entries: int, seed: int = 1) -> None:
    """A ChatML file, one record a line."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for record in conversations(entries, seed):
            out.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_libraries(
    folder: Path, tags: int = 5000, characters: int = 3000, prompts: int = 2000, sources: int = 500
) -> None:
    """Add so many tables to the libraries of a dataset, behind those that are there."""
    for name, count, table in (
        ("tags", tags, "[tags.zz{n:05d}]\norder = {n}\n"),
        ("characters", characters, '[zz{n:05d}]\nname = "Keeper {n}"\n'),
        ("prompts", prompts, '[zz{n:05d}]\nname = "Prompt {n}"\ncontent = "You keep light {n}."\n'),
        (
            "sources",
            sources,
            '[zz{n:05d}]\nfile = "zz{n}.jsonl"\nsha256 = "{n:064x}"\nformat = "chatml"\nrecords = 1\n',
        ),
    ):
        file = folder / f"{name}.toml"
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(before + "\n" + "\n".join(table.format(n=n) for n in range(count)), encoding="utf-8")


def conversations(entries: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Records with a system prompt, messages in turn, some names and some tags."""
    dice = random.Random(seed)
    for number in range(entries):
        yield _conversation(dice, number)


def _conversation(dice: random.Random, number: int) -> dict[str, Any]:
    user, reply = dice.sample(_WHO, 2)
    prompt = f"You are {reply.title()}, who {_clause(dice)}. {_paragraph(dice, 60)}"
    messages: list[dict[str, Any]] = [{"role": "system", "content": prompt}]
    wanted, size = dice.gauss(_ENTRY_BYTES, _ENTRY_BYTES / 5), len(prompt)
    while size < wanted or len(messages) < 3:
        asked, said = _paragraph(dice, dice.randint(40, 160)), _paragraph(dice, dice.randint(120, 620))
        messages += [
            {"role": "user", "name": user, "content": asked},
            {"role": "assistant", "name": reply, "content": f"*{_clause(dice)}* “{said}”"},
        ]
        size += len(asked) + len(said) + 120
    tags = dice.sample(_KINDS, dice.randint(0, 3))
    return {"id": f"scene-{number}", "messages": messages, "tags": tags}


def _paragraph(dice: random.Random, size: int) -> str:
    text = ""
    while len(text) < size:
        text += f"{dice.choice(_WHO).title()} {_clause(dice)}. "
    return text.strip()


def _clause(dice: random.Random) -> str:
    first, second = dice.sample(_THINGS, 2)
    said = f"{dice.choice(_DEEDS)} the {dice.choice(_KINDS)} {first} {dice.choice(_WHERE)} the {second}"
    return (
        f"{said} in {_place(dice)}" if dice.random() < 0.8 else f"{said}, {dice.randint(2, 9000)} steps down"
    )


def _place(dice: random.Random) -> str:
    return "".join(dice.choices(_SYLLABLES, k=dice.randint(3, 5))).title()
