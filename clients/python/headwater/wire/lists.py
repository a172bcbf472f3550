"""Read lists that are the same for all visitors."""

from __future__ import annotations

from headwater.lists import ItemList, ScoredItem
from headwater.v1 import recommendation_service_pb2 as pb


def item_list(response: pb.ListSimilarItemsResponse | pb.ListTrendingItemsResponse) -> ItemList:
    """Read the list."""
    results = tuple(ScoredItem(result.item_id, result.score) for result in response.results)
    return ItemList(results, response.offset)
