"""What a file of rows holds, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from headwater_server.evaluation.comparing.shown import Bools, Shown
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.reading.problems import BadFile, Problem


@dataclass(frozen=True)
class FileRows:
    """The rows of a valid file, with the chances of the policies that it knows.

    ``skipped`` counts lines that are no rows, by reason. ``own`` is the mean reward of rows that a
    policy itself showed, where the file has such rows: the truth, to compare an estimate with.
    """

    path: Path
    digest: str
    format: str
    shown: Shown
    policies: dict[str, Chances]
    skipped: dict[str, int] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)

    def group(self, name: str | None) -> FileRows:
        """Return the rows of one group (placement, campaign), all for None; or raise `BadFile`."""
        if name is None:
            return self
        names = self.shown.group_names
        if name not in names:
            known = ", ".join(names)
            reason = f"no row has the placement {name!r}; the file has {known}"
            raise BadFile(self.path, [Problem(0, "", reason)])
        return self.part(self.shown.groups == names.index(name))

    def part(self, chosen: Bools) -> FileRows:
        """Return some of the rows."""
        filled = self.shown.is_filled[chosen]
        cut = {name: one.part(chosen, filled) for name, one in self.policies.items()}
        shown = self.shown.part(chosen)
        used = np.unique(shown.groups)
        names = tuple(shown.group_names[number] for number in used)
        shown = replace(shown, groups=np.searchsorted(used, shown.groups), group_names=names)
        return replace(self, shown=shown, policies=cut, own={})
