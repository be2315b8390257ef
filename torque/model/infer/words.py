"""Words that tables write in place of a value: for true and false, and for nothing at all. Pure."""

from collections.abc import Set

_LANGUAGES = (
    ("true yes t y on", "false no f n off"),
    ("ja j wahr", "nein n falsch"),
    ("oui o vrai v", "non n faux f"),
    ("si sí sì s verdadero vero v", "no n falso f"),
    ("sim s verdadeiro v", "não nao n falso f"),
    ("ja j waar sand sant sann", "nee nej nei n onwaar falsk usann usant"),
    ("tak t prawda", "nie n fałsz"),
    ("ano a pravda", "ne n nepravda"),
    ("да истина", "нет ложь"),
)
_EVERYWHERE = ({"1"}, {"0"})
_TRUE = [{*true.split(), *_EVERYWHERE[0]} for true, _ in _LANGUAGES]
_FALSE = [{*false.split(), *_EVERYWHERE[1]} for _, false in _LANGUAGES]
BOOLEANS = {word: truth for truth, all_words in ((True, _TRUE), (False, _FALSE)) for some in all_words for word in some}
"""No word means the one here and the other there."""

_UNMISTAKABLE = 3
"""Letters of a word that says true or false by itself: NO may be Norway."""

NULLS = frozenset({"NULL", "null", "\\N", "N/A", "n/a"})
"""What databases and people write for nothing."""

NOTHING = NULLS | {"NA", "#N/A", "NaN", "nan", "None", "nil", "-", "--", "–", "—", "n.a."}
"""What stands for nothing between numbers, dates and the like; as text it may mean itself."""


def tell_truth(found: Set[str]) -> bool:
    """Tell whether words in lower case are those of one language for true and false, and can be nothing else."""
    for true, false in zip(_TRUE, _FALSE, strict=True):
        if found <= true | false:
            said = found - _EVERYWHERE[0] - _EVERYWHERE[1]
            if (found & true and found & false and said) or any(len(word) >= _UNMISTAKABLE for word in said):
                return True
    return False
