"""What the engine is made of, and all of it as one state."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Self

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.explain.explanations import Explanations
from headwater_server.engine.intake.deduplication import Deduplication
from headwater_server.engine.intake.influence import Influence
from headwater_server.engine.learning.attribution import Attribution
from headwater_server.engine.learning.impressions import Impressions
from headwater_server.engine.learning.learning import Learning
from headwater_server.engine.lookups.lists import Lists
from headwater_server.engine.measures.calibration import Calibration
from headwater_server.engine.measures.drift import Drift
from headwater_server.engine.measures.metrics import ProgressiveValidation
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.engine.ranking.ranking import Ranking
from headwater_server.engine.reranking.hiding import Hiding
from headwater_server.engine.reranking.reranker import Reranking
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot import state
from headwater_server.engine.snapshot.capture import Capture, at_once
from headwater_server.engine.visitors.users import Users
from headwater_server.engine.visitors.visitors import Visitors

RIVER_VERSION = version("river")
_STATEFUL = (
    "catalogue", "visitors", "users", "hiding", "deduplication", "influence", "attribution",
    "progress", "calibration", "drift", "models",
)  # fmt: skip


class Parts:
    """The parts that hold state, the pipeline that joins them, and what is done with all."""

    STATE_VERSION = 3

    def __init__(self, settings: EngineSettings | None = None) -> None:
        self._begin(settings or EngineSettings())

    def _begin(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.clock_ms = 0
        self._learned = 0
        self._repeated = 0
        self.catalogue = Catalogue(self.settings.items_max)
        self.visitors = Visitors(self.settings.visitors_max, 0.0)
        self.users = Users(self.settings.visitors_max)
        self.hiding = Hiding(self.settings.visitors_max)
        self.deduplication = Deduplication(0, 0)
        self.influence = Influence(self.settings)
        self.attribution = Attribution(0)
        self.progress = ProgressiveValidation()
        self.calibration = Calibration(self.progress)
        self.drift = Drift()
        self.models = Models(self.settings)
        self._wire()
        self._adopt(self.settings)

    def _wire(self) -> None:
        """Join the parts of the pipeline; none of them keeps state but what it is given."""
        models, catalogue = self.models, self.catalogue
        self.retriever = Retriever(models, catalogue)
        self.ranking = Ranking(models, self.retriever.evidence)
        self.learning = Learning(models, catalogue, self.retriever, self.ranking, self.progress)
        self.scoring = CandidateScoring(models, catalogue, self.retriever, self.ranking)
        self.reranking = Reranking(self.scoring)
        self.explanations = Explanations(models, catalogue, self.ranking)
        self.lists = Lists(models, self.scoring)
        self.impressions = Impressions(
            self.attribution,
            self.learning,
            self.scoring,
            self.progress,
            self.calibration,
            self.drift,
        )

    def _adopt(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.catalogue.items_max = settings.items_max
        self.retriever.without = frozenset(settings.without)
        self.ranking.leave_out(settings.without)
        for kept in (self.visitors, self.hiding):
            kept.profiles_max = settings.visitors_max
        self.users.users_max = settings.visitors_max
        self.influence.settings = settings
        self.reranking.adopt(settings)
        self.visitors.session_gap_s = settings.session_gap_minutes * 60.0
        self.deduplication.window_ms = round(settings.deduplication_window_hours * 3_600_000)
        self.deduplication.ids_max = settings.deduplication_ids_max
        self.attribution.adopt(round(settings.attribution_window_minutes * 60_000), self.clock_ms)

    def state(self) -> dict[str, Any]:
        """Return all that was learned, as a tree of plain values, made branch by branch."""
        return {
            "settings": self.settings.canonical(),
            "clock_ms": self.clock_ms,
            "learned": self._learned,
            "popular": self.retriever.popular.state,
            **{name: getattr(self, name).state for name in _STATEFUL},
        }

    def digest(self) -> str:
        """Return 32 bytes in hex over all that was learned."""
        return state.digest(state.flatten(self.state()))

    def _whole(self) -> dict[str, Any]:
        head = {"state_version": self.STATE_VERSION, "river": RIVER_VERSION}
        # a repeat teaches nothing, so the tally of repeats is kept beside what was learned
        return {"head": head, "repeated": self._repeated, "learned": self.state()}

    def capturing(self) -> Capture:
        """Return a copy of the state that is still to be taken, in steps: see `Capture`."""
        return Capture(self._whole)

    def capture(self) -> list[tuple[str, Any]]:
        """Return a copy of the state at this instant, as (path, plain value)."""
        return at_once(self._whole)

    def memory_bytes(self) -> int:
        """Return the bytes of all arrays, and of texts and numbers as an estimate."""
        return state.memory_bytes(state.flatten(self.state(), deferred=True))

    @classmethod
    def restore(cls, parts: Iterable[tuple[str, Any]]) -> Self:
        """Return the engine that `capture` copied; the engine owns the arrays from here on.

        Raises
        ------
        ValueError
            If another version of the state, or of River, wrote it: rebuild from the log.
        """
        whole = state.unflatten(parts)
        head = whole["head"]
        if (head["state_version"], head["river"]) != (cls.STATE_VERSION, RIVER_VERSION):
            raise ValueError(
                f"the snapshot holds state version {head['state_version']} made with River "
                f"{head['river']}; this build needs {cls.STATE_VERSION} and {RIVER_VERSION}"
            )
        try:
            return cls._loaded(whole)
        except KeyError as missing:
            raise ValueError(f"the snapshot holds no {missing}: rebuild from the log") from None

    @classmethod
    def _loaded(cls, whole: dict[str, Any]) -> Self:
        learned = whole["learned"]
        engine = cls(EngineSettings.parse(learned["settings"]))
        engine.clock_ms, engine._learned = learned["clock_ms"], learned["learned"]
        engine._repeated = whole["repeated"]
        engine.retriever.popular.load(learned["popular"])
        for name in _STATEFUL:
            getattr(engine, name).load(learned[name])
        return engine
