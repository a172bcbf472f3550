package io.headwater;

import io.headwater.v1.ScoredItem;
import java.util.List;
import java.util.stream.Collectors;

/** A list that belongs to no visitor, best first. */
public final class ItemList {
  private final List<ScoredItem> results;
  private final String offset;

  ItemList(List<ScoredItem> results, String offset) {
    this.results = results;
    this.offset = offset;
  }

  /** The items, best first. */
  public List<String> itemIds() {
    return results.stream().map(ScoredItem::getItemId).collect(Collectors.toList());
  }

  /** The items with what the list was ranked by, best first. */
  public List<ScoredItem> results() {
    return results;
  }

  /** The state that answered. */
  public String offset() {
    return offset;
  }
}
