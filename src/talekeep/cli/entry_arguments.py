"""`duplicate`, `join`, `remove`, `replace`, `split`, `system`: changes of one entry or of many."""

import click

entries_argument = click.argument("entries", nargs=-1, metavar="[ENTRY]...")


def numbers(_: object, __: object, text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a list of numbers such as 2,5") from None


def words(_: object, __: object, text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
