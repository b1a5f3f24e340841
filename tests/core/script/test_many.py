"""Several scripts in one text."""

import pytest

from talekeep.core.codec import encode
from talekeep.core.script.many import parse_all
from talekeep.core.script.script import DIVIDER
from talekeep.core.script.script import ScriptError
from talekeep.core.script.script import render
from talekeep.core.script.script import render_part


def entry(name, text="Hm."):
    return {"id": name, "messages": [{"role": "user", "content": text}], "tags": []}


def test_the_scripts_of_a_part_are_its_entries():
    entries = [entry("a"), entry("b", f"Above\n{DIVIDER}\nbelow"), entry("c")]
    assert parse_all("".join(render_part(encode(e) for e in entries))) == entries


def test_one_script_is_one_entry_whatever_its_text_is():
    one = entry("a", f"{DIVIDER}\n\nThe end.")
    assert parse_all(render(one)) == [one]


def test_a_broken_one_is_named_by_its_line_in_the_whole_text():
    with pytest.raises(ScriptError) as refused:
        parse_all(f"{DIVIDER}\nid: a\n\n## user\n\nHm.\n{DIVIDER}\nid: b\nnonsense\n")
    assert refused.value.line == 9
