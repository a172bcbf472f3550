package io.headwater;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.headwater.v1.RecommendRequest;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
  private static final RecommendRequest REQUEST =
      RecommendRequest.newBuilder().setVisitorId("ann").build();

  @ParameterizedTest
  @ValueSource(strings = {"", "127.0.0.1", "http://127.0.0.1:50051", "h:abc", "h:70000", "h:1/x"})
  void aTargetWithoutItsPortIsRefused(String target) {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> HeadwaterClient.connect(target).build());
    assertTrue(refused.getMessage().contains("host:port"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:50051", "[::1]:50051", "dns:///shop:50051"})
  void anAddressIsATarget(String target) {
    HeadwaterClient.connect(target).build().close();
  }

  @Test
  void aHostIsATargetWithTls() {
    HeadwaterClient.connect("shop.example").tls().build().close();
  }

  @Test
  void whatIsNullOrNegativeIsNamedWhereItIsSet() throws Exception {
    try (FakeServer server = new FakeServer();
        HeadwaterClient client = server.client("")) {
      FeedbackBufferBuilder settings = client.feedbackBuffer();
      Duration negative = Duration.ofMillis(-1);
      assertNames("interval", () -> settings.interval(null));
      assertNames("interval", () -> settings.interval(negative));
      assertNames("patience", () -> settings.patience(negative));
      assertNames("onLost", () -> settings.onLost(null));
      assertNames("timeout", () -> CallOption.timeout(null));
      try (FeedbackBuffer buffer = settings.build()) {
        assertNames("event", () -> buffer.add(null));
      }
    }
  }

  private static void assertNames(String what, org.junit.jupiter.api.function.Executable call) {
    assertTrue(assertThrows(RuntimeException.class, call).getMessage().startsWith(what));
  }

  @Test
  void aDurationWithoutEndIsLong() throws Exception {
    try (FakeServer server = new FakeServer();
        HeadwaterClient client = server.client("")) {
      assertEquals(1, client.recommend(REQUEST, CallOption.timeout(FOREVER)).itemIds().size());
      FeedbackBufferBuilder settings = client.feedbackBuffer().interval(FOREVER).patience(FOREVER);
      try (FeedbackBuffer buffer = settings.build()) {
        buffer.add(Events.of("click", "ann", "boots").build(), FOREVER);
        buffer.flush(FOREVER);
        assertEquals("1-0", buffer.offset());
        buffer.close(FOREVER);
      }
    }
  }

  @Test
  void aClosedClientSaysSoAtOnceAlsoToABuffer() throws Exception {
    try (FakeServer server = new FakeServer()) {
      HeadwaterClient client = server.client("");
      List<String> lost = new CopyOnWriteArrayList<>();
      FeedbackBuffer buffer =
          client.feedbackBuffer().onLost((event, reason) -> lost.add(reason)).build();
      client.close();
      client.close();
      CallOption fallback = CallOption.fallback(List.of("boots"));
      assertThrows(IllegalStateException.class, () -> client.recommend(REQUEST, fallback));
      buffer.add(Events.of("click", "ann", "boots").build());
      assertTimeoutPreemptively(Duration.ofSeconds(5), () -> buffer.close());
      assertEquals(1, lost.size());
      assertTrue(lost.get(0).contains("the client is closed"));
    }
  }
}
