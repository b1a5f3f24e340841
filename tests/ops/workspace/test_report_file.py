"""Pages for a browser are written whole, where they harm nothing."""

import pytest

from talekeep.core.errors import Refused
from talekeep.ops.workspace import report_file


def test_a_page_is_written_and_replaced_only_when_told(dataset, tmp_path) -> None:
    place = tmp_path / "page.html"
    report_file.write_page(dataset, place, "ä")
    with pytest.raises(Refused, match="exists"):
        report_file.write_page(dataset, place, "new")
    assert place.read_bytes() == "ä".encode()

    report_file.write_page(dataset, place, "new", force=True)
    assert place.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["page.html"]


def test_nothing_of_the_dataset_is_overwritten_even_when_told(dataset) -> None:
    before = {p: p.read_bytes() for p in dataset.path.rglob("*") if p.is_file()}
    inside = (
        "README.md",
        "talekeep.toml",
        "entries/page.html",
        ".git/page.html",
        "library/x",
        "sub/../README.md",
    )
    for name in inside:
        with pytest.raises(Refused, match="belongs to the dataset"):
            report_file.write_page(dataset, dataset.path / name, "x", force=True)
    assert {p: p.read_bytes() for p in dataset.path.rglob("*") if p.is_file()} == before
    report_file.write_page(dataset, dataset.path / "page.html", "x")


def test_a_folder_and_a_missing_folder_are_refused(dataset, tmp_path) -> None:
    with pytest.raises(Refused, match="is a folder"):
        report_file.write_page(dataset, tmp_path, "x", force=True)
    with pytest.raises(Refused, match="no folder"):
        report_file.write_page(dataset, tmp_path / "none" / "page.html", "x")
