"""`import` and `export` say what came, what did not, and what to do next."""

import json
import re
import shutil
from pathlib import Path


def plain(text: str) -> str:
    return re.sub(r"\[[0-9a-f]{7}\]", "[…]", text)


def test_a_rolethread_folder_says_what_it_brought(run, harbor: Path, shared: Path) -> None:
    folder = shared / "rolethread" / "solo_roleplay"
    counts = "took 3 categories, 10 tags, 1 alias (slow_burn_romance), 3 prompts"
    note = "alias found_family → found_family_rp: found_family is a tag of its own, not kept"

    outcome = run("import", folder, "-n", cwd=harbor, check=0)
    assert outcome.out.startswith(
        f"Would add 77, same 0, refused 0\n  would {counts.replace('took', 'take')}\n"
    )
    result = run("import", folder, cwd=harbor, check=0)
    assert plain(result.out) == (
        f"Added 77, same 0, refused 0  […]\n  {counts}\n  solo_roleplay.registry.json: {note}\n"
    )
    answer = run("import", folder, "--no-registry", "--json", cwd=harbor, check=0).json
    assert (len(answer["same"]), answer["notes"], answer["libraries"]) == (77, [], {})


def test_a_broken_registry_is_named_and_costs_no_entry(
    run, harbor: Path, shared: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(shared / "rolethread" / "empty_new", tmp_path / "lite")
    (folder / "empty_new.registry.json").chmod(0o644)
    (folder / "empty_new.registry.json").write_text("{")

    assert run("import", folder, cwd=harbor, check=1).out == (
        "Added 0, same 0, refused 1\n"
        "  refused empty_new.registry.json: not JSON: Expecting property name enclosed in double quotes:"
        " line 1 column 2 (char 1)\n"
    )


def test_an_export_for_rolethread_names_what_it_lost(run, harbor: Path, tmp_path: Path) -> None:
    assert run("export", "../lite.jsonl", "--format", "rolethread", cwd=harbor, check=0).out == (
        "Exported 3 entries to ../lite.jsonl (rolethread)\n"
        "  3: RoleThread Lite calls it invalid: T204 too-few-messages\n"
    )
    assert json.loads((tmp_path / "lite.registry.json").read_text())["dataset"]["entry_count"] == 3
    run("export", "../lite.jsonl", "--format", "rolethread", cwd=harbor, check=0)
    (tmp_path / "lite.jsonl").write_text("")
    again = run("export", "../lite.jsonl", "--format", "rolethread", cwd=harbor, check=4)
    assert "talekeep import" in again.err


def test_an_edited_export_comes_back_and_a_conflict_says_what_next(
    run, harbor: Path, tmp_path: Path, edit
) -> None:
    run("export", "../away.jsonl", cwd=harbor, check=0)
    edit("Answer 0.", "Ours, in other words.")
    run("commit", "-m", "Edit", cwd=harbor, check=0)
    away = tmp_path / "away.jsonl"
    text = away.read_text().replace("Answer 0.", "Theirs entirely.").replace("Question 2?", "Question two?")
    away.write_text("".join(line for line in text.splitlines(keepends=True) if "Question 1?" not in line))

    result = run("import", "../away.jsonl", cwd=harbor, check=1)

    assert plain(result.out) == (
        "Added 0, same 0, merged back 1, refused 0  […]\n"
        "  conflict in 123e4567-e89b-42d3-a456-426614174000 messages.1.content\n"
        "  not in the file, kept as they are: 123e4567-e89b-42d3-a456-426614174001\n"
        "  next: talekeep remove 123e4567-e89b-42d3-a456-426614174001, if they are to go here too\n"
    )
    assert result.err == (
        "next: talekeep conflicts; then talekeep resolve ENTRY --ours (or --theirs), and talekeep commit\n"
    )
    run("conflicts", cwd=harbor, check=1)
    run("resolve", "123e4567", "--theirs", cwd=harbor, check=0)
    run("commit", "-m", "Settled", cwd=harbor, check=0)
    assert "Theirs entirely." in run("show", "123e4567-e89b-42d3-a456-426614174000", cwd=harbor, check=0).out
    run("validate", cwd=harbor, check=0)


def test_the_answer_of_a_chat_is_taken_and_tagged(run, harbor: Path, tmp_path: Path) -> None:
    record = '{"messages":[{"role":"user","content":"Rope?"},{"role":"assistant","content":"In the boat."}]}'
    (tmp_path / "answer.txt").write_text(f"Here it is:\n\n```jsonl\n{record}\n```\n")

    result = run("import", "../answer.txt", "--tag", "AI generated,needs_review", cwd=harbor, check=1)

    assert plain(result.out) == (
        "Added 1, same 0, refused 1  […]\n  refused answer.txt:1: not JSON: Expecting value at character 1\n"
    )
    taken = run("list", "--where", "tag:ai_generated tag:needs_review", "--json", cwd=harbor, check=0).json
    assert taken["total"] == 1


def test_records_refused_for_one_reason_are_told_together(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"title":"a"}\n' * 5)
    answer = run("import", tmp_path / "bad.jsonl", cwd=harbor, check=1)
    assert "bad.jsonl:1, 2, 3 and 2 more: no conversation" in answer.out


MIXED = (
    '{"messages":[{"role":"user","content":"Hi"},{"role":"asistant","content":"Hey."}],'
    '"tags":["Slow Burn"]}\n'
    '{"prompt":"Hi","chosen":"Hey.","rejected":"Hello!"}\n'
    "\n"
    '{"title":"a"}\n'
)


def test_each_file_and_format_is_counted_with_what_was_mended(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "mixed.jsonl").write_text(MIXED)
    result = run("import", "../mixed.jsonl", cwd=harbor, check=1)
    lines = plain(result.out).splitlines()
    assert lines[:3] == [
        "Added 2, same 0, refused 1  […]",
        "  mixed.jsonl (chatml): added 1; mended: roles 1, tags 1",
        "  mixed.jsonl (preference): added 1, alternatives 1",
    ]
    assert lines[3].startswith("  refused mixed.jsonl:4 (record 3): no conversation")
    run("undo", cwd=harbor, check=0)
    answer = run("import", "../mixed.jsonl", "--json", cwd=harbor, check=1).json
    assert (answer["alternatives"], answer["mended"]) == (1, {"roles": 1, "tags": 1})
    assert [(row["format"], row["added"], row["refused"]) for row in answer["files"]] == [
        ("chatml", 1, 0),
        ("preference", 1, 0),
        ("", 0, 1),
    ]


def test_a_dry_run_shows_three_entries_as_scripts(run, harbor: Path, tmp_path: Path) -> None:
    record = (
        '{{"messages":[{{"role":"user","content":"Rope {0}?"}},{{"role":"assistant","content":"Here."}}]}}\n'
    )
    (tmp_path / "five.jsonl").write_text("".join(map(record.format, range(5))))
    result = run("import", "../five.jsonl", "--dry-run", cwd=harbor, check=0)
    assert [n for n in range(5) if f"    Rope {n}?" in result.out] == [0, 1, 2]
    assert "    ## assistant\n" in result.out
    answer = run("import", "../five.jsonl", "--dry-run", "--json", cwd=harbor, check=0).json
    assert len(answer["samples"]) == 3
    assert run("import", "../five.jsonl", "--json", cwd=harbor, check=0).json["samples"] == []


def test_a_report_has_every_record_and_replaces_nothing(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "mixed.jsonl").write_text(MIXED)
    report = tmp_path / "report.jsonl"
    run("import", "../mixed.jsonl", "--report", report, cwd=harbor, check=1)
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert [(line["outcome"], line["record"], line["line"]) for line in lines[:3]] == [
        ("added", 1, 1),
        ("added", 2, 2),
        ("refused", 3, 4),
    ]
    before = run("log", "--json", cwd=harbor, check=0).json["commits"]
    refused = run("import", "../mixed.jsonl", "--tag", "x", "--report", report, cwd=harbor, check=4)
    assert "--force" in refused.err
    assert run("log", "--json", cwd=harbor, check=0).json["commits"] == before
    result = run("import", "../mixed.jsonl", "--report", "-", cwd=harbor, check=1)
    assert [json.loads(line)["outcome"] for line in result.out.splitlines()] == ["same", "same", "refused"]
    assert "same 2" in result.err


def test_a_record_without_a_reply_is_told_with_what_lies_beside_it(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "asked.jsonl").write_text('{"messages":[{"role":"user","content":"Hi"}],"ideal":"Hey."}\n')
    result = run("import", "../asked.jsonl", cwd=harbor, check=0)
    assert (
        "asked.jsonl: 1 record without a reply at the end (record 1); beside the messages: ideal"
        in result.out
    )


def test_an_empty_file_is_told(run, harbor: Path, tmp_path: Path) -> None:
    for name, text in (("empty.jsonl", ""), ("blank.jsonl", "\n\n"), ("list.json", "[]")):
        (tmp_path / name).write_text(text)
        assert f"{name}: empty, it holds no records" in run("import", f"../{name}", cwd=harbor, check=0).out


def test_a_speaker_of_both_sides_is_told(run, harbor: Path, tmp_path: Path) -> None:
    turns = [
        [("Mara", "You came."), ("Wren", "I said I would.")],
        [("Wren", "Cold?"), ("Mara", "Always.")],
    ]
    (tmp_path / "both.jsonl").write_text(
        "".join(
            json.dumps({"conversations": [{"from": who, "value": text} for who, text in chat]}) + "\n"
            for chat in turns
        )
    )
    answer = run("import", "../both.jsonl", "--json", cwd=harbor, check=0).json
    assert answer["both_sides"]["Mara"] == {"user": 1, "assistant": 1}
    run("undo", cwd=harbor, check=0)
    assert "speaker Mara speaks on both sides (user in 1, assistant in 1): --map 'Mara=assistant:mara'" in (
        run("import", "../both.jsonl", cwd=harbor, check=0).out
    )


def imported(
    run, harbor: Path, tmp_path: Path, turns: list[dict[str, str]], *args: str
) -> list[tuple[str, ...]]:
    """Role, name and text of each message of the entry that a record becomes."""
    (tmp_path / "chat.jsonl").write_text(json.dumps({"messages": turns}) + "\n")
    answer = run("import", "../chat.jsonl", "--json", *args, cwd=harbor, check=0).json
    shown = run("show", answer["added"][0]["id"], "--json", cwd=harbor, check=0).json
    return [
        (message["role"], message.get("name", ""), message["content"])
        for message in shown["entry"]["messages"]
    ]


def test_a_map_may_say_tool_narrator_and_drop_for_names_and_blank_roles(
    run, harbor: Path, tmp_path: Path
) -> None:
    turns = [
        {"role": "", "content": "Rain."},
        {"role": "user", "content": "Hi"},
        {"role": "OOC", "content": "brb"},
        {"role": "Oracle", "content": "17"},
        {"role": "assistant", "content": "Hey."},
    ]
    maps = ("--map", "=narrator", "--map", "OOC=drop", "--map", "Oracle=tool")
    assert imported(run, harbor, tmp_path, turns, *maps) == [
        ("assistant", "narrator", "Rain."),
        ("user", "", "Hi"),
        ("tool", "", "17"),
        ("assistant", "", "Hey."),
    ]
    names = [
        row["slug"] for row in run("character", "list", "--json", cwd=harbor, check=0).json["characters"]
    ]
    assert "narrator" in names
    assert not {"ooc", "oracle", "tool", "drop", ""} & set(names)
    assert "nobody speaks" not in run("import", "../chat.jsonl", *maps, cwd=harbor, check=0).out


def test_questions_answers_and_thoughts_are_nobodys_names(run, harbor: Path, tmp_path: Path) -> None:
    turns = [{"role": "Q", "content": "Hi"}, {"role": "A", "content": "Hey."}]
    assert imported(run, harbor, tmp_path, turns) == [("user", "", "Hi"), ("assistant", "", "Hey.")]
    thought = [
        {"role": "user", "content": "Hi"},
        {"role": "thought", "content": "hm"},
        {"role": "assistant", "content": "Hello."},
    ]
    assert imported(run, harbor, tmp_path, thought) == [("user", "", "Hi"), ("assistant", "", "Hello.")]


def test_a_label_that_may_be_no_speaker_is_told_with_the_way_out(run, harbor: Path, tmp_path: Path) -> None:
    turns = [
        {"role": "critic", "content": "Judge."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
    ]
    (tmp_path / "chat.jsonl").write_text(json.dumps({"messages": turns}) + "\n")
    assert "--map 'critic=drop'" in run("import", "../chat.jsonl", cwd=harbor, check=0).out


def test_a_map_that_leaves_out_is_for_imports_alone(run, harbor: Path) -> None:
    refused = run("character", "assign", "--where", "", "--map", "Mara=drop", cwd=harbor, check=2)
    assert "import" in refused.err
