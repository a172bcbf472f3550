"""Progressive validation: each event tests the models before they learn it.

In: predictions and outcomes. Out: metrics, calibration, alarms of drift.
"""
