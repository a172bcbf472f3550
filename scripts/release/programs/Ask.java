import io.headwater.CallOption;
import io.headwater.HeadwaterClient;
import io.headwater.v1.RecommendRequest;
import java.time.Duration;

/** Ask a server with the jar. Run after ask.py: the catalogue has two items then. */
public class Ask {
  public static void main(String[] arguments) throws Exception {
    RecommendRequest question = RecommendRequest.newBuilder().setVisitorId("visitor-3").build();
    try (HeadwaterClient client = HeadwaterClient.connect(arguments[0]).build()) {
      int items = client.recommend(question, CallOption.timeout(Duration.ofSeconds(60))).itemIds().size();
      if (items != 2) throw new AssertionError(items);
    }
  }
}
