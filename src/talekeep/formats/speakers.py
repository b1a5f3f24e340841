"""A record as a format read it, with the speakers people said it has."""

from dataclasses import replace

from talekeep.core.slug import slug
from talekeep.core.speakers import Casting
from talekeep.core.speakers import Speaker
from talekeep.core.speakers import assigned
from talekeep.formats.base import Reading


def mapped(reading: Reading, wanted: Casting | None) -> Reading:
    """The reading with the roles and names of a map in place of those that were guessed."""
    if wanted is None:
        return reading
    entry, used = assigned(reading.entry, wanted)
    decided = {label: _decided(guessed, wanted.find(label)) for label, guessed in reading.speakers.items()}
    met = {slug(label) for label in decided}
    decided |= {
        label: str(speaker)
        for label, speaker in wanted.spelled.items()
        if speaker in used and slug(label) not in met
    }
    return replace(reading, entry=entry, speakers=decided)


def _decided(guessed: str, wanted: Speaker | None) -> str:
    if wanted is None:
        return guessed
    return str(Speaker(wanted.role or guessed.partition(":")[0], wanted.slug))
