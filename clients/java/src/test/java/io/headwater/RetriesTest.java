package io.headwater;

import static io.headwater.FakeServer.PATIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServiceDescriptor;
import io.grpc.Status.Code;
import io.headwater.v1.CatalogServiceGrpc;
import io.headwater.v1.Event;
import io.headwater.v1.FeedbackRequest;
import io.headwater.v1.FeedbackServiceGrpc;
import io.headwater.v1.Item;
import io.headwater.v1.ItemWrite;
import io.headwater.v1.ModelServiceGrpc;
import io.headwater.v1.RecommendRequest;
import io.headwater.v1.RecommendationServiceGrpc;
import io.headwater.v1.UserServiceGrpc;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetriesTest {
  private static final RecommendRequest REQUEST =
      RecommendRequest.newBuilder().setVisitorId("ann").build();

  private FakeServer server;
  private HeadwaterClient client;

  @BeforeEach
  void serve() throws Exception {
    server = new FakeServer();
    client = server.client("s3cret");
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  @Test
  void aRetryHasTheSameIdAndSoReturnsTheSameSlate() {
    server.faults.add(FakeServer.failing(Code.UNAVAILABLE));
    server.faults.add(FakeServer.failing(Code.CANCELLED));
    server.faults.add(FakeServer.comeBackIn(Duration.ofMillis(1)));
    Recommendation slate = client.recommend(REQUEST, CallOption.minOffset("7-0"), PATIENT);
    assertEquals(List.of("boots"), slate.itemIds());
    assertEquals(4, server.asked.size());
    for (RecommendRequest asked : server.asked) {
      assertEquals(slate.recommendationId(), asked.getRecommendationId());
      assertEquals("7-0", asked.getMinOffset());
    }
    assertEquals(32, slate.recommendationId().length());
  }

  @Test
  void afterALostResponseTheSameEventsAreSentAgain() {
    server.faults.add(FakeServer.failing(Code.UNAVAILABLE));
    Event event = Events.of("click", "ann", "boots").build();
    client.feedback(List.of(event), PATIENT);
    assertEquals(Map.of(event.getEventId(), 2), server.learned);
    assertNotEquals(event.getEventId(), Events.of("click", "ann").build().getEventId());
  }

  @Test
  void aRetryWaitsForTheTimeThatTheServerAsksFor() {
    server.faults.add(FakeServer.comeBackIn(Duration.ofMillis(300)));
    long began = System.nanoTime();
    client.recommend(REQUEST, PATIENT);
    assertTrue(System.nanoTime() - began >= 300_000_000L);
  }

  @Test
  void aTimeToComeBackAfterTheDeadlineIsReportedAtOnce() {
    server.faults.add(FakeServer.comeBackIn(Duration.ofHours(1)));
    OverloadedException failure =
        assertThrows(OverloadedException.class, () -> client.recommend(REQUEST, PATIENT));
    assertEquals(Duration.ofHours(1), failure.retryAfter().orElseThrow());
    assertEquals(1, server.asked.size());
  }

  @Test
  void everyCallHasADeadlineAlsoThatOfABareStub() {
    server.hold = new CountDownLatch(1);
    CallOption soon = CallOption.timeout(Duration.ofMillis(50));
    List<Event> events = List.of(Events.of("click", "ann").build());
    assertThrows(DeadlineExceededException.class, () -> client.feedback(events, soon));
    server.hold.countDown();
    FeedbackServiceGrpc.newBlockingStub(client.channel())
        .feedback(FeedbackRequest.newBuilder().addAllEvents(events).build());
    assertEquals(Collections.nCopies(server.keys.size(), "Bearer s3cret"), server.keys);
  }

  @Test
  void triesEnd() {
    server.faults.addAll(Collections.nCopies(10, FakeServer.failing(Code.UNAVAILABLE)));
    assertThrows(UnavailableException.class, () -> client.recommend(REQUEST, PATIENT));
    assertEquals(4, server.asked.size());
  }

  @Test
  void anInvalidRequestIsReportedAtOnceWithItsFields() {
    BadRequest details =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField("events[3].event_id")
                    .setDescription("is empty"))
            .build();
    for (Code code : List.of(Code.INVALID_ARGUMENT, Code.INTERNAL, Code.RESOURCE_EXHAUSTED)) {
      server.asked.clear();
      server.faults.add(FakeServer.failing(code, details));
      HeadwaterException failure =
          assertThrows(HeadwaterException.class, () -> client.recommend(REQUEST, PATIENT));
      assertEquals(code, failure.code());
      assertEquals("events[3].event_id", failure.field());
      assertTrue(failure.getMessage().contains("on purpose"));
      assertEquals(1, server.asked.size());
    }
  }

  @Test
  void aWriteIsRetriedOnlyWithItsTime() {
    Item boots = Item.newBuilder().setItemId("boots").build();
    server.faults.add(FakeServer.failing(Code.UNAVAILABLE));
    assertThrows(UnavailableException.class, () -> client.catalog().upsertItems(List.of(boots), PATIENT));
    server.faults.add(FakeServer.failing(Code.UNAVAILABLE));
    Timestamp now = Timestamp.newBuilder().setSeconds(1).build();
    client.catalog().writeItems(List.of(ItemWrite.newBuilder().setItem(boots).setSetTime(now).build()), PATIENT);
    assertTrue(server.faults.isEmpty());
  }

  @Test
  void everyMethodOfTheApiHasAPlanOrIsAWrite() {
    Set<String> writes = Set.of("UpsertItems", "DeleteItems", "UpsertUsers"); // by their set_time
    List<ServiceDescriptor> services =
        List.of(
            CatalogServiceGrpc.getServiceDescriptor(),
            FeedbackServiceGrpc.getServiceDescriptor(),
            ModelServiceGrpc.getServiceDescriptor(),
            RecommendationServiceGrpc.getServiceDescriptor(),
            UserServiceGrpc.getServiceDescriptor());
    for (ServiceDescriptor service : services) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        boolean isPlanned = method.getType() == MethodType.UNARY && !writes.contains(method.getBareMethodName());
        assertEquals(isPlanned, Plans.knows(method), method.getFullMethodName());
      }
    }
  }

  @Test
  void theFallbackIsShownOnlyWhileTheServerIsAway() {
    RecommendRequest request =
        REQUEST.toBuilder().addExcludeItemIds("b").addContextItemIds("c").setPageSize(2).build();
    CallOption fallback = CallOption.fallback(List.of("a", "b", "a", "c", "d", "e"));
    server.faults.add(FakeServer.comeBackIn(Duration.ofHours(1)));
    Recommendation slate = client.recommend(request, fallback, PATIENT);
    assertEquals(List.of("a", "d"), slate.itemIds());
    assertTrue(slate.isFallback() && slate.attributionToken().isEmpty());
    server.faults.add(FakeServer.failing(Code.INVALID_ARGUMENT)); // an invalid request
    assertThrows(InvalidRequestException.class, () -> client.recommend(request, fallback, PATIENT));
    server.faults.add(FakeServer.failing(Code.RESOURCE_EXHAUSTED)); // an overload that names no pause
    assertThrows(OverloadedException.class, () -> client.recommend(request, fallback, PATIENT));
  }

  @Test
  void aTargetOnThisMachineIsKnown() {
    for (String here :
        List.of("localhost:1", "127.0.1.1:1", "127.0.0.1", "[::1]:1", "::1", "dns:///localhost:1", "unix:/run/x")) {
      assertTrue(Loopback.isTarget(here), here);
    }
    for (String there : List.of("shop.example:1", "10.0.0.1:1", "localhost.shop.example:1", "128.0.0.1:1")) {
      assertFalse(Loopback.isTarget(there), there);
    }
  }

  @Test
  void anInvalidKeyIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> HeadwaterClient.connect("fake").key("two words"));
  }
}
