"""What an import says of records whose id the dataset has already."""

ID = "123e4567-e89b-42d3-a456-42661417400"


def test_ids_that_are_here_with_other_words_or_tags_are_counted(dataset, take, talk, entries) -> None:
    take([talk(str(n), id=f"{ID}{n}") for n in range(3)], name="first.jsonl")
    changed = [talk("other", id=f"{ID}0"), talk("1", id=f"{ID}1", tags=["new"]), talk("2", id=f"{ID}2")]

    result = take(changed, name="again.jsonl")

    assert (len(result.added), len(result.same)) == (1, 2)
    assert result.notes == [
        "again.jsonl: 1 id here already with other words: added beside, as new entries",
        "again.jsonl: other tags for 1 entry with the same words: kept as here",
    ]
    assert take([talk("3")], name="more.jsonl").notes == []
