package io.headwater;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How a method is called: its deadline, how often it is tried, and the waits in between. */
final class Plan {
  /** A page is waiting. About 0.35 s of waits in all: an absent server is reported within a second. */
  static final Plan READING = new Plan(Duration.ofSeconds(1), 4, Duration.ofMillis(50), 2);

  static final Plan SLOW_READING = new Plan(Duration.ofSeconds(5), 4, Duration.ofMillis(50), 2);

  /** No page is waiting. About 4 s of waits in all: long enough for a restart. */
  static final Plan WRITING = new Plan(Duration.ofSeconds(5), 5, Duration.ofMillis(100), 3);

  static final Plan ONCE = new Plan(Duration.ofSeconds(5), 1, Duration.ZERO, 1);

  final Duration timeout;
  final int tries;
  private final Duration first;
  private final double multiplier;

  private Plan(Duration timeout, int tries, Duration first, double multiplier) {
    this.timeout = timeout;
    this.tries = tries;
    this.first = first;
    this.multiplier = multiplier;
  }

  /** Whether another try is safe and may help. */
  boolean mayRepeat(int tried, HeadwaterException failure) {
    if (tried >= tries) {
      return false;
    }
    switch (failure.code()) {
      case UNAVAILABLE:
      case CANCELLED: // by a server that was just stopping: it did not process the call
        return true;
      case RESOURCE_EXHAUSTED: // without a retryAfter the call itself is too large
        return failure.retryAfter().isPresent();
      default:
        return false;
    }
  }

  /** How long to wait before the next try: at least as long as the server asks for. */
  Duration delay(int tried, HeadwaterException failure) {
    double spread = ThreadLocalRandom.current().nextDouble(0.8, 1.2); // so that not all clients come back at once
    Duration pace = Duration.ofNanos((long) (first.toNanos() * Math.pow(multiplier, tried - 1) * spread));
    return longer(pace, failure.retryAfter().orElse(Duration.ZERO));
  }

  static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
