"""Every command, as `talekeep --help` lists it: one row here, one file in `cli.commands`."""

# Task → command → one sentence, so that listing commands imports none of them.
COMMANDS: dict[str, dict[str, str]] = {
    "Start a dataset": {
        "help": "Explain a command or a topic.",
        "init": "Make a new dataset.",
        "clone": "Make a dataset from a mirror folder or a git repository.",
        "setup": "Install hooks and drivers in this clone.",
        "demo": "See the main steps on sample conversations.",
        "status": "Show where the dataset stands and what to do next.",
        "serve": "Open a page in the browser to read, edit and review.",
        "doctor": "Check this clone and what Talekeep runs on.",
        "repack": "Cut large parts and pack the history.",
        "config": "Show or change settings.",
        "schema": "Print the JSON Schema of an answer or a file.",
        "completion": "Print the script for the Tab key of your shell.",
    },
    "Bring in and write conversations": {
        "import": "Import conversations from files.",
        "add": "Add an entry that you write.",
        "list": "List entries.",
        "search": "Find text in the messages.",
        "show": "Show one entry.",
        "edit": "Edit one entry in your editor.",
        "replace": "Replace text in many messages.",
        "system": "Set the system prompt of entries.",
        "split": "Split an entry into several.",
        "alternative": "Look at the replies that were not taken, and take one.",
        "join": "Join several entries into one.",
        "duplicate": "Copy entries.",
        "remove": "Remove entries; they stay in the history.",
    },
    "Tags, characters and prompts": {
        "tag": "Add and remove tags, and change the list of tags.",
        "category": "Change the categories of tags.",
        "character": "Say who speaks, and change the list of characters.",
        "source": "Say whose imported conversations are.",
        "prompt": "Keep system prompts and copy them into entries.",
    },
    "Check and measure": {
        "validate": "Check every entry against the rules.",
        "repair": "Repair what validation finds, where no word changes.",
        "rule": "Explain a rule.",
        "review": "Read entries one by one and approve them, or say what they need.",
        "insights": "Measure the dataset and say what stands out.",
        "craft": "Measure how the replies are written.",
        "duplicates": "Find entries that are alike.",
    },
    "History": {
        "commit": "Commit every change in the folder.",
        "log": "Show commits, newest first.",
        "diff": "Compare two states, entry by entry.",
        "blame": "Show which commit gave each message its text.",
        "discard": "Throw uncommitted changes away.",
        "restore": "Bring entries back from a commit.",
        "undo": "Reverse an operation by a new commit.",
        "redo": "Reverse the last undo.",
        "snapshot": "Give a commit a name and a note.",
    },
    "Branches and merging": {
        "branch": "List branches or make one.",
        "switch": "Go to another branch.",
        "merge": "Merge a branch, entry by entry.",
        "conflicts": "List open conflicts.",
        "resolve": "Settle open conflicts.",
    },
    "Take conversations out": {
        "export": "Write entries to a file, for a trainer or another tool.",
        "trained": "Note which data made which model.",
        "fit": "Show what trainers would do with the entries.",
        "combine": "Make one dataset of several.",
        "generate": "Write a prompt for a model outside Talekeep.",
    },
    "Backups and other machines": {
        "remote": "Add and check places for copies.",
        "sync": "Fetch, merge and push in one step.",
        "push": "Save to a mirror folder or push to a git repository.",
        "fetch": "Bring in what other machines saved or pushed.",
    },
}

# What git calls; not for people.
HIDDEN = ("hook", "merge-driver", "remote-helper", "textconv")
