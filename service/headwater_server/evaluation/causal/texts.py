"""What each line answers, of whom it speaks, and what it assumes."""

from __future__ import annotations

from dataclasses import dataclass

PLACING, SEEING = "placing", "seeing"
ALL = "all lists with overlap in which it was a candidate"
WOULD_SEE = "the lists with overlap whose visitor sees it if it is in the list"


@dataclass(frozen=True)
class Text:
    """A line's name, the effect it is about, whom it speaks of, and its assumption."""

    name: str
    effect_of: str
    whom: str
    assumes: str
    is_compared: bool = False


_LOGGED = (
    "nothing decides who sees it and who buys it but what is logged. What visitors want is on no "
    "log"
)
_DRAW = "the chances are those that the lists were drawn with, which the replay checks"
_ONLY_SEEN = "being in the list changes something only by being seen"

TEXTS = {
    "naive_placed": Text(
        "naive: in the list or not", PLACING, "lists as they came",
        "lists with it and without it have the same visitors. They have not: a recommender shows "
        "it to those who want it", is_compared=True,
    ),
    "naive_seen": Text(
        "naive: seen or not", SEEING, "lists as they came",
        "those who saw it are like those who did not", is_compared=True,
    ),
    "matched_logged": Text(
        "matching on what is logged", SEEING, "lists that found a partner", _LOGGED,
        is_compared=True,
    ),
    "weighted_logged": Text(
        "weighting by what is logged", SEEING, ALL, _LOGGED, is_compared=True,
    ),
    "matched": Text(
        "matching on the chance", PLACING, "lists that found a partner within the caliper", _DRAW,
    ),
    "weighted": Text("weighting by the chance", PLACING, ALL, _DRAW),
    "doubly_robust": Text(
        "doubly robust", PLACING, ALL, f"{_DRAW}; a model of the outcome only narrows the interval",
    ),
    "instrument": Text(
        "draw as instrument, doubly robust", SEEING, WOULD_SEE, f"{_DRAW}; {_ONLY_SEEN}",
    ),
    "two_stage": Text(
        "draw as instrument, two stages", SEEING, WOULD_SEE,
        f"{_DRAW}; {_ONLY_SEEN}; effects are linear in chance and covariates",
    ),
    "structural": Text(
        "structural model, errors free", SEEING, WOULD_SEE,
        f"{_DRAW}; {_ONLY_SEEN}; linear paths. Hidden wishes may move seeing, acting and buying",
    ),
}  # fmt: skip

PATHS = {
    "seen_by_placing": ("placed -> seen", "how much more often it is seen"),
    "act_by_seeing": ("seen -> act", "how much more often it is acted on"),
    "through_act": ("seen -> act -> outcome", "the indirect effect, through an act"),
    "direct": ("seen -> outcome", "the direct effect, without an act"),
}
SPLIT = (
    "How the effect parts into direct and indirect assumes more than its total: that nothing "
    "hidden moves acting and buying together, beyond what moves seeing. Where that is doubtful, "
    "read the total alone."
)
