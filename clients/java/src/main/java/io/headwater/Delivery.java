package io.headwater;

import io.grpc.Status;
import io.headwater.v1.Event;
import io.headwater.v1.EventResult;
import io.headwater.v1.EventStatus;
import io.headwater.v1.FeedbackResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/** What a failed delivery of events calls for: another try, smaller parts, or giving up. */
final class Delivery {
  static final Duration CLOSING_DELAY = Duration.ofMillis(100); // between tries once it is closed
  private static final long FIRST_MS = 100;
  private static final long LONGEST_MS = 5000;

  private Delivery() {}

  /** Tells of the events that the server took and did not learn from. */
  static void tellNotLearned(
      List<Event> batch, FeedbackResponse answer, BiConsumer<Event, String> lost) {
    for (int n = 0; n < answer.getResultsCount(); n++) {
      EventResult result = answer.getResults(n);
      EventStatus status = result.getStatus();
      if (status != EventStatus.EVENT_STATUS_CREATED && status != EventStatus.EVENT_STATUS_EXISTS) {
        lost.accept(batch.get(n), status + ": " + result.getDetail());
      }
    }
  }

  /** Whether one event may be what fails the others: each half is tried alone. */
  static boolean mayBeOneEvent(HeadwaterException failure) {
    boolean tooLarge = failure.code() == Status.Code.RESOURCE_EXHAUSTED && !failure.isAway();
    return tooLarge || failure.code() == Status.Code.INVALID_ARGUMENT;
  }

  /** Whether trying again later may help: the server is away, late, or has too much to do. */
  static boolean mayPass(HeadwaterException failure) {
    return failure.isAway() || failure.code() == Status.Code.CANCELLED;
  }

  /** How long to wait after so many tries, and never less than the server asks. */
  static Duration delay(int tried, HeadwaterException failure) {
    long pace = Math.min(LONGEST_MS, FIRST_MS << Math.min(tried - 1, 10));
    return Plan.longer(Duration.ofMillis(pace), failure.retryAfter().orElse(Duration.ZERO));
  }
}
