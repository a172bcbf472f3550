import io.grpc.TlsChannelCredentials;
import io.headwater.CallOption;
import io.headwater.Events;
import io.headwater.HeadwaterClient;
import io.headwater.HeadwaterClientBuilder;
import io.headwater.HeadwaterException;
import io.headwater.Recommendation;
import io.headwater.v1.Event;
import io.headwater.v1.EventResult;
import io.headwater.v1.FeedbackResponse;
import io.headwater.v1.Item;
import io.headwater.v1.RecommendRequest;
import io.headwater.v1.UpsertItemsResponse;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The whole loop, with a running server: write two items, request a list, report what was seen and
 * clicked, request a list again.
 *
 * <pre>
 * mvn -q package
 * java -cp 'target/classes:target/dependency/*' examples/Shop.java        prints each step
 * java -cp 'target/classes:target/dependency/*' examples/Shop.java ask    one response, as a line of JSON
 * </pre>
 *
 * HEADWATER_TARGET is the server (127.0.0.1:50051), HEADWATER_KEY its key if it requires one, and
 * HEADWATER_CA_FILE the certificate of its authority, for a server with TLS.
 */
public final class Shop {
  /** A JVM's first call loads about a thousand classes, which takes more than the usual second. */
  private static final CallOption PATIENT = CallOption.timeout(Duration.ofSeconds(20));

  public static void main(String[] arguments) throws IOException {
    try (HeadwaterClient client = connect()) {
      if (arguments.length > 0 && arguments[0].equals("ask")) {
        ask(client);
      } else {
        loop(client);
      }
    } catch (HeadwaterException failure) {
      String field = failure.field().isEmpty() ? "" : "field " + failure.field() + ": ";
      System.err.println(failure.getClass().getSimpleName() + ": " + field + failure.getMessage());
      System.exit(1);
    }
  }

  private static HeadwaterClient connect() throws IOException {
    String target = System.getenv().getOrDefault("HEADWATER_TARGET", "127.0.0.1:50051");
    HeadwaterClientBuilder builder =
        HeadwaterClient.connect(target).key(System.getenv().getOrDefault("HEADWATER_KEY", ""));
    String authority = System.getenv("HEADWATER_CA_FILE");
    if (authority != null) {
      builder.tls(TlsChannelCredentials.newBuilder().trustManager(new File(authority)).build());
    }
    return builder.build();
  }

  private static void ask(HeadwaterClient client) {
    Recommendation slate =
        client.recommend(
            RecommendRequest.newBuilder()
                .setVisitorId("ann")
                .setPlacement("home")
                .setPageSize(10)
                .setRecommendationId(
                    System.getenv().getOrDefault("HEADWATER_RECOMMENDATION_ID", ""))
                .build(),
            PATIENT);
    String ids = slate.itemIds().stream().map(Shop::quoted).collect(Collectors.joining(", "));
    System.out.printf(
        "{\"recommendation_id\": %s, \"item_ids\": [%s]}%n", quoted(slate.recommendationId()), ids);
  }

  private static void loop(HeadwaterClient client) {
    List<Item> items = List.of(item("boots", "Walking boots", 89), item("socks", "Warm socks", 9));
    UpsertItemsResponse written = client.catalog().upsertItems(items, PATIENT);
    RecommendRequest request =
        RecommendRequest.newBuilder().setVisitorId("ann").setPlacement("home").setPageSize(4).build();
    Recommendation slate = client.recommend(request, CallOption.minOffset(written.getOffset()), PATIENT);
    System.out.println("recommended: " + String.join(", ", slate.itemIds()));

    Event seen =
        Events.of("impression", "ann", slate.itemIds().toArray(new String[0]))
            .setAttributionToken(slate.attributionToken())
            .build();
    Event click =
        Events.of("click", "ann", slate.itemIds().get(0))
            .setAttributionToken(slate.attributionToken())
            .build();
    FeedbackResponse learned = client.feedback(List.of(seen, click), PATIENT);
    for (EventResult result : learned.getResultsList()) {
      System.out.println("learned: " + result.getEventId() + " " + result.getStatus());
    }

    slate = client.recommend(request, CallOption.minOffset(learned.getOffset()), PATIENT);
    System.out.println("recommended: " + String.join(", ", slate.itemIds()));
  }

  private static Item item(String itemId, String title, double price) {
    return Item.newBuilder().setItemId(itemId).setTitle(title).setPrice(price).build();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
