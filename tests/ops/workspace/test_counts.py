"""Counting what two views differ in reads few lines, and says what comparing all of them says."""

import json

from hypothesis import given
from hypothesis import strategies as st

from talekeep.ops.workspace.compare import changes_between
from talekeep.ops.workspace.counts import Counts
from talekeep.ops.workspace.counts import counted
from talekeep.store.view import Difference
from talekeep.store.view import View


def view(files: dict[str, list[str]]) -> View:
    data = {path: "".join(f"{line}\n" for line in lines).encode() for path, lines in files.items()}
    return View({path: json.dumps(lines) for path, lines in files.items()}, lambda path: data[path])


def entry(name: str, text: str = "x") -> str:
    return json.dumps({"id": name, "messages": [{"role": "user", "content": text}]})


_PARTS = [f"entries/0000/0000{n}-aaaa.jsonl" for n in range(3)]
_VERSIONS = (
    lambda name: entry(name),
    lambda name: entry(name, "y"),
    lambda name: entry(name).replace('": ', '" :'),
    lambda name: json.dumps({"n": 1, "id": name}),
    lambda name: json.dumps({"id": name, "n": 1.0}),
)


@st.composite
def views(draw: st.DrawFn) -> View:
    """Some entries, each once, in any version and part; among them lines that hold none."""
    parts: dict[str, list[str]] = {part: [] for part in draw(st.sets(st.sampled_from(_PARTS), min_size=1))}
    for name in draw(st.permutations("abcde"))[: draw(st.integers(0, 5))]:
        lines = parts[draw(st.sampled_from(sorted(parts)))]
        lines.append(draw(st.sampled_from(_VERSIONS))(name))
        lines.extend(draw(st.lists(st.sampled_from(["", '{"no": "id"}', "broken"]), max_size=1)))
    return view(parts)


def test_only_what_differs_counts_wherever_it_stands_and_however_it_is_spelled() -> None:
    before = view({_PARTS[0]: [entry("a"), entry("b"), entry("c"), entry("d")]})
    spelled = entry("b").replace('": ', '" :')
    after = view({_PARTS[0]: [entry("c", "y"), spelled, entry("e"), "broken"], _PARTS[1]: [entry("a")]})

    assert counted(Difference(before, after)) == Counts(added=1, changed=1, removed=1, unreadable=1)
    assert counted(Difference(after, before)) == Counts(added=1, changed=1, removed=1, mended=1)


def test_an_entry_that_stands_twice_counts_twice() -> None:
    once, twice = view({_PARTS[0]: [entry("a")]}), view({_PARTS[0]: [entry("a")] * 2})

    assert counted(Difference(once, twice)) == Counts(added=1, changed=0, removed=0)
    assert counted(Difference(twice, once)) == Counts(added=0, changed=0, removed=1)


@given(before=views(), after=views())
def test_it_is_what_a_comparison_of_all_lines_finds(before: View, after: View) -> None:
    kinds = [change.kind for change in changes_between(before, after)]

    assert list(counted(Difference(before, after)).named().values()) == [
        kinds.count(kind) for kind in ("added", "changed", "removed")
    ]
