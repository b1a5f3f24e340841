"""The command `hook`."""

import sys

import click

from talekeep.cli.app import App
from talekeep.cli.app import command


@command("hook", hidden=True)
@click.argument("name")
@click.argument("arguments", nargs=-1)
@click.option("--yes", type=int, default=0, metavar="CODE", help="The exit code that means yes.")
def hook(app: App, name: str, arguments: tuple[str, ...], yes: int) -> int:
    """Answer a git hook, called as git calls it.

    pre-commit and pre-merge-commit validate what is staged, commit-msg adds trailers to the message,
    post-merge and post-checkout look at what is there now, pre-push at what leaves and where to. Files behind
    pre-commit are those the pre-commit framework names: one that is not staged has the whole commit checked.

    \b
    Examples:
      talekeep hook pre-commit
      talekeep hook commit-msg .git/COMMIT_EDITMSG
    """
    if name == "commit-msg" and arguments:
        _add_trailers(app, arguments)
        return yes
    from talekeep.ops.project import git_hooks

    given = sys.stdin.read() if name == "pre-push" else ""
    remark = git_hooks.run_hook(app.dataset, name, arguments, given)
    if remark is not None:
        app.output.line(remark)
    return yes


def _add_trailers(app: App, arguments: tuple[str, ...]) -> None:
    from talekeep.ops.project import commit_msg_hook
    from talekeep.store.clone.clone import Clone

    # Git starts hooks in the top folder. The second argument is the wrapper's: the process of git.
    git = int(arguments[1]) if len(arguments) > 1 else None
    with Clone.in_folder(app.path(".").resolve()) as clone:
        commit_msg_hook.add_trailers(clone, app.path(arguments[0]), git)
