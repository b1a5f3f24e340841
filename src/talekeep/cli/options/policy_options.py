"""An option for each policy of a training file."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import click

from talekeep.training.policies import POLICIES


# Any: the decorated function is a command, whose type click makes.
def policy_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--same-role join` and its like. Without an option the trainer's or the default value holds."""
    for policy in reversed(POLICIES):
        kind = click.Choice(policy.VALUES) if policy.VALUES else click.STRING
        name = f"--{policy.NAME.replace('_', '-')}"
        metavar = None if policy.VALUES else "VALUE"
        option = click.option(name, f"policy_{policy.NAME}", type=kind, metavar=metavar, help=policy.HELP)
        function = option(function)
    return function


def chosen_policies(values: Mapping[str, str | None]) -> dict[str, str]:
    """The policies among the values of a command's options."""
    given = {name.removeprefix("policy_"): value for name, value in values.items()}
    return {name: value for name, value in given.items() if value is not None}
