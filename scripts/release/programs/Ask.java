import io.headwater.HeadwaterClient;
import io.headwater.v1.RecommendRequest;

/** Ask a server with the jar. Run after ask.py: the catalogue has two items then. */
public class Ask {
  public static void main(String[] arguments) throws Exception {
    try (HeadwaterClient client = HeadwaterClient.connect(arguments[0]).build()) {
      int items = client.recommend(RecommendRequest.newBuilder().setVisitorId("visitor-3").build()).itemIds().size();
      if (items != 2) throw new AssertionError(items);
    }
  }
}
