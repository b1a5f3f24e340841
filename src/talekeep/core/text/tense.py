"""Who tells, and in which tense: counts of words from small closed lists, for English only.

A text that is not English gives no answer, and neither does one that is not clear.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal
from typing import TypeAlias

Person: TypeAlias = Literal["first", "second", "third"]
Tense: TypeAlias = Literal["past", "present"]
PERSONS: tuple[Person, ...] = ("first", "second", "third")
TENSES: tuple[Tense, ...] = ("past", "present")

# The commonest words of English that the neighbouring languages do not share.
_COMMON = """
    the and of to with that it is was his her he she you your my for from as at into but not this by on
    they their i i'm be have has had are were when there then its
"""
_ENGLISH = frozenset(_COMMON.split())
_ENGLISH_SHARE = 0.2
_FEWEST = 8

_OF_THIRD = "he she he's she's he'd she'd him her his hers himself herself"
_OF_SECOND = "you you're you've you'll you'd your yours yourself"
_OF_FIRST = "i i'm i've i'll i'd me my mine myself we we're we've our ours us"
_PRONOUNS: dict[str, Person] = {
    **dict.fromkeys(_OF_FIRST.split(), "first"),
    **dict.fromkeys(_OF_SECOND.split(), "second"),
    **dict.fromkeys(_OF_THIRD.split(), "third"),
}
_CLEAR_PERSON = 3

# Base, third person and past of verbs that narrate. No form that is also the base of another, and none
# whose past is its base (put, let, set).
_VERBS = """
    answer answers answered|arrive arrives arrived|ask asks asked|begin begins began|blink blinks blinked
    |bring brings brought|call calls called|catch catches caught|close closes closed|come comes came
    |cross crosses crossed|cry cries cried|draw draws drew|drop drops dropped|fall falls fell
    |feel feels felt|find finds found|follow follows followed|frown frowns frowned|gasp gasps gasped
    |gaze gazes gazed|get gets got|give gives gave|glance glances glanced|go goes went|grab grabs grabbed
    |grin grins grinned|grip grips gripped|hear hears heard|hesitate hesitates hesitated|hold holds held
    |keep keeps kept|kneel kneels knelt|knock knocks knocked|know knows knew|laugh laughs laughed
    |lean leans leaned|lift lifts lifted|listen listens listened|look looks looked
    |make makes made|move moves moved|murmur murmurs murmured|mutter mutters muttered|nod nods nodded
    |open opens opened|pause pauses paused|pull pulls pulled|push pushes pushed|raise raises raised
    |reach reaches reached|remain remains remained|reply replies replied|return returns returned
    |rise rises rose|run runs ran|say says said|see sees saw|seem seems seemed|shake shakes shook
    |shrug shrugs shrugged|sigh sighs sighed|sit sits sat|slide slides slid|smile smiles smiled
    |speak speaks spoke|stand stands stood|stare stares stared|start starts started|stay stays stayed
    |step steps stepped|stop stops stopped|take takes took|tell tells told|think thinks thought
    |throw throws threw|tilt tilts tilted|touch touches touched|try tries tried|turn turns turned
    |wait waits waited|walk walks walked|want wants wanted|watch watches watched|wave waves waved
    |whisper whispers whispered|wonder wonders wondered
"""
_FORMS = [verb.split() for verb in _VERBS.split("|")]
_BASE = frozenset(base for base, _, _ in _FORMS)
_PRESENT = frozenset(["is", "are", "am", "has", "does", *(third for _, third, _ in _FORMS)])
_PAST = frozenset(["was", "were", "did", *(past for _, _, past in _FORMS)])
_SPEAKERS = frozenset(["i", "you", "we", "they"])
_HELPING = """
    has have had is are was were be been being get got having i've you've we've they've i'd you'd
"""
# Behind these a past form is a participle, and before it a base is an infinitive.
_AUXILIARIES = frozenset(_HELPING.split())
_CLEAR_TENSE = 4
_CLEAR_SHARE = 0.8


def is_english(words: Sequence[str]) -> bool:
    """Whether enough of these folded words are common English ones."""
    known = sum(1 for word in words if word in _ENGLISH)
    return len(words) >= _FEWEST and known >= _ENGLISH_SHARE * len(words)


def persons(words: Sequence[str]) -> Counter[Person]:
    """The pronouns of each person among folded words."""
    return Counter(_PRONOUNS[word] for word in words if word in _PRONOUNS)


def tenses(words: Sequence[str]) -> Counter[Tense]:
    """The verbs in each tense among folded words, as far as the lists know them."""
    result: Counter[Tense] = Counter()
    for before, word in zip(("", *words), words, strict=False):
        if word in _PRESENT or (word in _BASE and before in _SPEAKERS):
            result["present"] += 1
        elif word in _PAST and before not in _AUXILIARIES:
            result["past"] += 1
    return result


def person(words: Sequence[str]) -> Person | None:
    """Who tells a narration: `first` where an I speaks at least as often as others are spoken of, `third`
    and `second` where no I does."""
    result = persons(words) if is_english(words) else Counter[Person]()
    first, second, third = (result[person] for person in PERSONS)
    if first >= _CLEAR_PERSON and first >= third:
        return "first"
    if first:
        return None
    if third >= _CLEAR_PERSON:
        return "third"
    return "second" if second >= _CLEAR_PERSON and not third else None


def tense(words: Sequence[str]) -> Tense | None:
    """The tense of a narration, where four verbs in five are in it."""
    result = tenses(words) if is_english(words) else Counter[Tense]()
    whole = result.total()
    clear = [t for t in TENSES if whole >= _CLEAR_TENSE and result[t] >= _CLEAR_SHARE * whole]
    return clear[0] if clear else None
