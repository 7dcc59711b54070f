"""How names compare: keys that are alike for one name, however it is written.

Everything here comes from the standard library and the tables below, on purpose. The keys lie in read tables, which
must be the same on every machine: a library whose lists grow with each release (rigour, cleanco) would make other
rows of the same events, and rigour asks for ICU and takes 200 ms to load besides. Transliteration is left alone for the
same reason of certainty: Юлия and Yuliya are for the eyes, and for screening, to bring together.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_LETTERS: Final = str.maketrans(
    {
        "æ": "ae",
        "ð": "d",
        "ø": "o",
        "þ": "th",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "ł": "l",
        "ŋ": "n",
        "œ": "oe",
        "ŧ": "t",
        "ɓ": "b",
        "ɖ": "d",
        "ɗ": "d",
        "ƙ": "k",
        "ə": "e",
        "ǝ": "e",
        "ɛ": "e",
        "ɔ": "o",
    }
)
"""Letters of Latin alphabets that Unicode does not take apart, as they are written where a keyboard lacks them.
Casefolding does the capitals, and ß."""

_JOINING: Final = dict.fromkeys(map(ord, "'’‘ʼʻʹʾʿ`´′＇\u200c\u200d"))
"""Apostrophes, and joiners that nobody sees: O’Brien, O'Brien and OBrien are one name."""

_ASCII_WORD: Final = re.compile("[a-z0-9]+")

_LEGAL_FORMS: Final = frozenset(
    " ".join(form.split())
    for line in (
        "ltd, limited, plc, llc, llp, lp, inc, incorporated, corp, corporation, co, company, cic, pte, pty, pvt",
        "private limited, proprietary limited, public limited company, limited company, unlimited company",
        "limited liability company, limited liability partnership, limited partnership, npc",
        "gmbh, ggmbh, mbh, ag, kg, kgaa, ohg, ug, ug haftungsbeschrankt, eg, ev, gesmbh, gesellschaft mbh",
        "aktiengesellschaft, kommanditgesellschaft, gesellschaft mit beschrankter haftung",
        "sa, sas, sasu, sarl, sarlu, suarl, eurl, snc, sci, sca, scs, scsp, scop, sal, gie, sagl",
        "societe anonyme, societe par actions simplifiee, societe a responsabilite limitee",
        "nv, bv, bvba, sprl, cvba, scrl, vof, cv, naamloze vennootschap, besloten vennootschap",
        "sl, slu, sau, slne, srl, ltda, eirl, sapi, sa de cv, srl de cv, sapi de cv, sociedad anonima",
        "sociedad limitada, sociedad de responsabilidad limitada, lda, limitada, eireli, sgps",
        "spa, srls, sapa, scarl, scpa, societa per azioni, societa a responsabilita limitata",
        "ab, publ, aktiebolag, hb, kb, as, asa, ans, aps, aksjeselskap, aktieselskab, anpartsselskab",
        "oy, oyj, ky, osakeyhtio, hf, ehf, uab, sia, ou",
        "sp zoo, sp k, sp j, spolka akcyjna, spolka z ograniczona odpowiedzialnoscia",
        "sro, spol sro, vos, ks, akciova spolecnost, kft, zrt, nyrt, rt, bt",
        "doo, jdoo, dooel, dd, ad, ead, ood, eood, ae, epe, ike, αε, επε, ικε",
        "ooo, oao, zao, pao, ao, tov, ооо, оао, зао, пао, ао, тов, jsc, cjsc, ojsc, pjsc, joint stock company",
        "sti, ltd sti, anonim sirketi, limited sirketi, wll, bsc, psc, saoc, saog, fze, fzco, fz llc",
        "kk, gk, kabushiki kaisha, godo kaisha, bhd, sdn bhd, pt, tbk, pcl, se, sce, scse, eeig, ewiv",
    )
    for form in line.split(",")
)
"""Legal forms as `folded_words` and `_initials_joined` leave them."""

_LONGEST_FORM: Final = max(len(form.split()) for form in _LEGAL_FORMS)

_CONNECTING: Final = frozenset({"and", "et", "the", "und"})
"""What is written or not: Smith and Sons, Smith & Sons; The Smith Company."""


def folded(text: str) -> str:
    """The text without accents, apostrophes, capitals and other forms of the same letters.

    The points of Hebrew and Arabic go with the accents; the vowels of Indic scripts, Thai and Kana do not, for they
    tell words apart.
    """
    text = _without_accents(_without_accents(text).casefold())
    return unicodedata.normalize("NFC", text.translate(_LETTERS))


@lru_cache(maxsize=1_000)  # the name of a party is folded for each table that holds it, one after the other
def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text, folded, in order. All punctuation parts them, but for apostrophes; so do hyphens."""
    if text.isascii():
        return tuple(_ASCII_WORD.findall(text.translate(_JOINING).lower()))
    return tuple("".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in folded(text)).split())


def name_key(text: str) -> str:
    """Alike for one name of a person whatever its accents, capitals, punctuation and order of words.

    Empty where a text holds no letter or digit: that compares with nothing.
    """
    return " ".join(sorted(folded_words(text)))


def company_key(text: str) -> str:
    """`name_key` of a company: without its legal form at either end, unless it is called nothing else."""
    words = [word for word in _initials_joined(folded_words(text)) if word not in _CONNECTING]
    return " ".join(sorted(_without_forms(words) or words)) or name_key(text)


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(_JOINING))
    if apart.isascii():  # as most names are: there is nothing to take away
        return apart
    return "".join(sign for sign in apart if not _is_accent(sign))


def _is_accent(sign: str) -> bool:
    """By canonical combining class: 10 to 36 are Hebrew and Arabic points, 200 to 234 marks above, below or through a
    letter; 7 to 9 and 84 to 132 belong to Kana, Indic scripts, Thai and the like, 240 is a Greek iota."""
    place = unicodedata.combining(sign)
    return 10 <= place <= 36 or 200 <= place < 240


def _initials_joined(words: Iterable[str]) -> list[str]:
    """`s`, `a` in a row become `sa`: S.A., S. A. and SA are one."""
    joined: list[str] = []
    after_initial = False
    for word in words:
        if len(word) == 1 and after_initial:
            joined[-1] += word
        else:
            joined.append(word)
        after_initial = len(word) == 1
    return joined


def _without_forms(words: list[str]) -> list[str]:
    for length in range(min(_LONGEST_FORM, len(words)), 0, -1):
        if " ".join(words[-length:]) in _LEGAL_FORMS:
            return _without_forms(words[:-length])
        if " ".join(words[:length]) in _LEGAL_FORMS:
            return _without_forms(words[length:])
    return words
