"""Azure Personalizer's API on top of ours, for shops that migrate from it.

In: Personalizer's rank, reward and activate calls. Out: our calls, and Personalizer's answers.
"""
