"""Figures of choices between policy and baseline: a fold over the log, beside the engine's."""
