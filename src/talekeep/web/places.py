"""The screens that the bar leads to: heading → (address, what it is called, the key behind g)."""

PLACES = (
    ("/", "Entries", "e"),
    ("/review", "Review", "r"),
    ("/insights", "Insights", "i"),
    ("/duplicates", "Duplicates", "d"),
    ("/conflicts", "Conflicts", "k"),
    ("/log", "Log", "l"),
    ("/tags", "Tags", "t"),
    ("/characters", "Characters", "c"),
    ("/prompts", "Prompts", "p"),
    ("/import", "Import", "m"),
    ("/export", "Export", "x"),
    ("/mirrors", "Mirrors", "s"),
    ("/settings", "Settings", "o"),
    ("/help", "Help", "h"),
)
