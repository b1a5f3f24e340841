"""What can go wrong, as types. Wording for people is the message and the hint; `cli` prints both.

Problem                 anything Talekeep refuses or cannot do; carries a process exit code
├── Negative      1     the command worked and its answer is "no" (findings, conflicts)
├── Usage         2     the request makes no sense as written
├── NotFound      3     no such dataset, entry, revision, remote
├── Refused       4     doing it could lose or leak data
└── Outside       5     disk, permission, network, another program
BadRecord               one record of untrusted data that cannot be taken in; never leaves an op
"""


class Problem(Exception):
    """A failure a person can act on.

    Args:
        message: what failed, with the name of the thing, and why.
        hint: the next command or step, ready to copy; None where there is none.
    """

    exit_code = 70

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Negative(Problem):
    exit_code = 1


class Usage(Problem):
    exit_code = 2


class NotFound(Problem):
    exit_code = 3


class Refused(Problem):
    exit_code = 4


class Outside(Problem):
    exit_code = 5


class BadRecord(ValueError):
    """A record that is refused; `str(error)` is the reason shown beside its line number."""


def reason_of(error: Exception) -> str:
    """What went wrong, for a sentence that says what it was part of; without the hint of a Problem."""
    return error.message if isinstance(error, Problem) else str(error)
