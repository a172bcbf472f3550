"""Candidates from several sources, merged to a few hundred."""
