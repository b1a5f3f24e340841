"""`list` and `show`: what is there, page by page, now and in the past."""

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.script import script
from talekeep.metrics import characters
from talekeep.ops.entries import list_show
from talekeep.ops.workspace import validation


def test_a_page_counts_all_that_match(dataset, take, talk) -> None:
    take([talk(str(n), tags=["even"] if n % 2 == 0 else []) for n in range(10)])

    page = list_show.list_entries(dataset, where="tag:even", offset=1, limit=2)

    assert [row.opening for row in page.entries] == ["2", "4"]
    assert page.total == 5
    assert list_show.list_entries(dataset, offset=99).entries == []
    assert list_show.list_entries(dataset, offset=99).total == 10
    assert len(list_show.list_entries(dataset).entries) == 10
    assert list_show.list_entries(dataset, limit=0).total == 10
    with pytest.raises(Usage):
        list_show.list_entries(dataset, where="tag:")


def test_a_row_says_where_who_and_how_it_opens(dataset, take) -> None:
    messages = [
        {"role": "system", "content": "You are Mara."},
        {"role": "user", "name": "wren", "content": "Who\n\n goes   there? " + "x" * 200},
        {"role": "assistant", "name": "mara", "content": "Me."},
    ]
    result = take([{"messages": messages, "tags": ["b", "a"]}])

    row = list_show.list_entries(dataset).entries[0]

    assert (row.id, row.line, row.messages, row.exchanges) == (result.added[0].id, 1, 3, 1)
    assert (row.tags, row.characters) == (["b", "a"], ["mara", "wren"])
    assert row.opening.startswith("Who goes there? xxx")
    assert row.opening.endswith("…")
    assert len(row.opening) == 120


def test_entries_are_found_by_their_source_and_issues(dataset, take, talk) -> None:
    take([talk("1")])
    take([talk("2")], "b.jsonl")

    assert [r.opening for r in list_show.list_entries(dataset, where="source:b.jsonl").entries] == ["2"]
    findings = validation.validate_at(dataset).findings
    for code in {f.code for f in findings} | {f.name for f in findings}:
        values = {row.id for row in list_show.list_entries(dataset, where=f"issue:{code}").entries}
        assert values == {f.entry for f in findings if code in (f.code, f.name)}
    assert findings
    assert list_show.list_entries(dataset, where="issue:S001").total == 0


def test_the_past_is_listed_and_shown(dataset, take, talk, edit) -> None:
    result = take([talk("1")])
    edit("A friend of 1", "Nobody")
    one = result.added[0].id

    assert "Nobody" in list_show.show(dataset, one[:20]).script
    assert "A friend of 1" in list_show.show(dataset, f"HEAD:{one}").script
    assert "A friend of 1" in list_show.show(dataset, one, revision="HEAD").script
    assert list_show.list_entries(dataset, revision="HEAD~1").total == 0
    with pytest.raises(NotFound):
        list_show.show(dataset, f"HEAD~1:{one}")


def test_what_is_shown_is_a_script_with_its_sidecar(dataset, take, talk) -> None:
    result = take([talk("1", id="row-1", tags=["night"])])

    shown = list_show.show(dataset, result.added[0].id)

    assert script.parse(shown.script) == shown.entry
    assert shown.entry["tags"] == ["night"]
    assert shown.sidecar["source"]["id"] == "row-1"
    assert (shown.line, shown.part) == (1, dataset.now().parts()[0])


def test_the_name_of_a_tool_is_nobody_who_speaks(dataset, take, talk) -> None:
    call = {"type": "function", "function": {"name": "roll", "arguments": "{}"}}
    rolled = [
        {"role": "user", "content": "Roll."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "name": "roll", "content": "17"},
    ]
    take([talk(messages=rolled)])

    (row,) = list_show.list_entries(dataset).entries

    assert row.characters == []
    with pytest.raises(NotFound, match="no character roll"):
        list_show.list_entries(dataset, where="character:roll")
    assert characters.measure({"messages": rolled}) == {}
