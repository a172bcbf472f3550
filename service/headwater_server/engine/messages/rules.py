"""Rules of editors on the log: the operations that write and delete them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleWrite:
    """Put a rule in force; ``rule`` is its object in the setting `rules`, as JSON.

    ``revision`` is the one that the writer has read (0: nobody has written the rule), None: any.
    ``restores``: the revision that it brings back, None for a rule of its own.
    """

    name: str
    rule: str
    who: str = ""
    reason: str = ""
    revision: int | None = None
    restores: int | None = None


@dataclass(frozen=True, slots=True)
class RuleDelete:
    """Delete a rule, also one of the settings; ``to_settings``: forget only what editors wrote.

    Then the settings' rule of this name, if there is one, is in force again.
    """

    name: str
    who: str = ""
    reason: str = ""
    revision: int | None = None
    to_settings: bool = False
    restores: int | None = None


RuleOperation = RuleWrite | RuleDelete
