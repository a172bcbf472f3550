package io.headwater;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status.Code;
import io.headwater.v1.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FeedbackBufferTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SOON = Duration.ofSeconds(30);

  private final List<String> lost = new CopyOnWriteArrayList<>();
  private FakeServer server;
  private HeadwaterClient client;

  @BeforeEach
  void serve() throws Exception {
    server = new FakeServer();
    client = server.client("");
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  private FeedbackBufferBuilder buffer() {
    return client.feedbackBuffer().onLost((event, why) -> lost.add(event.getEventId() + " " + why));
  }

  private static Event click(String id) {
    return Events.of("click", "v", "boots").setEventId(id).build();
  }

  private static void add(FeedbackBuffer buffer, String... ids) throws InterruptedException {
    for (String id : ids) {
      buffer.add(click(id));
    }
  }

  @Test
  void aBatchIsSentWhenItIsFullHasWaitedOrIsFlushed() throws Exception {
    try (FeedbackBuffer full = buffer().batchMax(3).interval(LONG).build()) {
      add(full, "1", "2", "3", "4");
      full.flush(SOON);
      assertEquals(List.of(3, 1), server.batchSizes);
      assertEquals("1-0", full.offset());
    }
    try (FeedbackBuffer waiting = buffer().interval(Duration.ofMillis(1)).build()) {
      add(waiting, "5");
      while (!server.learned.containsKey("5")) {
        Thread.sleep(1);
      }
    }
  }

  @Test
  void addWaitsWhileTheBufferIsFull() throws Exception {
    server.hold = new CountDownLatch(1);
    try (FeedbackBuffer small = buffer().eventsMax(2).interval(Duration.ZERO).build()) {
      add(small, "1", "2");
      assertThrows(BufferFullException.class, () -> small.add(click("x"), Duration.ofMillis(20)));
      assertThrows(TimeoutException.class, () -> small.flush(Duration.ofMillis(20)));
      server.hold.countDown();
      add(small, "3");
    }
    assertEquals(Map.of("1", 1, "2", 1, "3", 1), server.learned);
  }

  @Test
  void anEventThatIsNotLearnedIsReportedAndTheOthersAreLearned() throws Exception {
    try (FeedbackBuffer buffer = buffer().interval(LONG).build()) {
      add(buffer, "1", "2");
      buffer.add(click("3").toBuilder().setEventType("nonsense").build());
      buffer.add(click("4").toBuilder().setPlacement("malformed").build());
      buffer.add(click("").toBuilder().build()); // gets its own id
      buffer.flush(SOON);
    }
    assertTrue(server.learned.keySet().containsAll(List.of("1", "2", "3")));
    assertTrue(server.learned.keySet().stream().anyMatch(id -> id.length() == 32));
    assertEquals(2, lost.size());
    assertEquals("3 EVENT_STATUS_QUARANTINED: not known", lost.get(0));
    assertTrue(lost.get(1).startsWith("4 INVALID_ARGUMENT"));
  }

  @Test
  void theBufferRetriesAfterTheCallItselfHasGivenUp() throws Exception {
    server.faults.addAll(Collections.nCopies(2, FakeServer.failing(Code.DEADLINE_EXCEEDED)));
    try (FeedbackBuffer buffer = buffer().build()) {
      add(buffer, "1");
    }
    assertEquals(Map.of("1", 3), server.learned);
    assertEquals(List.of(), lost);
  }

  @Test
  void patienceEndsEvenIfTheServerAsksForMoreTime() throws Exception {
    server.faults.add(FakeServer.comeBackIn(LONG));
    try (FeedbackBuffer buffer = buffer().patience(Duration.ofMillis(50)).build()) {
      add(buffer, "1");
      buffer.flush(SOON);
      assertEquals(1, lost.size());
    }
  }

  @Test
  void closeReportsWhatItHasNoTimeForAndAcceptsNoMore() throws Exception {
    try (HeadwaterClient away = HeadwaterClient.connect("127.0.0.1:1").build()) {
      FeedbackBuffer buffer =
          away.feedbackBuffer()
              .interval(LONG)
              .batchMax(2)
              .onLost((event, why) -> lost.add(event.getEventId()))
              .build();
      add(buffer, "1", "2", "3", "4", "5");
      buffer.close(Duration.ofMillis(100));
      assertEquals(List.of("1", "2", "3", "4", "5"), lost);
      assertThrows(BufferClosedException.class, () -> buffer.add(click("6")));
    }
  }

  @Test
  void anOnLostThatThrowsLosesNoOtherEvent() throws Exception {
    FeedbackBufferBuilder settings =
        client.feedbackBuffer().onLost((event, why) -> { throw new IllegalStateException("on purpose"); });
    try (FeedbackBuffer buffer = settings.build()) {
      buffer.add(click("0").toBuilder().setEventType("nonsense").build());
      add(buffer, "1");
      buffer.flush(SOON);
    }
    assertEquals(1, server.learned.get("1"));
  }

  @Test
  void manyThreadsShareASmallBuffer() throws Exception {
    List<Thread> workers = new ArrayList<>();
    try (FeedbackBuffer buffer = buffer().eventsMax(20).batchMax(7).interval(Duration.ZERO).build()) {
      for (int worker = 0; worker < 8; worker++) {
        workers.add(new Thread(new Adding(buffer, worker)));
      }
      workers.forEach(Thread::start);
      for (Thread worker : workers) {
        worker.join();
      }
    }
    assertEquals(800, server.learned.size());
    assertEquals(List.of(), lost);
  }

  @Test
  void invalidSizesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> buffer().batchMax(1001).build());
    assertThrows(IllegalArgumentException.class, () -> buffer().batchMax(0).build());
    assertThrows(IllegalArgumentException.class, () -> buffer().eventsMax(0).build());
  }

  /** One of many threads that add. */
  private static final class Adding implements Runnable {
    private final FeedbackBuffer buffer;
    private final int worker;

    Adding(FeedbackBuffer buffer, int worker) {
      this.buffer = buffer;
      this.worker = worker;
    }

    @Override
    public void run() {
      try {
        for (int n = 0; n < 100; n++) {
          add(buffer, worker + "-" + n);
        }
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }
}
