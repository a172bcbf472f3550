"""Effects of placing and of seeing an item, from lists whose chances are known.

Methods are functions over arrays, one row a list; docs/causal.md says what each assumes.
"""
