package io.headwater;

import io.headwater.v1.ArmAssignment;
import io.headwater.v1.RecommendResponse;
import io.headwater.v1.Result;
import java.util.List;
import java.util.stream.Collectors;

/** A slate. Send its {@link #attributionToken} with the events that it leads to. */
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

  /** Its id; the same id and the same state give the same slate. */
  public String recommendationId() {
    return response.getRecommendationId();
  }

  /** The signed record of what was shown; "" for a fallback. */
  public String attributionToken() {
    return response.getAttributionToken();
  }

  /** The offset of the state that responded. */
  public String offset() {
    return response.getOffset();
  }

  /** The arms of experiments that the list was chosen by. */
  public List<ArmAssignment> arms() {
    return response.getArmsList();
  }

  /** Whether the server was away, so that this is the caller's own list. */
  public boolean isFallback() {
    return isFallback;
  }

  /** The whole response: also policy, shortfall, and what was left out. */
  public RecommendResponse response() {
    return response;
  }
}
