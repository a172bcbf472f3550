"""Notes what an answer was asked, and of which state, so that it can be asked again exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.tokens.answer_body import Asked
from headwater_server.engine.tokens.question_body import plain_question_bytes, question_bytes

Place = tuple[int, int, int]
SAME_LIST = frozenset({"reasons"})
"""What may be left out to meet a deadline, and the list stays the same."""
REPLAYABLE = "answers_replayable"
WITHIN = "answers_unreplayable_operation"
LONG = "answers_unreplayable_question"
HURRIED = "answers_unreplayable_degraded"


class Repeatable:
    """Counts answers of this process, those that cannot be asked again by the reason.

    >>> request = RecommendRequest("ann", "r1", filter="price < 5")
    >>> answer = Recommendation("r1", (), "best")
    >>> noting = Repeatable(lambda: (7, 2, 0), question_bytes_max=5)
    >>> noting.asked(request, answer, now_ms=1_000).question is None
    True
    >>> {name: n for name, n in noting.counts.items() if n}
    {'answers_unreplayable_question': 1}
    """

    def __init__(self, place: Callable[[], Place | None], question_bytes_max: int) -> None:
        """``place`` returns that of the state now, None if no place describes it."""
        self._place = place
        self._question_bytes_max = question_bytes_max
        self._counts = dict.fromkeys((REPLAYABLE, WITHIN, LONG, HURRIED), 0)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many answers there were since the start."""
        return self._counts

    def asked(
        self,
        request: RecommendRequest,
        answer: Recommendation,
        now_ms: int,
        degraded: tuple[str, ...] = (),
    ) -> Asked:
        """Return what the token keeps of a request that was answered from the state as it is."""
        place, question = self._place(), None
        if place is None:
            kind = WITHIN
        elif degraded and not SAME_LIST.issuperset(degraded):
            kind = HURRIED
        else:
            question = self._question_bytes(request, answer)
            kind = LONG if question is None else REPLAYABLE
        self._counts[kind] += 1
        sequence, operations, windows = place or (0, 0, 0)
        return Asked(sequence, operations, now_ms, question, windows)

    def _question_bytes(self, request: RecommendRequest, answer: Recommendation) -> bytes | None:
        most = self._question_bytes_max
        if request.is_plain:  # as nearly always
            return plain_question_bytes(request.page_size, most, explore=request.explore)
        return question_bytes(request.question, answer.item_ids, most)
