"""A commit beside the branch moves nothing."""


def test_a_commit_beside_the_branch_holds_its_files_and_moves_nothing(dataset, tmp_path) -> None:
    head = dataset.history.head()
    with dataset.writing("test"):
        made = dataset.record(head, {"library/notes.toml": b"x = 1\n", "README.md": None}, "Beside\n")

    view = dataset.of_commit(made)
    assert view.read("library/notes.toml") == b"x = 1\n"
    assert "README.md" not in view.files
    assert [*dataset.history.commit(made).parents] == [head]
    assert dataset.history.head() == head
    assert (dataset.path / "README.md").exists()
