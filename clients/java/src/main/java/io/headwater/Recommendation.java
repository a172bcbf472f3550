package io.headwater;

import io.headwater.v1.RecommendResponse;
import io.headwater.v1.Result;
import java.util.List;
import java.util.stream.Collectors;

/** A slate. Send its {@link #attributionToken} back with the events that follow from it. */
public final class Recommendation {
  private final RecommendResponse response;
  private final boolean isFallback;

  Recommendation(RecommendResponse response, boolean isFallback) {
    this.response = response;
    this.isFallback = isFallback;
  }

  /** The items, first slot first. */
  public List<String> itemIds() {
    return results().stream().map(Result::getItemId).collect(Collectors.toList());
  }

  /** The slots, first one first. */
  public List<Result> results() {
    return response.getResultsList();
  }

  /** Its name; the same one draws the same slate from the same state. */
  public String recommendationId() {
    return response.getRecommendationId();
  }

  /** What was shown, signed; "" for a fallback. */
  public String attributionToken() {
    return response.getAttributionToken();
  }

  /** The state that answered. */
  public String offset() {
    return response.getOffset();
  }

  /** Whether the server was away, and this is the caller's own list. */
  public boolean isFallback() {
    return isFallback;
  }

  /** All that the server said: policy, shortfall, what was left out. */
  public RecommendResponse response() {
    return response;
  }
}
