"""The command `completion`."""

from dataclasses import dataclass

import click

from talekeep.cli.app import App
from talekeep.cli.app import command

_ASKS = "_TALEKEEP_COMPLETE"


@dataclass(frozen=True, slots=True)
class Completion:
    """The script that a shell reads."""

    shell: str
    script: str


@command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
@click.pass_context
def completion(context: click.Context, app: App, shell: str) -> None:
    """Print the script that lets SHELL complete commands, options and values with the Tab key.

    Nothing is installed: save the script where your shell reads it, and open a new shell.

    \b
    Examples:
      talekeep completion bash >> ~/.bashrc
      talekeep completion zsh > ~/.zfunc/_talekeep
      talekeep completion fish > ~/.config/fish/completions/talekeep.fish
      talekeep completion powershell >> $PROFILE
    """
    from click import shell_completion

    import talekeep.cli.terminal.powershell  # noqa: F401 - one more class of shells

    result = shell_completion.get_completion_class(shell)
    assert result is not None
    asking = result(context.find_root().command, {}, "talekeep", _ASKS)
    # The class for bash would start bash here to see how old it is.
    script = shell_completion.ShellComplete.source(asking)
    app.output.answer("completion", Completion(shell, script), [script.rstrip("\n")])
