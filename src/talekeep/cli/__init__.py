"""The command line: argv in, answer and exit code out. The only layer that knows click and the terminal."""

import atexit
import gc
import io
import os
import sys
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.command_table import COMMANDS
from talekeep.cli.command_table import HIDDEN
from talekeep.cli.lazy import LazyGroup
from talekeep.cli.lazy import deferred
from talekeep.cli.output import Output
from talekeep.cli.synonyms import SYNONYMS
from talekeep.cli.text.guide import guide
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Usage
from talekeep.version import __version__

_BUG = 70
_INTERRUPTED = 130

# What commands do their work with.
_WORKED_WITH = ("talekeep.ops.", "talekeep.store.", "talekeep.library.", "talekeep.rules.")

# After so many more objects than were freed, the collector looks at the new ones.
_NEW_OBJECTS = 70_000


@click.group(
    cls=LazyGroup,
    package="talekeep.cli.commands",
    commands=COMMANDS,
    hidden_commands=HIDDEN,
    synonyms=SYNONYMS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="talekeep", message="%(prog)s %(version)s")
@click.option(
    "-C",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="PATH",
    help="Work as if started in PATH.",
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.pass_context
def cli(context: click.Context, folder: Path, color: str) -> None:
    """Git for the conversations people train on.

    \b
    Examples:
      talekeep init harbor                  make a dataset
      talekeep import chat.jsonl            take conversations in
      talekeep status                       see where you are
      talekeep help start                   read how to begin

    Without a command: where you are, and the next commands that fit.
    """
    context.obj = App(folder, Output(color=color))
    if context.invoked_subcommand is None:
        guide(context.obj)


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the arguments without the program's name; the process's own without it.

    Returns:
        The exit code: 0 done, 1 the answer is no, 2 usage, 3 not found, 4 refused to protect data,
        5 outside failure, 70 a bug in Talekeep, 130 interrupted.
    """
    _collect_rarely()
    arguments = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            # A pipe or file gets UTF-8 and plain line ends on every system.
            stream.reconfigure(encoding="utf-8", newline="\n")
    output = Output(as_json="--json" in arguments, color=_color(arguments))
    completed = os.environ.get("_TALEKEEP_COMPLETE", "")
    if completed.startswith("powershell"):
        import talekeep.cli.terminal.powershell  # noqa: F401 - click knows the shell from then on
    # Neither completion nor help uses what a command works with.
    only_described = completed or arguments[-1:] in (["--help"], ["-h"])
    try:
        with deferred(*_WORKED_WITH) if only_described else nullcontext():
            code = cli.main(arguments, prog_name="talekeep", standalone_mode=False)
        return _with_answer_written(output, code if isinstance(code, int) else 0)
    except Problem as problem:
        output.error(problem)
        return problem.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.ClickException as error:
        output.error(Usage(error.format_message(), _usage_hint(error)))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted: nothing more was changed", err=True)
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        from talekeep.store.files import outside

        output.error(outside(f"{error.filename or 'the system'}", error))
        return Outside.exit_code
    except UnicodeEncodeError as error:
        # A file may have a name that is no UTF-8; a text that is to be stored must be.
        odd = next((ascii(a) for a in arguments if any("\ud800" <= c <= "\udfff" for c in a)), None)
        if odd is None:
            return _report_bug(error)
        output.error(Usage(f"{odd} is not UTF-8", "see that the terminal and the shell speak UTF-8"))
        return Usage.exit_code
    except Exception as error:  # noqa: BLE001 - the one place where a bug of ours is caught
        return _report_bug(error)


def _collect_rarely() -> None:
    """Let the garbage collector look at the objects of this process a hundredth as often, and not at its end.

    A command makes hardly any cycles, while it loads some hundred modules and many small values: with the
    collector's usual numbers, an eighth of a short command is spent in looking through what is all in use.
    """
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
    # What is frozen is left out when the interpreter looks for cycles for the last time.
    atexit.register(gc.freeze)


def _usage_hint(error: click.ClickException) -> str | None:
    context = getattr(error, "ctx", None)
    return f"{context.command_path} --help" if context is not None else None


def _color(arguments: list[str]) -> str:
    chosen = [a.partition("=")[2] for a in arguments if a.startswith("--color=")]
    chosen += [value for option, value in pairwise(arguments) if option == "--color"]
    return chosen[-1] if chosen else "auto"


def _report_bug(error: Exception) -> int:
    """Save the traceback where it can be attached to a report; entry text is not in it."""
    import tempfile
    import traceback

    place = Path(tempfile.mkdtemp(prefix="talekeep-")) / "traceback.txt"
    frames = traceback.format_tb(error.__traceback__)
    place.write_text(f"talekeep {__version__}\n{''.join(frames)}{type(error).__name__}\n", encoding="utf-8")
    click.echo(f"error: a bug in talekeep ({type(error).__name__}); your dataset is as it was", err=True)
    click.echo(f"hint: please report it with {place}", err=True)
    if os.environ.get("TALEKEEP_DEBUG"):
        raise error
    return _BUG


def _with_answer_written(output: Output, code: int) -> int:
    """The exit code, once the answer is out; what was asked is done, whatever becomes of the answer."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        # Whatever flushes again, this message or the interpreter at exit, would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        output.error(Outside(f"this is done, but the answer cannot be written: {reason}"))
        return Outside.exit_code
    return code
