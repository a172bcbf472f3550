package io.headwater;

import io.grpc.Status;
import io.headwater.v1.Event;
import io.headwater.v1.EventResult;
import io.headwater.v1.EventStatus;
import io.headwater.v1.FeedbackResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/** Decides what follows a failed delivery of events: a retry, smaller parts, or giving up. */
final class Delivery {
  static final Duration CLOSING_DELAY = Duration.ofMillis(100); // between tries once it is closed
  private static final long FIRST_MS = 100;
  private static final long LONGEST_MS = 5000;

  private Delivery() {}

  /** Reports the events that the server received but did not learn from. */
  static void reportNotLearned(
      List<Event> batch, FeedbackResponse answer, BiConsumer<Event, String> lost) {
    for (int n = 0; n < answer.getResultsCount(); n++) {
      EventResult result = answer.getResults(n);
      EventStatus status = result.getStatus();
      if (status != EventStatus.EVENT_STATUS_CREATED && status != EventStatus.EVENT_STATUS_EXISTS) {
        lost.accept(batch.get(n), status + ": " + result.getDetail());
      }
    }
  }

  /** Whether a single event may be the cause: then each half is tried alone. */
  static boolean mayBeOneEvent(HeadwaterException failure) {
    boolean tooLarge = failure.code() == Status.Code.RESOURCE_EXHAUSTED && !failure.isAway();
    return tooLarge || failure.code() == Status.Code.INVALID_ARGUMENT;
  }

  /** Whether a later try may help: the server is away, late or overloaded. */
  static boolean mayPass(HeadwaterException failure) {
    return failure.isAway() || failure.code() == Status.Code.CANCELLED;
  }

  /** How long to wait after so many tries: at least as long as the server asks for. */
  static Duration delay(int tried, HeadwaterException failure) {
    long pace = Math.min(LONGEST_MS, FIRST_MS << Math.min(tried - 1, 10));
    return Plan.longer(Duration.ofMillis(pace), failure.retryAfter().orElse(Duration.ZERO));
  }
}
