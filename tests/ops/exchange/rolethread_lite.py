"""RoleThread Lite as the tests play it: what it keeps of one dataset, and how it edits and saves it."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

OWNER = "5f0c6a52-5a3e-4c55-9a55-0d4d8a3a0001"


class RoleThread:
    """What RoleThread Lite keeps of one dataset, and how it saves it: every stamp and the registry anew."""

    def __init__(self, folder: Path, owner: str = OWNER) -> None:
        self.folder, self.saves, self.made, self.owner = folder, 0, 0, owner
        self.entries: list[dict[str, Any]] = []
        self.registry: dict[str, list[dict[str, Any]]] = {
            "categories": [],
            "tags": [],
            "aliases": [],
            "characters": [],
            "system_prompts": [],
        }
        # Per entry: message index → character.
        self.speakers: dict[str, dict[int, str]] = {}

    @classmethod
    def opened(cls, file: Path) -> "RoleThread":
        """A dataset as it is opened in place: from the file and the registry beside it."""
        whole = json.loads(file.with_name(f"{file.stem}.registry.json").read_text(encoding="utf-8"))
        made = cls(file.parent, whole["dataset"]["dataset_uuid"])
        made.name, made.made = file.stem, 1000
        for line in file.read_text(encoding="utf-8").splitlines():
            value = json.loads(line)
            name = value["_rolethread"]["entry_uuid"]
            made.entries.append({"id": name, "messages": value["messages"], "tags": value["tags"]})
            made.speakers[name] = {}
        for row in whole["entry_character_mappings"]:
            turns = {turn["turn_index"]: turn["character_slug"] for turn in row["turns"]}
            made.speakers[row["entry_uuid"]] = turns
        made.registry = {section: whole[section] for section in made.registry}
        return made

    name = "harbor"

    def new_id(self) -> str:
        self.made += 1
        return str(UUID(int=0x5F0C6A525A3E4C559A550D4D00000000 + self.made))

    def add(self, *texts: str, tags: tuple[str, ...] = (), speakers: dict[int, str] | None = None) -> str:
        roles = ("user", "assistant")
        messages = [{"role": "system", "content": "Stay."}]
        messages += [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]
        made = self.new_id()
        self.entries.append({"id": made, "messages": messages, "tags": [*tags]})
        self.speakers[made] = dict(speakers or {})
        return made

    def of(self, entry: str) -> dict[str, Any]:
        return next(one for one in self.entries if one["id"] == entry)

    def split(self, entry: str, after: int) -> list[str]:
        """Both halves get new ids and the system prompt."""
        old, at = self.of(entry), self.entries.index(self.of(entry))
        system, rest = old["messages"][0], old["messages"][1:]
        cut, names = 2 * after, self.speakers.pop(entry)
        halves = []
        for part, start in ((rest[:cut], 0), (rest[cut:], cut)):
            made = self.new_id()
            halves.append({"id": made, "messages": [{**system}, *part], "tags": [*old["tags"]]})
            inside = {i - start: n for i, n in names.items() if 0 < i - start <= len(part)}
            self.speakers[made] = inside
        self.entries[at : at + 1] = halves
        return [half["id"] for half in halves]

    def join(self, one: str, other: str) -> str:
        a, b, made = self.of(one), self.of(other), self.new_id()
        at = self.entries.index(a)
        tags = [*a["tags"], *(tag for tag in b["tags"] if tag not in a["tags"])]
        joined = {"id": made, "messages": [*a["messages"], *b["messages"][1:]], "tags": tags}
        shift = len(a["messages"]) - 1
        moved = {i + shift: n for i, n in self.speakers.pop(other).items()}
        self.speakers[made] = self.speakers.pop(one) | moved
        self.entries[at] = joined
        self.entries.remove(b)
        return made

    def save(self) -> Path:
        self.saves += 1
        now = f"2026-11-{20 + self.saves // 60:02}T10:{self.saves % 60:02}:00Z"
        stamp = {"version": "1.0.0", "native": True, "validated_at": now, "dataset_uuid": self.owner}
        lines = [
            {
                **({"id": e["given"]} if "given" in e else {}),
                "messages": e["messages"],
                "tags": e["tags"],
                "_rolethread": {**stamp, "entry_uuid": e["id"]},
            }
            for e in self.entries
        ]
        self.folder.mkdir(exist_ok=True)
        file = self.folder / f"{self.name}.jsonl"
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        file.write_text(text, encoding="utf-8")
        whole = {
            "metadata": {"schema_version": 1, "kind": "rolethread.tag_registry", "exported_at": now},
            "dataset": {"dataset_uuid": self.owner, "filename": file.name, "entry_count": len(lines)},
            **self.registry,
            "entry_character_mappings": [
                {"entry_uuid": e["id"], "turns": self._turns(e)} for e in self.entries if self._turns(e)
            ],
        }
        (self.folder / f"{self.name}.registry.json").write_text(json.dumps(whole, ensure_ascii=False))
        return self.folder

    def _turns(self, entry: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "turn_index": index,
                "character_slug": name,
                "training_role": entry["messages"][index]["role"],
                "source_role_label": None,
            }
            for index, name in sorted(self.speakers[entry["id"]].items())
        ]

    def as_stored(self) -> dict[str, dict[str, Any]]:
        """Its entries as Talekeep writes them, by id."""
        return {one["id"]: self._stored(one) for one in self.entries}

    def _stored(self, entry: dict[str, Any]) -> dict[str, Any]:
        names = self.speakers[entry["id"]]
        messages = [
            {"role": m["role"], **({"name": names[i]} if i in names else {}), "content": m["content"]}
            for i, m in enumerate(entry["messages"])
        ]
        return {"id": entry["id"], "messages": messages, "tags": entry["tags"]}

    def character(self, slug: str, **more: Any) -> None:
        row = {"slug": slug, "display_name": slug.title(), "description": None, "is_active": True}
        self.registry["characters"].append(row | more)

    def prompt(self, slug: str, content: str) -> None:
        row = {"slug": slug, "name": slug.title(), "content": content, "is_active": True}
        self.registry["system_prompts"].append(row)

    def tag(self, slug: str, category: str = "mood") -> None:
        if not any(row["slug"] == category for row in self.registry["categories"]):
            self.registry["categories"].append(
                {"slug": category, "name": category.title(), "sort_order": 5, "is_active": True}
            )
        row = {"slug": slug, "name": slug.title(), "category_slug": category, "status": "active"}
        self.registry["tags"].append(row | {"is_active": True, "is_builtin": False, "lifecycle": {}})

    def rename_tag(self, old: str, new: str) -> None:
        row = next(row for row in self.registry["tags"] if row["slug"] == old)
        row |= {"slug": new, "name": new.title()}
        self.registry["aliases"].append(
            {"old_slug": old, "new_slug": new, "action": "rename", "metadata": {"alias_type": "rename"}}
        )
        for entry in self.entries:
            entry["tags"] = [new if tag == old else tag for tag in entry["tags"]]


def four_entries(folder: Path) -> RoleThread:
    """Four entries, two characters, a tag of its own and a prompt."""
    made = RoleThread(folder)
    made.character("mara")
    made.character("kai")
    made.tag("noir")
    made.prompt("tavern", "You are the tavern.")
    for number in range(4):
        made.add(
            f"Question {number} about the old lighthouse",
            f"Answer {number} of the keeper, quite long",
            f"And what of ship number {number}, tell me",
            f"Ship number {number} never came back to us",
            tags=("noir",),
            speakers={1: "kai", 2: "mara"},
        )
    return made
