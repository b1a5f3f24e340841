"""What people read: the exact words of common runs."""

import re
from pathlib import Path

import pytest

ID = "123e4567-e89b-42d3-a456-42661417400"


def lines(text: str) -> list[str]:
    """The lines with commits and folders, which differ each time, replaced."""
    text = re.sub(r"\[[0-9a-f]{7}\]", "[COMMIT]", text)
    text = re.sub(r"(?<![\w-])[0-9a-f]{7}(?![\w-])", "COMMIT", text)
    return re.sub(r"\d{4}-\d\d-\d\d", "DAY", text).splitlines()


def test_init(run, tmp_path: Path) -> None:
    done = run("init", "bay", "--name", "The bay", check=0)

    assert done.out == f"Made the dataset The bay in {tmp_path / 'bay'}\n"
    assert done.err == "next: cd bay && talekeep import FILE\n"
    said = run("init", "cove", "-n", check=0)
    assert said.out == f"Would make the dataset cove in {tmp_path / 'cove'}\n"
    assert not (tmp_path / "cove").exists()


def test_status(run, harbor: Path, edit) -> None:
    assert lines(run("status", cwd=harbor, check=0).out) == [
        "harbor on main at COMMIT",
        "  entries     3",
        "  changes     none",
        "  validated   yes",
        "  mirror      none",
        "  hooks       ok",
    ]
    edit("Answer 1.", "Another.")
    (harbor / "README.md").write_text("Mine\n")
    told = lines(run("status", cwd=harbor, check=0).out)
    assert told[2] == "  changes     1 changed, 1 other file"
    assert told[-1] == 'next: talekeep commit -m "…"'


def test_import(run, harbor: Path, tmp_path: Path) -> None:
    assert lines(run("import", "../chat.jsonl", cwd=harbor, check=0).out) == ["Added 0, same 3, set aside 0"]
    (tmp_path / "more.jsonl").write_text('{"text": "x"}\n{"messages":[{"role":"user","content":"x"}]}\n')
    assert (
        lines(run("import", "../more.jsonl", "-n", cwd=harbor, check=1).out)[0]
        == "Would add 1, same 0, set aside 1"
    )
    assert lines(run("import", "../more.jsonl", cwd=harbor, check=1).out) == [
        "Added 1, same 0, set aside 1  [COMMIT]",
        "  set aside more.jsonl:1: looks like plain text: not read yet",
    ]


def test_list(run, harbor: Path) -> None:
    short = f"{ID}1"
    assert run("list", cwd=harbor, check=0).out.splitlines() == [
        f"{ID}0    1×  Question 0? (mara, wren)",
        f"{short}    1×  Question 1? (mara, wren)  [night]",
        f"{ID}2    1×  Question 2? (mara, wren)",
        "3 entries",
    ]
    page = run("list", "--limit", "1", "--offset", "1", cwd=harbor, check=0)
    assert page.out.splitlines()[-1] == "3 entries"
    assert page.err == "… and 1 more: --offset 2\n"
    assert run("list", "--where", "tag:night", cwd=harbor, check=0).out.splitlines()[-1] == "1 entry"


def test_show(run, harbor: Path) -> None:
    text = f"id: {ID}1\ntags: night\n\n## user · wren\n\nQuestion 1?\n\n## assistant · mara\n\nAnswer 1.\n"

    assert run("show", f"{ID}1", cwd=harbor, check=0).out == text
    assert run("show", f"HEAD:{ID}1", cwd=harbor, check=0).out == text
    assert run("show", ID, cwd=harbor, check=3).err.startswith("error: 3 entries begin with '123e4567")


def test_commit(run, harbor: Path, edit) -> None:
    assert run("commit", cwd=harbor, check=0).out == "Nothing to commit\n"
    edit("Answer 1.", "Another.")
    assert run("commit", "-n", cwd=harbor, check=0).out.startswith("Would commit +0 ~1 -0 entries in 1 file")
    assert lines(run("commit", cwd=harbor, check=0).out)[0].startswith("Committed +0 ~1 -0 entries in 1 file")


def test_log(run, harbor: Path) -> None:
    assert lines(run("log", cwd=harbor, check=0).out) == [
        "COMMIT  DAY  Import 3 entries from chat.jsonl  (+3 ~0 -0)  Tess Tester",
        "COMMIT  DAY  New dataset harbor  (+0 ~0 -0)  Tess Tester",
    ]
    assert len(run("log", "--limit", "1", cwd=harbor, check=0).out.splitlines()) == 1


def test_diff(run, harbor: Path, edit) -> None:
    assert run("diff", cwd=harbor, check=0).out == "no difference\n"
    edit("Answer 1.", "Another answer.")
    edit('"tags":["night"]', '"tags":["dawn"]')
    told = run("diff", cwd=harbor, check=0).out

    assert told.splitlines()[0].startswith(f"changed {ID}1  (edited message 2, +dawn, -night)")
    assert "  … 1 unchanged\n  ## assistant · mara\n" in told
    assert "[-" in told
    assert "{+" in told
    assert told.splitlines()[-1] == "1 changed"
    assert len(run("diff", "--stat", cwd=harbor, check=0).out.splitlines()) == 2


def test_validate(run, harbor: Path, edit) -> None:
    assert re.fullmatch(
        r"3 entries: 0 error, \d+ warning, \d+ info",
        run("validate", cwd=harbor, check=0).out.splitlines()[-1],
    )
    edit('"role":"user"', '"role":"narrator"')
    first = run("validate", cwd=harbor, check=1).out.splitlines()[0]
    assert re.match(r"error entries/0000/00000-[0-9a-f]{4}\.jsonl:1: S\d{3} [a-z-]+: ", first)
    assert f"[entry {ID}0]" in first


def test_rule(run) -> None:
    told = run("rule", check=0).out.splitlines()
    assert all(re.match(r"[A-Z]\d{3}  (error|warning|info) +[a-z0-9-]+ +\S", row) for row in told)
    code = told[0].split()[0]
    assert code in run("rule", code, check=0).out
    assert "Z999" in run("rule", "Z999", check=2).err


def test_branch_switch_and_merge(run, harbor: Path, edit) -> None:
    made = run("branch", "side", cwd=harbor, check=0)
    assert lines(made.out) == ["* main  COMMIT", "  side  COMMIT"]
    assert made.err == "made the branch side; next: talekeep switch side\n"
    assert run("switch", "side", "-n", cwd=harbor, check=0).out == "Would switch to side\n"
    assert run("switch", "side", cwd=harbor, check=0).out == "On side\n"
    edit("Answer 1.", "Another.")
    run("commit", cwd=harbor, check=0)
    run("switch", "main", cwd=harbor, check=0)
    assert lines(run("merge", "side", "--preview", cwd=harbor, check=0).out) == [
        "Would merge side: 0 added, 1 changed, 0 removed"
    ]
    assert lines(run("merge", "side", cwd=harbor, check=0).out) == [
        "Merged side: 0 added, 1 changed, 0 removed  [COMMIT]"
    ]


def test_export(run, harbor: Path) -> None:
    assert run("export", "../a.jsonl", "--clean", cwd=harbor, check=0).out == (
        "Exported 3 entries to ../a.jsonl (chatml, clean)\n"
    )
    assert run("export", "../b.json", "-n", "--format", "sharegpt", cwd=harbor, check=0).out == (
        "Would export 3 entries to ../b.json (sharegpt)\n  lost in 3: speaker names\n"
    )
    assert run("export", "../a.jsonl", cwd=harbor, check=4).err == (
        "error: ../a.jsonl exists\nhint: --force replaces it\n"
    )


def test_setup(run, harbor: Path) -> None:
    assert run("setup", "--check", cwd=harbor, check=0).out == "Hooks and drivers are in place\n"
    assert run("setup", "--remove", cwd=harbor, check=0).out == "Removed hooks and drivers\n"
    assert "the pre-commit hook is not installed\n" in run("setup", "--check", cwd=harbor, check=1).out
    before = sorted((harbor / ".git/hooks").iterdir())
    run("setup", "-n", cwd=harbor, check=None)
    assert sorted((harbor / ".git/hooks").iterdir()) == before
    assert run("setup", cwd=harbor, check=0).out == "Installed hooks and drivers\n"


def test_remote(run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "synced").mkdir()
    assert run("remote", "list", cwd=harbor, check=0).out == "none\n"
    said = run("remote", "add", "backup", "../synced", "-n", cwd=harbor, check=0)
    assert said.out.startswith("Would mirror backup: ")
    assert list((tmp_path / "synced").iterdir()) == []
    run("remote", "add", "backup", "../synced", cwd=harbor, check=0)
    run("push", "backup", cwd=harbor, check=0)
    run("remote", "remove", "backup", cwd=harbor, check=0)
    assert run("remote", "list", cwd=harbor, check=0).out == "none\n"


@pytest.mark.parametrize("name", ["pre-commit", "pre-merge-commit"])
def test_hook(run, harbor: Path, name: str) -> None:
    done = run("hook", name, cwd=harbor, check=0)

    assert (done.out, done.err) == ("", "")
    assert "no hook 'x'" in run("hook", "x", cwd=harbor, check=2).err
