"""Which characters belong to which kind of script, as the inside of a regular expression's [ ]."""


def _set(ranges: str) -> str:
    """Ranges of hexadecimal code points, as "41-5A 5F"."""
    ends = (part.partition("-") for part in ranges.split())
    return "".join(
        chr(int(low, 16)) + dash + (chr(int(high, 16)) if high else "") for low, dash, high in ends
    )


# Signs that belong to the letter before them (categories Mn, Mc, Me of Unicode 15); letters that stand
# between two such signs are in the ranges too, since all of it goes into a word.
MARKS = _set(
    """
    300-36F 483-489 591-5BD 5BF 5C1-5C2 5C4-5C5 5C7 610-61A 64B-65F 670 6D6-6DC 6DF-6E8 6EA-6ED 711-7F3 7FD
    816-82D 859-85B 898-8E1 8E3-963 981-9E3 9FE-A75 A81-AE3 AFA-B63 B82-BD7 C00-C63 C81-C83 CBC-D4D D57-D63
    D81-DF3 F18-F19 F35 F37 F39 F3E-F84 F86-FBC FC6 135D-135F 1712-1734 1752-1773 1885-193B 1A17-1A1B
    1AB0-1B44 1B6B-1B73 1B80-1BF3 1C24-1C37 1CD0-1CD2 1CD4-1DFF 20D0-20F0 2CEF-2CF1 2D7F-2DFF A66F-A672
    A674-A67D A69E-A6F1 A802-A827 A82C A880-A8C5 A8E0-A8F1 A8FF-A92D A947-A953 AA29-AA4D AAEB-AAEF AAF5-AAF6
    ABE3-ABEA ABEC-ABED FB1E FE20-FE2F 10A01-10A3F 11000-11046 11070-110BA 110C2 11100-11134 11145-11173
    11180-111C0 1122C-11237 1123E 112DF-11446 1145E-114C3 115AF-115C0 11A47-11A99 11C2F-11C3F 1E8D0-1E94A
    """
)
# Invisible signs that writers put inside of words: soft hyphen, joiners, variation selectors.
INVISIBLE = _set("AD 200C-200D 2060 FE00-FE0F E0100-E01EF")
HAN = _set("3005-3007 3021-3029 3031-3035 3038-303C 3400-4DBF 4E00-9FFF F900-FAFF 20000-323AF")
KANA = _set("3041-3096 309D-309F 30A1-30FA 30FC-30FF 31F0-31FF FF66-FF9D 1AFF0-1B16F")
OTHER_SYLLABLES = _set("3105-312F 31A0-31BF A000-A48C")
THAI_LAO = _set("E01-E30 E32 E40-E46 E81-E82 E84 E86-E8A E8C-EA3 EA5 EA7-EB0 EB2 EBD EC0-EC4 EC6 EDC-EDF")
# Burmese with its neighbours, Khmer, New Tai Lue, Tai Tham, Javanese.
STACKING = _set(
    """
    1000-102A 103F 1050-1055 105A-105D 1061 1065-1066 106E-1070 1075-1081 108E A9E0-A9E4 A9E6-A9EF A9FA-A9FE
    AA60-AA76 AA7A AA7E-AA7F 1780-17B3 17D7 17DC 1980-19AB 19B0-19C9 1A20-1A54 1AA7 A984-A9B2 A9CF
"""
)
# The letters of scripts written without spaces.
UNSPACED = HAN + KANA + OTHER_SYLLABLES + THAI_LAO + STACKING
# The signs of those scripts that follow a letter: vowels, tones, voicing.
UNSPACED_SIGNS = _set(
    """
    302A-302F 3099-309A FF9E-FF9F E31 E33-E3A E47-E4E EB1 EB3-EBC EC8-ECE 102B-103E 1056-1059
    105E-1060 1062-1064 1067-106D 1071-1074 1082-108D 108F 109A-109D 17B4-17D3 17DD 1A55-1A7F A980-A983
    A9B3-A9C0 A9E5 AA7B-AA7D
    """
)
FOLLOWING = _set("300-36F") + UNSPACED_SIGNS
# A consonant that these stand before is written below the one before them (Burmese, Khmer, Tai Tham).
STACKS = _set("1039 17D2 1A60")

HANGUL = _set("1100-11FF 3131-318E A960-A97C AC00-D7FB")
ARABIC = _set("620-64A 66E-66F 671-6D3 6FA-6FC 750-77F FB50-FDFB FE70-FEFC")
HEBREW = _set("5D0-5EA FB1D-FB4E")
CYRILLIC = _set("400-482 48A-52F")

# What folding leaves out: default-ignorable code points (Unicode 15), the Arabic tatweel, vowel signs and
# signs of recitation, Hebrew points and accents.
DROPPED = _set(
    """
    AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8
    1BCA0-1BCA3 1D173-1D17A E0000-E0FFF
    640 610-61A 64B-652 656-65F 670 6D6-6DC 6DF-6E4 6E7-6E8 6EA-6ED 8CA-8E1 8E3-8FF
    591-5BD 5BF 5C1-5C2 5C4-5C5 5C7
    """
)
# Accents of letters that are the same letters to a loose search.
LOOSE_MARKS = _set("300-36F 653-655 1AB0-1AFF 1DC0-1DFF 20D0-20F0 FE20-FE2F")
