"""Choices of one of few actions: Headwater beside the explorers of Vowpal Wabbit."""
