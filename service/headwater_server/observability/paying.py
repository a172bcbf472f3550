"""What came of lists, in the form that Prometheus reads: the present day, and the lift.

They are gauges: at the shop's midnight they begin again with 0. Days that are over are in
`headwater report`.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from headwater_server.observability.measurements import Paying

PREFIX = "headwater_day_"
COUNTED = {
    "lists": "Lists of the present day that were seen.",
    "impressions": "Slots of the present day that were seen.",
    "clicks": "Clicks of the present day on items of lists.",
    "orders": "Orders of the present day with an attributed item.",
    "visitors": "Visitors of the present day who saw a list.",
    "buyers": "Visitors of the present day with an attributed order.",
}
LISTS = ("placement", "policy")
ENDS = ("", "_low", "_high")


def paying_families(paying: Paying) -> Iterator[Metric]:
    """Yield the families of a day's figures, and those of the lift."""
    for name, meaning in COUNTED.items():
        family = GaugeMetricFamily(PREFIX + name, meaning, labels=LISTS)
        for labels, figures in paying.of_lists.items():
            family.add_metric(labels, figures[name])
        yield family
    revenue = GaugeMetricFamily(
        PREFIX + "revenue",
        "Attributed revenue of the present day, in the currency.",
        labels=(*LISTS, "currency"),
    )
    for key, amount in paying.revenue.items():
        revenue.add_metric(key, amount)
    yield revenue
    yield GaugeMetricFamily(
        PREFIX + "shop_orders", "All orders of the present day.", value=paying.shop_orders
    )
    shop = GaugeMetricFamily(
        PREFIX + "shop_revenue",
        "Revenue of all orders of the present day.",
        labels=("currency",),
    )
    for code, amount in paying.shop_revenue.items():
        shop.add_metric((code,), amount)
    yield shop
    yield from _lifts(paying)


def _lifts(paying: Paying) -> Iterator[Metric]:
    for place, end in enumerate(ENDS):
        what = ("Lift against the hold-out.", "The lift is above.", "The lift is below.")[place]
        family = GaugeMetricFamily(
            "headwater_hold_out_lift" + end, what, labels=("experiment", "metric")
        )
        for key, values in paying.lifts.items():
            if (value := values[place]) is not None:
                family.add_metric(key, value)
        yield family
