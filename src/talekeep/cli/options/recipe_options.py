"""Options that say what a recipe says: order, sample, split."""

import functools
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import click

from talekeep.core.errors import Usage
from talekeep.library.recipes import Recipe
from talekeep.library.recipes import Sample
from talekeep.library.recipes import Split

_SPLIT_BY = ("entry", "cluster", "source", "character", "prompt")
_SAMPLE_BY = ("tag", "source", "character", "prompt")
_COUNT = click.IntRange(min=1)
_OPTIONS = (
    click.option("--columns", metavar="A,B", help="Keep these columns of a row alone."),
    click.option(
        "--max-length",
        type=_COUNT,
        metavar="N",
        help="Tokens a row may have: for the trainer's configuration, and for --cut length.",
    ),
    click.option("--since", default="", metavar="REV", help="With --pairs edits: edits after this revision."),
    click.option(
        "--file-type",
        type=click.Choice(("jsonl", "csv", "parquet")),
        default="jsonl",
        help="What the files of a recipe or of a split are written as.",
    ),
    click.option("--shuffle", is_flag=True, help="In an order that --seed decides."),
    click.option("--seed", type=int, default=0, metavar="N", help="Decides order, sample and split; else 0."),
    click.option("--limit", type=_COUNT, default=None, metavar="N", help="The first N entries of the order."),
    click.option("--sample", type=_COUNT, default=None, metavar="N", help="N entries, balanced over --by."),
    click.option(
        "--repeat", multiple=True, metavar="TAG=N", help="Write entries of a tag N times (2.5 too)."
    ),
    click.option(
        "--split", metavar="A=N,B=N", help="OUT is a folder with a file for each part: train=90,val=5,test=5."
    ),
    click.option(
        "--by",
        type=click.Choice(tuple(dict.fromkeys((*_SPLIT_BY, *_SAMPLE_BY)))),
        help="What stays together in a split (near duplicates and branches always do), or what a sample is "
        "balanced over.",
    ),
    click.option(
        "--holdout",
        type=click.Choice(("refuse", "leave-out")),
        default="refuse",
        help="Entries that talekeep.toml holds out, and those like them: refuse, or leave them out.",
    ),
    click.option("--require-licence", is_flag=True, help="Refuse entries of sources without a licence."),
)


# Any: the decorated function is a command, whose type click makes.
def recipe_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets `recipe`, which has no query, format and policies yet."""

    @functools.wraps(function)
    # Any: click passes every option by name, each of a type of its own.
    def with_recipe(*arguments: Any, **values: Any) -> Any:
        names = (
            "columns",
            "max_length",
            "since",
            "file_type",
            "shuffle",
            "seed",
            "limit",
            "sample",
            "repeat",
            "split",
            "by",
            "holdout",
        )
        given = {name: values.pop(name) for name in (*names, "require_licence")}
        return function(*arguments, recipe=_recipe(given), **values)

    for option in reversed(_OPTIONS):
        with_recipe = option(with_recipe)
    return with_recipe


# Any: options of click, each of a type of its own.
def _recipe(given: Mapping[str, Any]) -> Recipe:
    split, sample, by = given["split"], given["sample"] or 0, given["by"]
    if by is not None and not (split or sample):
        raise Usage(
            "--by says what a split or a sample goes by, and there is neither", "--split or --sample N"
        )
    if by is not None and by not in (_SPLIT_BY if split else _SAMPLE_BY):
        raise Usage(
            f"a {'split' if split else 'sample'} does not go by {by}",
            "a recipe (--save) has split.by and sample.by",
        )
    return Recipe(
        columns=[name.strip() for name in (given["columns"] or "").split(",") if name.strip()],
        max_length=given["max_length"] or 0,
        since=given["since"],
        file_type=given["file_type"],
        seed=given["seed"],
        shuffle=given["shuffle"],
        limit=given["limit"] or 0,
        sample=Sample(size=sample, by="" if split or by is None else by),
        repeat=dict(_weight(text) for text in given["repeat"]),
        split=Split(parts=_parts(split), by=by or "cluster") if split else Split(),
        holdout=given["holdout"],
        require_licence=given["require_licence"],
    )


def with_format(recipe: Recipe, name: str, *, in_folder: bool) -> Recipe:
    """The recipe with the format of `--format`: in a folder csv and parquet say what its files are."""
    if in_folder and (name == "csv" or name == "parquet"):
        return recipe.replaced(file_type=name)
    return recipe.replaced(format=name)


def _weight(text: str) -> tuple[str, float]:
    tag, _, weight = text.rpartition("=")
    try:
        return tag, float(weight)
    except ValueError:
        raise Usage(f"--repeat {text!r} is not TAG=N", "--repeat favourite=2") from None


def _parts(text: str) -> dict[str, int]:
    """train=90,val=10 → {"train": 90, "val": 10}"""
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(name.strip() and weight.strip().isdigit() and int(weight) for name, _, weight in pairs):
        raise Usage(f"--split {text!r} is not NAME=N,NAME=N", "--split train=90,val=5,test=5")
    return {name.strip(): int(weight) for name, _, weight in pairs}
