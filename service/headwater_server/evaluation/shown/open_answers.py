"""Answers whose window is open, by who saw them and by recommendation."""

from __future__ import annotations

from headwater_server.evaluation.shown.answer import Answer


class OpenAnswers:
    """Finds the answers that an act may be for; what is over is dropped when it is met."""

    def __init__(self, window_ms: float) -> None:
        self.window_ms = window_ms
        self._by_name: dict[str, list[Answer]] = {}
        self._by_recommendation: dict[str, Answer] = {}

    def open(self, answer: Answer) -> None:
        """Begin the window of a reported answer."""
        self._by_recommendation[answer.slate.recommendation_id] = answer
        for name in _names(answer.visitor_id, answer.user_id):
            self._by_name.setdefault(name, []).append(answer)

    def forget(self, now_ms: int) -> None:
        """Drop the answers whose window is over, in the order in which they were reported."""
        while self._by_recommendation:
            name, answer = next(iter(self._by_recommendation.items()))
            if self.is_open(answer, now_ms):
                return
            del self._by_recommendation[name]
            for who in _names(answer.visitor_id, answer.user_id):
                left = [one for one in self._by_name.get(who, ()) if one is not answer]
                if left:
                    self._by_name[who] = left
                else:
                    self._by_name.pop(who, None)

    def clear(self) -> None:
        """Drop all."""
        self._by_name.clear()
        self._by_recommendation.clear()

    def of(self, recommendation_id: str) -> Answer | None:
        """Return the answer of a recommendation, also after its window."""
        return self._by_recommendation.get(recommendation_id)

    def is_open(self, answer: Answer, now_ms: int) -> bool:
        """Whether an act of now counts for it."""
        return now_ms - answer.reported_ms <= self.window_ms

    def seen_by(self, visitor_id: str, user_id: str, now_ms: int) -> list[Answer]:
        """Return the open answers of a visitor, and of the account if it is known."""
        found: dict[int, Answer] = {}
        for name in _names(visitor_id, user_id):
            answers = self._by_name.get(name)
            if not answers:
                continue
            answers[:] = [one for one in answers if self.is_open(one, now_ms)]
            found.update((id(one), one) for one in answers)
            if not answers:
                del self._by_name[name]
        return list(found.values())


def _names(visitor_id: str, user_id: str) -> list[str]:
    return [f"v:{visitor_id}", *([f"u:{user_id}"] if user_id else [])]
