package io.headwater;

import io.headwater.v1.Event;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;

/** The settings of a {@link FeedbackBuffer}. */
public final class FeedbackBufferBuilder {
  private static final int EVENTS_A_CALL = 1000;

  final HeadwaterClient client;
  int batchMax = 500;
  int eventsMax = 10_000;
  Duration interval = Duration.ofMillis(200);
  Duration patience = Duration.ofSeconds(60);
  BiConsumer<Event, String> onLost = (event, reason) -> {};

  FeedbackBufferBuilder(HeadwaterClient client) {
    this.client = client;
  }

  /** A batch is sent when it has this many events: 500, at most 1,000. */
  public FeedbackBufferBuilder batchMax(int events) {
    this.batchMax = events;
    return this;
  }

  /** Or when its first event has waited this long: 0.2 s. */
  public FeedbackBufferBuilder interval(Duration interval) {
    this.interval = Arguments.notNegative("interval", interval);
    return this;
  }

  /** {@code add} waits while this many events are not yet learned: 10,000. */
  public FeedbackBufferBuilder eventsMax(int events) {
    this.eventsMax = events;
    return this;
  }

  /** How long the same events are retried while the server is away, late or overloaded: 60 s. */
  public FeedbackBufferBuilder patience(Duration patience) {
    this.patience = Arguments.notNegative("patience", patience);
    return this;
  }

  /**
   * Receives each event that could not be sent or that the server did not learn from, with the
   * reason; the event is logged as well. It runs in the buffer's thread and must not wait for it.
   */
  public FeedbackBufferBuilder onLost(BiConsumer<Event, String> onLost) {
    this.onLost = Objects.requireNonNull(onLost, "onLost is null");
    return this;
  }

  /** Makes the buffer. */
  public FeedbackBuffer build() {
    if (batchMax < 1 || batchMax > EVENTS_A_CALL || eventsMax < 1) {
      throw new IllegalArgumentException("batchMax is 1 to 1,000 and eventsMax at least 1");
    }
    batchMax = Math.min(batchMax, eventsMax);
    return new FeedbackBuffer(this);
  }
}
