"""What every command shares: the dataset on first use, the output, and the options they have in common."""

import functools
import os
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeAlias
from typing import TypeVar

import click

from talekeep.cli.output import Output
from talekeep.core.errors import Problem
from talekeep.core.errors import Usage

if TYPE_CHECKING:
    # For types alone: a command that opens no dataset starts without dulwich.
    from click.shell_completion import CompletionItem

    from talekeep.store.dataset import Dataset

# Any: each command has options of its own, and click calls it with all of them by name.
Function = TypeVar("Function", bound=Callable[..., Any])
# Any: an option of click takes whatever function the command is by now.
Option: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]


class App:
    """One run of the program.

    Args:
        folder: where it looks for the dataset (`-C`).
    """

    def __init__(self, folder: Path, output: Output) -> None:
        self.folder = folder
        self.output = output
        self._dataset: Dataset | None = None
        self._before: tuple[str | None, str | None] | None = None
        self._names: dict[str, str] | None = None
        # Of the commit that the command makes; and whether it stages instead of committing.
        self.subject: str | None = None
        self.stages = False
        # Whether it may pack the repository when it is done.
        self.packs = True
        self._umask: int | None = None

    @property
    def dataset(self) -> "Dataset":
        """The dataset `folder` lies in.

        Raises:
            NotFound: it lies in none.
        """
        if self._dataset is None:
            from talekeep.store.dataset import Dataset

            self._dataset = Dataset.open(self.folder.resolve())
            self._dataset.subject, self._dataset.stages = self.subject, self.stages
            if self._dataset.is_pushed_on_commit:
                self._before = self._where(self._dataset)
            self._share(self._dataset)
        return self._dataset

    def _share(self, dataset: "Dataset") -> None:
        """In a repository that others of the group write to (`core.sharedRepository`), let them write what
        this command makes."""
        value = (dataset.settings.effective("core", "sharedRepository") or "").lower()
        if value not in ("", "umask", "false", "no", "off", "0"):
            self._umask = os.umask(0o002)
            os.umask(self._umask & ~0o070)

    @staticmethod
    def _where(dataset: "Dataset") -> tuple[str | None, str | None]:
        return dataset.refs.current(), dataset.history.head()

    def finish(self, *, wrote: bool) -> None:
        """After the answer: save what the command committed to the mirrors, where this clone asked for it,
        and pack the repository where enough has gathered."""
        if self._dataset is None:
            return
        self._save_to_mirrors(self._dataset)
        if wrote and self.packs:
            from talekeep.store.clone import upkeep

            upkeep.pack_if_due(self._dataset, self._say_packing, self.output.warn)

    def _say_packing(self, size: int) -> None:
        from talekeep.remotes.base import human

        self.output.say(f"Packing .git, whose objects take {human(size)}")

    def _save_to_mirrors(self, dataset: "Dataset") -> None:
        if self._before is None or not dataset.is_pushed_on_commit:
            return
        now = self._where(dataset)
        if now == self._before or now[0] != self._before[0]:
            return
        from talekeep.ops.remotes import auto_push

        for saved in auto_push.after_commit(dataset):
            if saved.failure is not None:
                self.output.warn(f"not saved to {saved.mirror}: {saved.failure}")
            else:
                self.output.say(f"{saved.mirror}: {saved.sentence}")

    def called(self, name: str) -> str:
        """How people read the character that a message names, where the library knows it."""
        if self._names is None:
            from talekeep.ops.library import characters

            try:
                self._names = characters.names_now(self.dataset)
            except (Problem, OSError):
                # An answer names people after a change is made, too: it shows the slugs then.
                self._names = {}
        return self._names.get(name, name)

    def path(self, given: str | Path) -> Path:
        """A path as the user wrote it, seen from `-C`."""
        return self.folder / given

    def at_home(self, given: str | Path) -> Path:
        """The same, with `~` opened."""
        from talekeep.store.files import at_home

        return self.folder / at_home(given)

    def close(self) -> None:
        if self._dataset is not None:
            self._dataset.close()
            self._dataset = None
        if self._umask is not None:
            os.umask(self._umask)
            self._umask = None


class _Completing(click.Command):
    """A command whose values the Tab key completes where click itself knows none."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:
            for param in self.params:
                if param._custom_shell_complete is None and type(param.type) in _FREE:
                    param._custom_shell_complete = _completed
        return super().parse_args(ctx, args)


# What a value is read as that click offers nothing for.
_FREE = (type(click.STRING), type(click.UNPROCESSED))


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from talekeep.cli.options.value_completion import completed

    return completed(ctx, param, incomplete)


def command(
    name: str, *, hidden: bool = False, writes: bool = False, commits: bool = False, stages: bool = True
) -> Callable[[Function], click.Command]:
    """A command whose function gets an `App` first, with --json, -q and -C; `writes` adds -n, `commits` adds
    -m and, where the function does not ask for it itself and `stages` is on, --no-commit.

    Its docstring is the help: what it does, what it changes, then at least two examples.
    """

    def wrap(function: Function) -> click.Command:
        decorated = _runner(function, writes=writes, commits=commits)
        for option in _options(function, writes=writes, commits=commits, stages=stages):
            decorated = option(decorated)
        return click.command(
            name, cls=_Completing, hidden=hidden, context_settings={"max_content_width": 100}
        )(decorated)

    return wrap


def _runner(function: Function, *, writes: bool, commits: bool) -> Callable[..., int | None]:
    """What click calls: makes the `App`, runs the command's own function, and finishes what it began."""

    @click.pass_context
    @functools.wraps(function)
    def run(
        context: click.Context,
        /,
        as_json: bool,
        quiet: bool,
        work_in: Path | None,
        **values: Any,  # Any: what click made of the command's own options
    ) -> int | None:
        base: App = context.obj
        app = App(base.folder / (work_in or "."), base.output)
        app.output.as_json |= as_json
        app.output.quiet |= quiet
        if commits:
            app.subject = _subject(values.pop("commit_message"))
            app.stages = bool(values.pop("stage_only", False))
        context.call_on_close(app.close)
        if any(name in ("entry", "entries", "words") for name in values):
            from talekeep.cli.last_list import resolve_handles

            values = resolve_handles(lambda: app.dataset, values)
        result: int | None = function(app, **values)
        app.finish(wrote=writes and not values.get("dry_run"))
        return result

    return run


def _options(function: Function, *, writes: bool, commits: bool, stages: bool) -> Iterator[Option]:
    """The options that commands share, the last of a help page first."""
    own = any(each.name == "no_commit" for each in getattr(function, "__click_params__", ()))
    if commits and stages and not own:
        yield _stage_option
    if commits:
        yield _message_option
    if writes:
        yield _dry_run_option
    yield from _COMMON


def _subject(text: str | None) -> str | None:
    if text is None:
        return None
    if not text.strip():
        raise Usage("the subject is empty", 'talekeep … -m "why"')
    return text.strip()


_message_option = click.option(
    "-m", "--message", "commit_message", metavar="TEXT", help="The subject of the commit, in your words."
)
_stage_option = click.option(
    "--no-commit", "stage_only", is_flag=True, help="Stage the change and leave the commit to you."
)

_dry_run_option = click.option(
    "-n", "--dry-run", is_flag=True, help="Say what would happen and change nothing."
)
_COMMON = (
    click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object."),
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but the answer and errors."),
    click.option(
        "-C",
        "work_in",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="Work as if started in PATH.",
    ),
)


def given(options: Mapping[str, Any]) -> dict[str, Any]:  # Any: options of click, each of its own type
    """The options that were given: not those that are None, or of which there is none."""
    return {name: value for name, value in options.items() if value not in (None, ())}


where_option = click.option(
    "--where", metavar="QUERY", help="Only entries that match, e.g. 'tag:draft exchanges>=4'."
)
rev_option = click.option("--rev", metavar="REV", help="Read the past: a commit, branch or snapshot.")
no_commit_option = click.option(
    "--no-commit", is_flag=True, help="Stage the change and leave the commit to you."
)
