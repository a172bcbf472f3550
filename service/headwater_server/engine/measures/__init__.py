"""Progressive validation: each event tests the models before it teaches them.

In: predictions and what came of them. Out: metrics, calibration, alarms of drift.
"""
