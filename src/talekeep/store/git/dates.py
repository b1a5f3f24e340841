"""Dates as revisions: `2026-02-01` is the last commit of that day or before, in UTC on every machine."""

import re
from datetime import UTC
from datetime import datetime
from datetime import timedelta

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")


def end_of(text: str) -> int | None:
    """The second (since 1970) up to which a date or a time reaches; None for a text that is neither.

    A date reaches to the end of its day. A time without an offset is in UTC.
    """
    if not _DATE.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    last = known + timedelta(days=1, seconds=-1) if len(text) == len("2026-02-01") else known
    return int(last.timestamp())
