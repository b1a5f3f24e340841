"""A view with some files replaced: what the dataset will be, before anything is written."""

from collections.abc import Mapping

from talekeep.store.git import trees
from talekeep.store.view import View


def overlay(view: View, files: Mapping[str, bytes | None]) -> View:
    """`seen` with these files in place of its own; None takes a file away."""
    written = {path: data for path, data in files.items() if data is not None}
    oids = {path: oid for path, oid in view.files.items() if path not in files}
    oids |= {path: trees.blob_id(data) for path, data in written.items()}

    def read(path: str) -> bytes:
        return written[path] if path in written else view.read(path)

    return View(oids, read, ids=view.ids, models=view.models)
