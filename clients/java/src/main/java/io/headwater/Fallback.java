package io.headwater;

import io.headwater.v1.RecommendRequest;
import io.headwater.v1.RecommendResponse;
import io.headwater.v1.Result;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes the list that a page shows while the server is away. */
final class Fallback {
  private static final int PAGE_SIZE = 20; // the server's own default

  private Fallback() {}

  /** The caller's own items as a slate, without duplicates and without what the request excludes. */
  static Recommendation of(RecommendRequest request, List<String> itemIds) {
    Set<String> leftOut = new HashSet<>(request.getExcludeItemIdsList());
    leftOut.addAll(request.getContextItemIdsList());
    int room = request.getPageSize() > 0 ? request.getPageSize() : PAGE_SIZE;
    RecommendResponse.Builder slate =
        RecommendResponse.newBuilder()
            .setRecommendationId(request.getRecommendationId())
            .setPolicy("fallback");
    for (String itemId : itemIds) {
      if (slate.getResultsCount() < room && leftOut.add(itemId)) {
        slate.addResults(Result.newBuilder().setItemId(itemId).setPropensity(1));
      }
    }
    return new Recommendation(slate.build(), true);
  }
}
