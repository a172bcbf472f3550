package io.headwater;

import io.headwater.v1.ScoredItem;
import java.util.List;
import java.util.stream.Collectors;

/** A list for no particular visitor, best first. */
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

  /** The items with their scores, best first. */
  public List<ScoredItem> results() {
    return results;
  }

  /** The offset of the state that responded. */
  public String offset() {
    return offset;
  }
}
