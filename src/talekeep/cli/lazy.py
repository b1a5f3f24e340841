"""Groups of commands that import a command only when it is asked for."""

import importlib
import importlib.util
import keyword
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from importlib.machinery import PathFinder
from types import MappingProxyType
from types import ModuleType
from typing import Any

import click

from talekeep.core.errors import Usage


class LazyGroup(click.Group):
    """A group that knows its commands by name.

    The command `forget-machine` of the group whose package is `talekeep.cli.commands.remote` is the function
    `forget_machine` of the module `talekeep.cli.commands.remote.forget_machine`. A name that Python needs for
    itself has an underscore behind it: `import` is `import_` in `import_.py`, `list` is `list_` in `list.py`.

    Args:
        package: where the modules of the commands are.
        commands: heading → command → summary, as they are listed. Nothing is imported to list them.
        hidden_commands: commands that are not listed.
        synonyms: words for commands that have another name here → what to run instead.
        old_names: earlier names of commands, which keep working → their names now.
    """

    def __init__(
        self,
        *args: Any,  # Any: all of them go to click as they are
        package: str,
        commands: Mapping[str, Mapping[str, str]],
        hidden_commands: Sequence[str] = (),
        synonyms: Mapping[str, str] = MappingProxyType({}),
        old_names: Mapping[str, str] = MappingProxyType({}),
        **settings: Any,  # Any: all of them go to click as they are
    ) -> None:
        super().__init__(*args, **settings)
        self.package = package
        self.headings = commands
        self.summaries = {name: text for rows in commands.values() for name, text in rows.items()}
        self.names = (*self.summaries, *hidden_commands)
        self.synonyms = synonyms
        self.old_names = old_names

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        cmd_name = self.old_names.get(cmd_name, cmd_name)
        if cmd_name not in self.names:
            return None
        stem = cmd_name.replace("-", "_")
        module = importlib.import_module(f"{self.package}.{stem}{'_' * keyword.iskeyword(stem)}")
        loaded = getattr(module, f"{stem}_", None) or getattr(module, stem)
        assert isinstance(loaded, click.Command)
        return loaded

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in (*self.names, *self.old_names):
            raise self._unknown(ctx, args[0])
        return super().resolve_command(ctx, args)

    def _unknown(self, ctx: click.Context, word: str) -> Usage:
        path, lowered = ctx.command_path, word.lower()
        message = f"there is no command {path} {word}"
        if lowered in self.synonyms:
            return Usage(message, self.synonyms[lowered])
        if lowered in self.names:
            return Usage(message, f"{path} {lowered}")
        # Loaded by mistakes alone: every command starts with this module.
        from difflib import get_close_matches

        near = get_close_matches(lowered, self.summaries, 1, cutoff=0.7)
        near = near or get_close_matches(lowered, self.synonyms, 1, cutoff=0.7)
        if not near:
            return Usage(message, f"{path} --help lists all commands")
        return Usage(message, f"did you mean {self.synonyms.get(near[0], f'{path} {near[0]}')}?")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, rows in self.headings.items():
            with formatter.section(heading):
                formatter.write_dl(list(rows.items()))


# Any: click calls the function of a group with the options of that group.
def lazy_group(
    name: str, commands: Mapping[str, str], old_names: Mapping[str, str] = MappingProxyType({})
) -> Callable[[Callable[..., Any]], LazyGroup]:  # Any: see above
    """The group `name`, whose sub-commands are the modules of `talekeep.cli.commands.NAME`."""
    package = f"talekeep.cli.commands.{name}"
    return click.group(
        name, cls=LazyGroup, package=package, commands={"Commands": commands}, old_names=old_names
    )


class _Deferred(PathFinder):
    """Finds the modules of some packages so that they run at their first use, not at their import."""

    packages: tuple[str, ...] = ()

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(cls.packages):
            return None
        spec = super().find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


@contextmanager
def deferred(*packages: str) -> Iterator[None]:
    """Let the modules of these packages that are imported here run at their first use: completion and help
    ask commands for their options and never use what they work with."""
    _Deferred.packages = packages
    sys.meta_path.insert(0, _Deferred)
    try:
        yield
    finally:
        sys.meta_path.remove(_Deferred)
