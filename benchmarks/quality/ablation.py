"""What each part of Headwater is worth: the change when it is left out."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.quality.contestants import HEADWATER
from benchmarks.quality.pages import Found, markdown

PREFIX = f"{HEADWATER} without "


def ablation_page(found: Sequence[Found], command: str) -> str:
    """Return the page: one row a part, two relative changes a set, in per cent."""
    names = [m.contestant for m in found[0].measured if m.contestant.startswith(PREFIX)]
    header = ["left out", *(f"{one.data.name}: hit rate / ndcg" for one in found)]
    whole = ["(nothing)", *(_whole(one) for one in found)]
    rows = [[name.removeprefix(PREFIX), *(_change(one, name) for one in found)] for name in names]
    about = [
        f"- {one.data.name}: {one.data.counts}; `--repeats {one.data.repeats}` "
        f"({one.data.chosen_by})"
        for one in found
    ]
    heading = "Relative change, in per cent, of hit rate and NDCG at 20 when one part is left out:"
    return (
        "\n\n".join([f"    {command}", "\n".join(about), heading, markdown(header, [whole, *rows])])
        + "\n"
    )


def _whole(one: Found) -> str:
    mine = one.one(HEADWATER)
    if mine is None:
        return "-"
    return f"{mine.total['hit_rate_at_20'] or 0:.4f} / {mine.total['ndcg_at_20'] or 0:.4f}"


def _change(one: Found, name: str) -> str:
    mine, less = one.one(HEADWATER), one.one(name)
    if mine is None or less is None:
        return "-"
    changes = []
    for figure in ("hit_rate_at_20", "ndcg_at_20"):
        whole = mine.total[figure]
        changes.append(f"{100 * ((less.total[figure] or 0) / whole - 1):+.1f}" if whole else "-")
    return " / ".join(changes)
