"""`duplicates` as people see it."""

from pathlib import Path

ID = "123e4567-e89b-42d3-a456-42661417400"


def test_duplicates_shows_groups_and_their_places(run, harbor: Path, part: Path) -> None:
    run("duplicate", f"{ID}1", cwd=harbor, check=0)
    copy = run("list", "--json", cwd=harbor).json["entries"][2]["id"]
    place = part.relative_to(harbor).as_posix()

    shown = run("duplicates", cwd=harbor, check=0).out.splitlines()
    assert shown == [
        "same conversation, 2 entries",
        f"  @1  4001    1×  Question 1? (mara, wren)  [night]  {place}:2",
        f"  @2  {copy[-4:]}    1×  Question 1? (mara, wren)  [night]  {place}:3",
        "1 group, 2 entries, 1 duplicate",
    ]
    tagged = run("duplicates", "--tag", "--json", cwd=harbor, check=0).json
    assert tagged["tagged"]["changed"] == [copy]
    assert tagged["clusters"][0]["kind"] == "conversation"
    assert run("list", "--where", "tag:duplicate", "--count", cwd=harbor).out == "1\n"


def test_duplicates_without_any_says_so_and_shows_no_more_than_asked(run, harbor: Path) -> None:
    none = "0 groups, 0 entries, 0 duplicates\n"
    assert run("duplicates", cwd=harbor, check=0).out == none
    run("duplicate", "--where", "", cwd=harbor, check=0)
    page = run("duplicates", "--exact", "opening", "--limit", "1", cwd=harbor, check=0)
    assert page.err == "… and 2 groups more: --limit 0\n"
    would = run("duplicates", "--tag", "twin", "-n", cwd=harbor, check=0)
    assert "Would: tag 3 entries" in would.out
    assert "there is no tag twin" in run("list", "--where", "tag:twin", cwd=harbor, check=3).err
