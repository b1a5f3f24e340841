"""What every command has: help with examples, --json, -n where it writes, the same errors and exit codes."""

import json
import re
from pathlib import Path

import click
import pytest

from talekeep.cli import cli
from talekeep.cli.lazy import LazyGroup
from talekeep.core.errors import NotFound
from talekeep.ops.project import status

GROUPS = {
    name: tuple(group.list_commands(click.Context(group)))
    for name in cli.names
    if isinstance(group := cli.get_command(click.Context(cli), name), LazyGroup)
}
NESTED = [(group, name) for group, names in GROUPS.items() for name in names]
ALL = [(name,) for name in cli.names if name not in GROUPS] + NESTED
WRITE = [
    ("init",),
    ("setup",),
    ("doctor",),
    ("import",),
    ("commit",),
    ("branch",),
    ("switch",),
    ("merge",),
    ("resolve",),
    ("undo",),
    ("redo",),
    ("restore",),
    ("discard",),
    ("snapshot",),
    ("export",),
    ("generate",),
    ("push",),
    ("fetch",),
    ("clone",),
    ("demo",),
    ("config",),
    ("add",),
    ("edit",),
    ("duplicate",),
    ("combine",),
    ("duplicates",),
    ("remove",),
    ("split",),
    ("join",),
    ("replace",),
    ("system",),
    ("repair",),
    *(words for words in NESTED if words[-1] not in ("list", "show", "detect", "review", "check")),
]
# What git calls; people do not.
FOR_GIT = [("textconv",), ("hook",), ("merge-driver",), ("remote-helper",)]
ONE = "123e4567-e89b-42d3-a456-426614174001"


def name_of(words: tuple[str, ...]) -> str:
    return " ".join(words)


def command_of(words: tuple[str, ...]) -> click.Command:
    results: click.Command | None = cli
    for word in words:
        assert isinstance(results, click.Group)
        results = results.get_command(click.Context(results), word)
    assert results is not None
    return results


@pytest.mark.parametrize("words", [*ALL, *((group,) for group in GROUPS)], ids=name_of)
def test_help_has_two_examples_that_parse(run, words: tuple[str, ...]) -> None:
    result = run(*words, "--help", check=0)

    assert result.err == ""
    examples = result.out.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    calls = [e.strip() for e in examples if e.strip().startswith(("talekeep ", "git "))]
    assert len(calls) >= 2
    assert any(call.startswith("talekeep " + name_of(words)) for call in calls)
    known = {o for p in command_of(words).params for o in (*p.opts, *p.secondary_opts)} | {"--json"}
    calls = [call for call in calls if " && " not in call and call.startswith("talekeep")]
    options = {option for call in calls for option in re.findall(r"(?<= )--[a-z-]+", call)}
    assert (words[0] in GROUPS and len(words) == 1) or options <= known


@pytest.mark.parametrize("words", ALL, ids=name_of)
def test_every_command_documents_json_quiet_and_c(run, words: tuple[str, ...]) -> None:
    output = run(*words, "-h", check=0).out

    for option in ("--json", "-q, --quiet", "-C PATH"):
        assert option in output


@pytest.mark.parametrize("words", WRITE, ids=name_of)
def test_every_command_that_writes_has_a_dry_run(run, words: tuple[str, ...]) -> None:
    assert "-n, --dry-run" in run(*words, "--help", check=0).out


def test_every_command_of_the_table_loads() -> None:
    for words in ALL:
        assert command_of(words).name == words[-1]


@pytest.mark.parametrize("group", [cli, *map(command_of, ((name,) for name in GROUPS))], ids=lambda g: g.name)
def test_an_overview_lists_every_command_with_a_sentence(group: click.Command) -> None:
    assert isinstance(group, LazyGroup)
    context = click.Context(group)
    people = {n for n in group.names if not getattr(group.get_command(context, n), "hidden", False)}
    assert set(group.summaries) == people
    for summary in group.summaries.values():
        assert summary[0].isupper()
        assert summary.endswith(".")
    listed = group.get_help(context)
    assert all(
        re.search(rf"^  {name} +{summary[:20]}", listed, re.M) for name, summary in group.summaries.items()
    )


ANSWERS = [
    ("init", ["init", "other"]),
    ("setup", ["-C", "harbor", "setup"]),
    ("setup", ["-C", "harbor", "setup", "--check"]),
    ("doctor", ["-C", "harbor", "doctor"]),
    ("doctor", ["doctor"]),
    ("status", ["-C", "harbor", "status"]),
    ("import", ["-C", "harbor", "import", "../chat.jsonl"]),
    ("commit", ["-C", "harbor", "commit"]),
    ("list", ["-C", "harbor", "list"]),
    ("list", ["-C", "harbor", "list", "--count"]),
    ("search", ["-C", "harbor", "search", "question"]),
    ("show", ["-C", "harbor", "show", "123e4567-e89b-42d3-a456-426614174001"]),
    ("log", ["-C", "harbor", "log"]),
    ("log", ["-C", "harbor", "log", "123e4567-e89b-42d3-a456-426614174001"]),
    ("diff", ["-C", "harbor", "diff", "HEAD~1"]),
    ("blame", ["-C", "harbor", "blame", "123e4567-e89b-42d3-a456-426614174001"]),
    ("restore", ["-C", "harbor", "restore", "--where", "tag:night", "--from", "HEAD"]),
    ("discard", ["-C", "harbor", "discard", "--all"]),
    ("snapshot", ["-C", "harbor", "snapshot"]),
    ("snapshot", ["-C", "harbor", "snapshot", "first"]),
    ("validate", ["-C", "harbor", "validate"]),
    ("insights", ["-C", "harbor", "insights"]),
    ("insights", ["-C", "harbor", "insights", "--profile", "rolethread", "--since", "HEAD~1"]),
    ("insights", ["-C", "harbor", "insights", "--html", "page.html"]),
    ("craft", ["-C", "harbor", "craft"]),
    ("craft", ["-C", "harbor", "craft", "--against", "HEAD"]),
    ("help", ["help"]),
    ("help", ["help", "start"]),
    ("rule", ["rule"]),
    ("rule", ["rule", "S101"]),
    ("branch", ["-C", "harbor", "branch"]),
    ("branch", ["-C", "harbor", "branch", "side"]),
    ("switch", ["-C", "harbor", "switch", "main"]),
    ("merge", ["-C", "harbor", "merge", "main"]),
    ("conflicts", ["-C", "harbor", "conflicts"]),
    ("undo", ["-C", "harbor", "undo"]),
    ("export", ["-C", "harbor", "export", "../out.jsonl"]),
    ("generate", ["-C", "harbor", "generate", "--list"]),
    ("generate", ["-C", "harbor", "generate", "--set", "scenario=Night.", "--examples"]),
    ("completion", ["completion", "bash"]),
    ("config", ["-C", "harbor", "config"]),
    ("config", ["-C", "harbor", "config", "mirror.auto", "off"]),
    ("character", ["-C", "harbor", "character", "list"]),
    ("character", ["-C", "harbor", "character", "detect"]),
    ("character", ["-C", "harbor", "character", "add", "Mara"]),
    ("prompt", ["-C", "harbor", "prompt", "list"]),
    ("prompt", ["-C", "harbor", "prompt", "add", "Keeper", "--text", "You keep it."]),
    ("remote", ["-C", "harbor", "remote", "list"]),
    ("remote", ["-C", "harbor", "remote", "add", "backup", "../synced", "-n"]),
    ("demo", ["demo", "tour"]),
    ("tag", ["-C", "harbor", "tag", "list"]),
    ("tag", ["-C", "harbor", "tag", "review"]),
    ("tag", ["-C", "harbor", "tag", "add", "draft", "--where", "tag:night"]),
    ("tag", ["-C", "harbor", "tag", "rename", "night", "dusk", "-n"]),
    ("category", ["-C", "harbor", "category", "list"]),
    ("category", ["-C", "harbor", "category", "create", "Weather"]),
    ("add", ["-C", "harbor", "add", "--no-edit", "--system", "Night."]),
    ("edit", ["-C", "harbor", "edit", ONE, "--file", "../scene.md"]),
    ("duplicate", ["-C", "harbor", "duplicate", ONE]),
    ("combine", ["combine", "harbor", "--into", "all"]),
    ("duplicates", ["-C", "harbor", "duplicates"]),
    ("duplicates", ["-C", "harbor", "duplicates", "--tag", "--exact", "opening"]),
    ("remove", ["-C", "harbor", "remove", "--where", "tag:night"]),
    ("split", ["-C", "harbor", "split", "--where", "tag:draft", "--after", "1"]),
    ("join", ["-C", "harbor", "join", "--where", ""]),
    ("replace", ["-C", "harbor", "replace", "Question", "Doubt", "--where", ""]),
    ("system", ["-C", "harbor", "system", ONE, "--text", "Night."]),
]


@pytest.mark.parametrize(
    ("name", "arguments"), ANSWERS, ids=lambda x: x if isinstance(x, str) else " ".join(x)
)
def test_json_is_one_object_with_its_schema(run, harbor: Path, name: str, arguments: list[str]) -> None:
    (harbor.parent / "synced").mkdir()
    (harbor.parent / "scene.md").write_text("## user\n\nWho is there?\n")

    result = run(*arguments, "--json", check=0)

    assert result.json["schema"] == f"talekeep.{name}/1"
    assert result.json["ok"] is True
    assert result.err == ""


def test_json_of_the_mirror_commands(run, harbor: Path) -> None:
    (harbor.parent / "synced").mkdir()
    run("-C", harbor, "remote", "add", "backup", "../synced", check=0)
    for arguments in (
        ["-C", harbor, "push", "backup"],
        ["-C", harbor, "fetch"],
        ["clone", harbor.parent / "synced" / "harbor-backup", "again"],
    ):
        result = run(*arguments, "--json", check=0)
        name = next(a for a in arguments if a in ("push", "fetch", "clone"))
        assert (result.json["schema"], result.json["ok"]) == (f"talekeep.{name}/1", True)
        if name == "push":
            assert result.json.keys() >= {"number", "bytes", "folder"}


PROMISED = {
    "init": {"dataset", "path"},
    "import": {"added", "same", "refused", "commit"},
    "status": {"branch", "entries", "changes", "conflicts", "validated", "mirrors"},
    "validate": {"findings", "counts"},
    "combine": {"added", "duplicates", "clashes", "reminted"},
    "duplicates": {"clusters"},
    "list": {"entries", "total"},
    "search": {"entries", "total"},
    "merge": {"merged", "conflicts", "commit"},
    "conflicts": {"conflicts"},
    "undo": {"undone", "entries", "commit"},
    "log": {"commits"},
    "blame": {"messages"},
    "export": {"files", "entries", "losses"},
    "doctor": {"versions", "hooks", "plugins", "checks"},
    "generate": {"templates", "options", "settings"},
}


@pytest.mark.parametrize("name", PROMISED)
def test_keys_that_scripts_rely_on_are_there(run, harbor: Path, name: str) -> None:
    arguments = next(arguments for command, arguments in ANSWERS if command == name)

    assert run(*arguments, "--json", check=0).json.keys() >= PROMISED[name]


def test_a_finding_has_every_promised_key(run, harbor: Path, edit) -> None:
    edit('"role":"user"', '"role":"narrator"')

    result = run("-C", harbor, "validate", "--json", check=1)

    keys = {"code", "name", "severity", "entry", "part", "line", "path", "message", "repair"}
    assert result.json["ok"] is False
    assert all(finding.keys() >= keys for finding in result.json["findings"])
    assert result.json["counts"].keys() == {"error", "warning", "info"}


FAILURES = [
    (2, "usage", ["-C", "harbor", "list", "--limit", "many"]),
    (2, "usage", ["-C", "harbor", "list", "--colour"]),
    (2, "usage", ["-C", "harbor", "show"]),
    (2, "usage", ["lisst"]),
    (2, "usage", ["-C", "harbor", "import", "../chat.jsonl", "--format", "docx"]),
    (2, "usage", ["-C", "harbor", "list", "--where", "tag:"]),
    (2, "usage", ["-C", "harbor", "search", "x", "--in", "narrator"]),
    (3, "not-found", ["-C", "harbor", "search", "x", "--rev", "nowhere"]),
    (3, "not-found", ["-C", "harbor", "show", "ffff"]),
    (3, "not-found", ["-C", "harbor", "import", "none.jsonl"]),
    (3, "not-found", ["-C", ".", "status"]),
    (2, "usage", ["-C", "harbor", "generate"]),
    (3, "not-found", ["-C", "harbor", "generate", "--template", "epic"]),
    (3, "not-found", ["-C", "harbor", "log", "nowhere"]),
    (3, "not-found", ["-C", "harbor", "switch", "nowhere"]),
    (2, "usage", ["-C", "harbor", "character", "assign", "--where", "", "2"]),
    (3, "not-found", ["-C", "harbor", "character", "rename", "nobody", "x"]),
    (3, "not-found", ["-C", "harbor", "prompt", "show", "nowhere"]),
    (4, "refused", ["init", "harbor"]),
    (4, "refused", ["-C", "harbor", "export", "../chat.jsonl"]),
    (4, "refused", ["-C", "harbor", "branch", "main"]),
]


@pytest.mark.parametrize(
    ("code", "kind", "arguments"), FAILURES, ids=lambda x: " ".join(x) if isinstance(x, list) else str(x)
)
def test_a_failure_has_its_exit_code_and_says_what_to_do(
    run, harbor: Path, code: int, kind: str, arguments: list[str]
) -> None:
    plain = run(*arguments, check=code)
    assert plain.out == ""
    assert plain.err.startswith("error: ")

    result = run(*arguments, "--json", check=code)
    body = json.loads(result.err)
    assert result.out == ""
    assert body.keys() == {"code", "message", "hint"}
    assert body["code"] == kind
    assert body["message"] in plain.err
    assert (f"\nhint: {body['hint']}\n" in plain.err) == (body["hint"] is not None)


def test_a_refused_commit_tells_its_findings_as_json(run, harbor: Path, edit) -> None:
    edit('"role":"user"', '"role":"narrator"')

    body = json.loads(run("-C", harbor, "commit", "--json", check=1).err)

    assert body["findings"][0]["line"] == 1
    assert body["findings"][0]["severity"] == "error"


def test_records_set_aside_are_a_no(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"no": 1}\n')

    result = run("-C", harbor, "import", "../bad.jsonl", "--json", check=1)

    assert result.json["ok"] is False
    assert [(r["line"], bool(r["reason"])) for r in result.json["refused"]] == [(1, True)]


def test_a_conflict_is_a_no_and_names_the_places(run, harbor: Path, edit) -> None:
    run("-C", harbor, "branch", "side", check=0)
    edit("Answer 1.", "Ours.")
    run("-C", harbor, "commit", check=0)
    run("-C", harbor, "switch", "side", check=0)
    edit("Answer 1.", "Theirs!")
    run("-C", harbor, "commit", check=0)

    previewed = run("-C", harbor, "merge", "main", "--preview", "--json", check=1).json
    stopped = run("-C", harbor, "merge", "main", check=1)
    listed = run("-C", harbor, "conflicts", "--json", check=1).json

    assert previewed["ok"] is listed["ok"] is False
    assert len(previewed["conflicts"]) == 1
    conflict = previewed["conflicts"][0]
    assert conflict.keys() >= {"entry", "path", "base", "ours", "theirs"}
    assert listed["conflicts"] == [conflict]
    assert f"conflict in {conflict['entry']} {'.'.join(map(str, conflict['path']))}" in stopped.out
    assert "next: talekeep resolve " in stopped.err


def test_an_unknown_command_gets_a_suggestion(run) -> None:
    result = run("imprt", check=2)

    assert "imprt" in result.err
    assert "import" in result.err.replace("imprt", "")
    assert json.loads(run("imprt", "--json", check=2).err).keys() == {"code", "message", "hint"}


def test_an_unknown_option_names_the_help(run) -> None:
    result = run("status", "--colour", check=2)

    assert "--colour" in result.err
    assert "hint: talekeep status --help" in result.err


def test_no_command_at_all_shows_the_overview(run) -> None:
    assert "talekeep help: all commands and topics" in run(check=0).out
    assert "Start a dataset:" in run("help", check=0).out


def test_the_folder_may_be_named_before_or_after_the_command(run, harbor: Path) -> None:
    before = run("-C", "harbor", "list", check=0).out

    assert run("list", "-C", "harbor", check=0).out == before
    assert run("list", cwd=harbor, check=0).out == before


def test_a_full_disk_is_an_outside_failure(run, harbor: Path, monkeypatch) -> None:

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/somewhere")

    monkeypatch.setattr(status, "status", full)

    assert "/somewhere: No space left" in run("-C", harbor, "status", check=5).err
    assert json.loads(run("-C", harbor, "status", "--json", check=5).err)["code"] == "outside"


def test_an_interrupt_ends_with_130(run, harbor: Path, monkeypatch) -> None:

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "status", stop)

    result = run("-C", harbor, "status", check=130)
    assert result.out == ""
    assert result.err.strip().startswith("interrupted")


def test_a_bug_leaves_a_report_without_any_text_of_an_entry(run, harbor: Path, monkeypatch) -> None:

    def broken(*_: object) -> None:
        raise RuntimeError(text)

    text = "A " + "secret" + " conversation"
    monkeypatch.setattr(status, "status", broken)

    result = run("-C", harbor, "status", check=70)
    report = Path(re.search(r"hint: .* (\S+traceback\.txt)", result.err)[1])
    try:
        assert "RuntimeError" in report.read_text()
        assert text not in report.read_text() + result.err
    finally:
        report.unlink()
        report.parent.rmdir()


def test_a_problem_keeps_the_exit_code_of_its_kind(run, harbor: Path, monkeypatch) -> None:

    def lost(*_: object) -> None:
        raise NotFound("gone", None)

    monkeypatch.setattr(status, "status", lost)

    assert run("-C", harbor, "status", check=3).err == "error: gone\n"


@pytest.mark.parametrize(
    "words", [("character", "add"), ("tag", "create"), ("snapshot",), ("category", "create")]
)
def test_text_that_is_no_utf8_is_refused_and_nothing_is_written(run, harbor: Path, words) -> None:
    before = run("-C", harbor, "log", check=0).out

    result = run("-C", harbor, *words, "x\udcff")

    assert result.code == 2
    assert "bug" not in result.err
    assert "hint: " in result.err
    assert run("-C", harbor, "log", check=0).out == before
