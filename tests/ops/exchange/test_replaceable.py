"""An export over what lies there: freely over what is as it was written, never over somebody's edits."""

from pathlib import Path

import pytest

from talekeep.core.errors import Refused
from talekeep.ops.exchange import export

FORMATS = pytest.mark.parametrize("format", ["chatml", "rolethread"])


@FORMATS
def test_a_file_still_as_exported_needs_no_force(dataset, take, talk, tmp_path: Path, format: str) -> None:
    take([talk("1")])
    out = tmp_path / "out.jsonl"
    export.export(dataset, out, format=format)
    take([talk("2")], name="more.jsonl")

    assert export.export(dataset, out, format=format).entries == 2


def test_a_training_file_still_as_exported_needs_no_force(dataset, take, talk, tmp_path: Path) -> None:
    take([talk("1")])
    out = tmp_path / "train.jsonl"
    export.export(dataset, out, clean=True)
    take([talk("2")], name="more.jsonl")

    assert export.export(dataset, out, clean=True).entries == 2


@FORMATS
@pytest.mark.parametrize("force", [False, True])
def test_edits_made_since_are_not_exported_over(
    dataset, take, talk, tmp_path: Path, format: str, force: bool
) -> None:
    take([talk("1")])
    out = tmp_path / "out.jsonl"
    export.export(dataset, out, format=format)
    edited = out.read_text().replace("A friend of 1", "An enemy")
    out.write_text(edited)

    with pytest.raises(Refused, match="changed since it was exported") as raised:
        export.export(dataset, out, format=format, force=force)

    assert "talekeep import" in (raised.value.hint or "")
    assert out.read_text() == edited
    take(out)
    assert export.export(dataset, out, format=format, force=force).entries == 1
    assert "An enemy" in out.read_text()


def test_an_edited_registry_is_not_exported_over(dataset, take, talk, tmp_path: Path) -> None:
    take([talk("1")])
    out = tmp_path / "out.jsonl"
    export.export(dataset, out, format="rolethread")
    registry = tmp_path / "out.registry.json"
    registry.write_text(registry.read_text().replace("RoleThread Lite", "RoleThread"))

    with pytest.raises(Refused, match="changed since it was exported"):
        export.export(dataset, out, format="rolethread", force=True)


def test_a_file_that_rolethread_moved_into_its_folder_is_merged_back(
    dataset, take, talk, tmp_path: Path, entries
) -> None:
    take([talk("1"), talk("2")])
    out = tmp_path / "gc.jsonl"
    export.export(dataset, out, format="rolethread")
    (tmp_path / "gc").mkdir()
    moved = tmp_path / "gc" / "gc.jsonl"
    moved.write_text(out.read_text().replace("A friend of 1", "An enemy"))
    (tmp_path / "gc.registry.json").rename(tmp_path / "gc" / "gc.registry.json")
    out.unlink()

    result = take(moved)

    assert (len(result.changed), len(result.same), result.added) == (1, 1, [])
    assert len(entries()) == 2
