"""Lists of libraries are as long as a person reads; JSON has all."""

import pytest

TABLES = {
    "tag": "".join(f'[tags.tag{n}]\nname = "Tag {n}"\n\n' for n in range(130)),
    "character": "".join(f'[who{n}]\nname = "Who {n}"\n\n' for n in range(130)),
    "prompt": "".join(f'[p{n}]\nname = "P {n}"\ncontent = "{"守" * 90}"\n\n' for n in range(130)),
    "source": "".join(
        f'[s{n}]\nfile = "s{n}.jsonl"\nsha256 = "{"0" * 64}"\nformat = "messages"\nrecords = 1\n\n'
        for n in range(130)
    ),
}
KEYS = {"tag": "tags", "character": "characters", "prompt": "prompts", "source": "sources"}


def write(path, kind):
    (path / "library").mkdir(exist_ok=True)
    (path / "library" / f"{KEYS[kind]}.toml").write_text(TABLES[kind], encoding="utf-8")


@pytest.mark.parametrize("kind", TABLES)
def test_a_long_library_is_listed_up_to_a_limit_with_the_number_of_the_others(kind, tmp_path, run):
    path = tmp_path / "harbor"
    run("init", path, "-q", check=0)
    write(path, kind)
    whole = run("-C", path, kind, "list", "--json", check=0)
    rows = len(whole.json[KEYS[kind]])
    assert rows >= 130

    first = run("-C", path, kind, "list", check=0)
    few = run("-C", path, kind, "list", "--limit", "3", check=0)
    every = run("-C", path, kind, "list", "--limit", "0", check=0)

    assert first.err == f"… and {rows - 100} more: --limit 0\n"
    assert few.err == f"… and {rows - 3} more: --limit 0\n"
    assert every.err == ""
    lengths = [len(answer.out.splitlines()) for answer in (few, first, every)]
    assert lengths[0] < 10 < 100 <= lengths[1] < 130 <= lengths[2]
    assert run("-C", path, kind, "list", "--json", "--limit", "3", check=0).out == whole.out


def test_the_beginning_of_a_prompt_takes_as_many_columns_in_any_script(tmp_path, run):
    path = tmp_path / "harbor"
    run("init", path, "-q", check=0)
    write(path, "prompt")
    line = run("-C", path, "prompt", "list", "--limit", "1", check=0).out
    assert line == f"p0  {'守' * 34}…\n"
