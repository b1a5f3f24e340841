"""Completion in PowerShell, which click has no class for.

The script passes the words of the line in one variable, a line each, and the word at the cursor in another.
The answer has one value a line, a tab and its help. For a file it is empty: PowerShell then offers paths.
"""

import os

from click.shell_completion import CompletionItem
from click.shell_completion import ShellComplete
from click.shell_completion import add_completion_class

_WORDS, _INCOMPLETE = "_TALEKEEP_WORDS", "_TALEKEEP_INCOMPLETE"
_SCRIPT = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = $commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition }
    $env:%(complete_var)s = "powershell_complete"
    $env:_TALEKEEP_WORDS = ($before | ForEach-Object { $_.ToString() }) -join "`n"
    $env:_TALEKEEP_INCOMPLETE = $wordToComplete
    try {
        %(prog_name)s | Where-Object { $_ } | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            $text = if ($value -match "\\s") { "'" + $value.Replace("'", "''") + "'" } else { $value }
            $tip = if ($help) { $help } else { $value }
            [System.Management.Automation.CompletionResult]::new($text, $value, "ParameterValue", $tip)
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:_TALEKEEP_WORDS, Env:_TALEKEEP_INCOMPLETE -ErrorAction Ignore
    }
}
"""


@add_completion_class
class PowerShell(ShellComplete):
    """The class by which click answers PowerShell."""

    name = "powershell"
    source_template = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one at the cursor, without the program's name; and that one."""
        incomplete = _unquoted(os.environ.get(_INCOMPLETE, ""))
        words = [_unquoted(word) for word in os.environ.get(_WORDS, "").splitlines()][1:]
        if incomplete and words and words[-1] == incomplete:
            words.pop()
        return words, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.value}\t{item.help or ''}" if item.type == "plain" else ""

    def complete(self) -> str:
        return "\n".join(line for line in super().complete().splitlines() if line)


def _unquoted(word: str) -> str:
    """'it''s' → it's, "a b" → a b"""
    if len(word) >= 2 and word[0] == word[-1] == "'":
        return word[1:-1].replace("''", "'")
    return word.strip('"')
