"""S0xx: what must hold before anything can be stored safely."""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import TypeVar

from talekeep.core import reviews
from talekeep.core.codec import MOST_ESCAPED
from talekeep.core.codec import decode
from talekeep.core.codec import encode
from talekeep.core.codec import quick_json
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import is_uuid
from talekeep.core.errors import BadRecord
from talekeep.core.file_names import misplaced
from talekeep.core.file_names import unportable_paths
from talekeep.core.finding import Path
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import asked_once
from talekeep.rules.base import is_well_formed
from talekeep.rules.base import shown

Place = TypeVar("Place")

_CONFLICT_SIGN = CONFLICT_KEY.encode()
_HOLDERS = (dict, list)
_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


def is_marker(line: str) -> bool:
    """True for a line that a text merge left: `<<<<<<<`, `|||||||`, `=======` or `>>>>>>>`."""
    return line.startswith(_MARKERS)


def duplicate_ids(places: Iterable[tuple[str, Place]]) -> dict[str, list[Place]]:
    """Each id (in lower case: a UUID is the same in either) that stands twice or more, with its places."""
    by_id: defaultdict[str, list[Place]] = defaultdict(list)
    for entry_id, place in places:
        by_id[entry_id.lower()].append(place)
    return {entry_id: where for entry_id, where in by_id.items() if len(where) > 1}


def dangling_sidecars(
    entry_ids: Iterable[str], sidecars: Iterable[tuple[str, Place]]
) -> list[tuple[str, Place]]:
    """The sidecar lines, by id and place, whose entry is not there."""
    known = set(entry_ids)
    return [(entry_id, place) for entry_id, place in sidecars if entry_id not in known]


def conflicts_in(value: Any) -> Iterator[Path]:
    """The path of every open conflict in an entry, a sidecar line or a library table."""
    if not _holds_conflict(value):
        return
    waiting: list[tuple[Path, Any]] = [((), value)]
    # Grows while it is walked.
    for path, holder in waiting:
        if isinstance(holder, dict) and CONFLICT_KEY in holder:
            yield (*path, CONFLICT_KEY)
        pairs = holder.items() if isinstance(holder, dict) else enumerate(_items(holder))
        waiting += [
            ((*path, key), item) for key, item in pairs if isinstance(item, _HOLDERS) and key != CONFLICT_KEY
        ]


def _holds_conflict(value: Any) -> bool:
    """The quick answer for the many values that hold none, without paths."""
    holders = [value] if isinstance(value, _HOLDERS) else []
    for holder in holders:
        if isinstance(holder, dict) and CONFLICT_KEY in holder:
            return True
        for item in holder.values() if isinstance(holder, dict) else holder:
            # Nearly all are texts, and told so faster.
            if type(item) is not str and isinstance(item, _HOLDERS):
                holders.append(item)
    return False


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _odd_review(value: Any, context: Context) -> Iterator[Hit]:
    """Takes a sidecar."""
    table = value.get(reviews.KEY) if isinstance(value, dict) else None
    if table is None:
        return
    if not isinstance(table, dict):
        yield Hit(f"the reviews are {shown(table)}, not an object by person", (reviews.KEY,))
        return
    for person, one in table.items():
        yield from _odd_in(one, (reviews.KEY, person))


def _odd_in(one: Any, path: Path) -> Iterator[Hit]:
    if not isinstance(one, dict):
        yield Hit(f"the review is {shown(one)}, not an object", path)
        return
    if one.get("verdict") not in reviews.VERDICTS:
        yield Hit(
            f"{shown(one.get('verdict'))} is no verdict: {', '.join(reviews.VERDICTS)}", (*path, "verdict")
        )
    if not isinstance(one.get("of"), str):
        yield Hit("it does not say of which words it is", (*path, "of"))
    if not isinstance(one.get("note", ""), str):
        yield Hit(f"the note is {shown(one['note'])}, not a text", (*path, "note"))
    scores = one.get("scores", {})
    if not isinstance(scores, dict):
        yield Hit(f"the scores are {shown(scores)}, not an object", (*path, "scores"))
    for name, score in scores.items() if isinstance(scores, dict) else ():
        if not reviews.is_score(score):
            yield Hit(f"a score is a whole number from 1 to 5, not {shown(score)}", (*path, "scores", name))
    for number, other in enumerate(_items(one.get("also"))):
        yield from _odd_in(other, (*path, "also", number))


def _bad_line(value: Any, context: Context) -> Iterator[Hit]:
    if not isinstance(value, str) or is_marker(value):
        return
    try:
        decode(value.encode("utf-8", "surrogatepass"))
    except BadRecord as error:
        yield Hit(str(error))


def _text_markers(value: Any, context: Context) -> Iterator[Hit]:
    if isinstance(value, str) and is_marker(value):
        yield Hit(f"a text merge left {shown(value[:7])} at the start of this line")


def _not_object(value: Any, context: Context) -> Iterator[Hit]:
    if not isinstance(value, dict):
        yield Hit(f"the entry is {shown(value)}, not an object")


def _missing_id(value: Any, context: Context) -> Iterator[Hit]:
    if isinstance(value, dict) and value.get("id") is None:
        yield Hit("the entry has no id", ("id",))


def _invalid_id(value: Any, context: Context) -> Iterator[Hit]:
    entry_id = value.get("id") if isinstance(value, dict) else None
    if entry_id is not None and not is_uuid(entry_id):
        yield Hit(f"{shown(entry_id)} is not a UUID", ("id",))


def _duplicate_id(value: Any, context: Context) -> Iterator[Hit]:
    """Takes a list of [id, place] pairs."""
    pairs = [p for p in _items(value) if isinstance(p, list) and len(p) == 2 and isinstance(p[0], str)]
    for entry_id, places in duplicate_ids((p[0], p[1]) for p in pairs).items():
        yield Hit(f"{len(places)} entries carry the id {entry_id}", ("id",))


def _dangling_sidecar(value: Any, context: Context) -> Iterator[Hit]:
    """Takes {"entries": [id, …], "sidecars": [id, …]}."""
    lists: Mapping[str, Any] = value if isinstance(value, dict) else {}
    entries = [i for i in _items(lists.get("entries")) if isinstance(i, str)]
    sidecars = [(i, None) for i in _items(lists.get("sidecars")) if isinstance(i, str)]
    for entry_id, _ in dangling_sidecars(entries, sidecars):
        yield Hit(f"there is no entry {entry_id}", ("id",))


@asked_once
def _as_json(value: Any, context: Context) -> bytes | None:
    """The entry as one JSON text, not yet canonical; None where that takes `encode`."""
    return quick_json(value)


def _open_conflict(value: Any, context: Context) -> Iterator[Hit]:
    data = _as_json(value, context)
    for path in conflicts_in(value) if data is None or _CONFLICT_SIGN in data else ():
        yield Hit("a merge left a conflict here, and nobody has resolved it", path)


def _too_big(value: Any, context: Context) -> Iterator[Hit]:
    data = _as_json(value, context) if isinstance(value, dict) else b""
    if data is not None and len(data) * MOST_ESCAPED < context.max_bytes:
        return
    try:
        size = len(encode(value))
    except BadRecord:
        # Such a value cannot be stored at all, and whoever writes it says so.
        return
    if size > context.max_bytes:
        yield Hit(f"the entry takes {size:,} bytes; the limit is {context.max_bytes:,}")


def _no_file(value: Any, context: Context) -> Iterator[Hit]:
    """Takes an object `{"kinds": {path: what stands there that is no file}}`."""
    kinds = value.get("kinds") if isinstance(value, dict) else None
    for path, kind in kinds.items() if isinstance(kinds, dict) else ():
        yield Hit(f"{shown(path)} is {kind}")


def _unportable_names(value: Any, context: Context) -> Iterator[Hit]:
    """Takes a list of paths."""
    paths = [path for path in _items(value) if isinstance(path, str)]
    for path, fault in unportable_paths(paths).items():
        yield Hit(f"{shown(path)} cannot be kept everywhere: {fault}")


def _executable(value: Any, context: Context) -> Iterator[Hit]:
    """Takes an object `{"executables": [path, …]}`."""
    paths = value.get("executables") if isinstance(value, dict) else None
    for path in _items(paths):
        yield Hit(f"{shown(path)} is executable")


def _misplaced(value: Any, context: Context) -> Iterator[Hit]:
    """Takes a list of paths."""
    paths = [path for path in _items(value) if isinstance(path, str)]
    for path, fault in misplaced(paths).items():
        yield Hit(f"{shown(path)} is not read: {fault}")


_A = "0193c7aa-0000-7000-8000-000000000001"
_B = "0193c7aa-0000-7000-8000-000000000002"
_TALK = [
    {"role": "system", "content": "You keep the lighthouse at Harrow Point."},
    {"role": "user", "content": "Who goes there?"},
    {"role": "assistant", "content": "Only the keeper, and the gulls."},
]
_GOOD = {"id": _A, "messages": _TALK}
_CONFLICT = {CONFLICT_KEY: [{"path": ["tags"], "base": [], "ours": ["calm"], "theirs": ["storm"]}]}

RULES = (
    Rule(
        "S001",
        "bad-line",
        "error",
        "A line of a part is not one JSON value.",
        "Every reader of the dataset, from pandas to a trainer, stops at a line it cannot parse, and a "
        "line that is skipped is an entry lost. Usually a hand edit left a comma or a quotation mark out.",
        _bad_line,
        "correct the line in an editor, or take the file back: git checkout -- PART",
        '{"id": "0193c7aa-0000-7000-8000-000000000001", "messages": [',
        '{"id": "0193c7aa-0000-7000-8000-000000000001", "messages": []}',
        "line",
    ),
    Rule(
        "S002",
        "not-object",
        "error",
        "An entry is not a JSON object.",
        "A list, a number or a bare text on a line has no place for an id or for messages, so nothing "
        "can be shown, edited, merged or exported.",
        _not_object,
        "write the line as an object with id and messages, or remove it",
        ["Who goes there?", "Only the keeper."],
        _GOOD,
        unless=is_well_formed,
    ),
    Rule(
        "S003",
        "missing-id",
        "error",
        "An entry has no id.",
        "Diff, merge, blame and the sidecar find an entry by its id. Without one, an edit on one branch "
        "and an edit on another look like two unrelated entries.",
        _missing_id,
        "talekeep repair --select S003 gives the entry an id of its own",
        {"messages": _TALK},
        _GOOD,
        unless=is_well_formed,
    ),
    Rule(
        "S004",
        "invalid-id",
        "error",
        "An id is not a UUID.",
        "Ids that people count by hand or copy from elsewhere collide as soon as two datasets are "
        "combined. An id from another tool belongs in the sidecar, as the source's own id.",
        _invalid_id,
        "talekeep repair --select S004 gives the entry a UUID and keeps the foreign id in its sidecar",
        {"id": "scene-12", "messages": _TALK},
        _GOOD,
        unless=is_well_formed,
    ),
    Rule(
        "S005",
        "duplicate-id",
        "error",
        "Two entries carry the same id.",
        "An edit, a tag or a removal meant for one of them would reach the other, and a merge cannot tell "
        "them apart. Copied lines are the usual cause.",
        _duplicate_id,
        "talekeep repair --select S005 takes out exact copies and gives others an id of their own",
        [[_A, "entries/0000/00000-3fa9.jsonl:1"], [_A, "entries/0000/00000-3fa9.jsonl:7"]],
        [[_A, "entries/0000/00000-3fa9.jsonl:1"], [_B, "entries/0000/00000-3fa9.jsonl:7"]],
        "dataset",
    ),
    Rule(
        "S006",
        "open-conflict",
        "error",
        "A merge conflict is still open.",
        "The entry holds one side's value until somebody decides; training on it would quietly use a "
        "choice nobody made.",
        _open_conflict,
        "talekeep conflicts lists the places, talekeep resolve settles them",
        {**_GOOD, **_CONFLICT},
        _GOOD,
    ),
    Rule(
        "S007",
        "text-markers",
        "error",
        "A line holds the conflict markers of a text merge.",
        "Git merged the part as plain text because the merge driver was not set up. The lines between the "
        "markers are two versions of the same entries.",
        _text_markers,
        "keep the lines of one side, or of both, and remove the markers",
        "<<<<<<< HEAD",
        '{"id": "0193c7aa-0000-7000-8000-000000000001", "messages": []}',
        "line",
    ),
    Rule(
        "S008",
        "too-big",
        "warning",
        "An entry is larger than 1 MB.",
        "No trainer's context holds it, every edit writes all of it again, and it is most often a whole "
        "file pasted into one message.",
        _too_big,
        "divide it into entries of their own",
        {"id": _A, "messages": [*_TALK[:2], {"role": "assistant", "content": "Fog" * 350_000}]},
        _GOOD,
    ),
    Rule(
        "S009",
        "dangling-sidecar",
        "warning",
        "A sidecar line belongs to no entry.",
        "Its note, source and alternatives can no longer be reached from anywhere. An entry removed by "
        "hand leaves its sidecar line behind.",
        _dangling_sidecar,
        "bring its entry back from an earlier commit, or talekeep repair --select S009 removes the line",
        {"entries": [_A], "sidecars": [_A, _B]},
        {"entries": [_A, _B], "sidecars": [_B]},
        "dataset",
    ),
    Rule(
        "S010",
        "no-file",
        "error",
        "A symbolic link or a submodule stands in the dataset.",
        "A dataset holds plain files. A link leads to something that no backup and no clone brings along, "
        "and on another machine it may lead anywhere; a clone does not lay it out.",
        _no_file,
        "git rm --cached PATH, and put the file itself there",
        {"kinds": {"link.jsonl": "a symbolic link"}},
        {"kinds": {}},
        "dataset",
    ),
    Rule(
        "S011",
        "unportable-name",
        "warning",
        "Some system cannot keep a file of this name.",
        "Where the name cannot be kept, or two names are one, a clone leaves the file out of the folder; it "
        "stays in the history.",
        _unportable_names,
        "git mv OLD NEW",
        ["notes/aux.md", "A.md", "a.md"],
        ["My notes.md", "ключ.txt"],
        "dataset",
    ),
    Rule(
        "S012",
        "executable-file",
        "warning",
        "A file of the dataset is executable.",
        "A dataset holds texts, and no text has to be run. The mark mostly comes from a disk without one, "
        "where every file looks executable; each clone then sees a change in every file.",
        _executable,
        "git update-index --chmod=-x PATH, and git config core.fileMode false on such a disk",
        {"executables": ["entries/0000/00000-3fa9.jsonl"]},
        {"executables": []},
        "dataset",
    ),
    Rule(
        "S013",
        "misplaced-part",
        "warning",
        "A file of entries lies where it is not read.",
        "Entries are read from entries/ alone, spelled in small letters. A folder that was renamed or moved "
        "takes its entries out of the dataset, and nothing else says so.",
        _misplaced,
        "move it back: git mv",
        ["Entries/0000/00000-3fa9.jsonl"],
        ["entries/0000/00000-3fa9.jsonl", "raw/chat.jsonl"],
        "dataset",
    ),
    Rule(
        "S014",
        "odd-review",
        "warning",
        "A review in a sidecar cannot be read.",
        "It counts for nothing: what a reviewer said of the entry is not heard, by no query and no export. A "
        "hand edit or a newer Talekeep may have written it; it is kept as it is.",
        _odd_review,
        "mend the sidecar line by hand, or talekeep review ENTRY gives a new verdict",
        {"id": _A, "reviews": {"wren": {"verdict": "fine", "of": "5be1"}}},
        {"id": _A, "reviews": {"wren": {"verdict": "approved", "of": "5be1", "scores": {"voice": 4}}}},
        "dataset",
    ),
)
