"""What came of the lists, by day: seen slots, clicks, orders and revenue, and the shop's totals.

In: reported impressions and acts. Out: rows of days for reports.
"""
