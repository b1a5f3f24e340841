"""A view with files laid over it."""

from talekeep.store.git import trees
from talekeep.store.overlay import overlay
from talekeep.store.view import View


def test_files_laid_over_are_there_others_stay_and_none_takes_away() -> None:
    held = {"a": b"old a", "b": b"old b", "c": b"old c"}
    below = View({name: trees.blob_id(data) for name, data in held.items()}, held.__getitem__)

    above = overlay(below, {"b": b"new b", "c": None, "d": b"", "e": None})

    assert {name: above.read(name) for name in above.files} == {"a": b"old a", "b": b"new b", "d": b""}
    assert all(above.files[name] == trees.blob_id(above.read(name)) for name in above.files)
    assert below.files["b"] == trees.blob_id(b"old b")
