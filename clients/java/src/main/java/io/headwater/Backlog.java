package io.headwater;

import io.headwater.v1.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What waits to be sent, counted and cut into batches. Each event is settled once: learned, or lost
 * and told so. It waits for nothing and locks nothing: the buffer around it does.
 */
final class Backlog {
  private static final int BATCH_BYTES_MAX = 1_000_000; // a server takes 4 MiB unless set otherwise

  final int eventsMax;
  private final int batchMax;
  private final long patienceNanos;
  private final Deque<Event> waiting = new ArrayDeque<>();
  private int batch;
  long added;
  long settled;
  boolean hurry;
  String offset = "";
  private boolean closed;
  private long closeAt;

  Backlog(FeedbackBufferBuilder settings) {
    this.eventsMax = settings.eventsMax;
    this.batchMax = settings.batchMax;
    this.patienceNanos = settings.patience.toNanos();
  }

  /** Those on their way count, too. */
  boolean isFull() {
    return added - settled >= eventsMax;
  }

  /** Whether a batch goes out now, without waiting for company. */
  boolean isDue() {
    return hurry || closed || waiting.size() >= batchMax;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  boolean isClosed() {
    return closed;
  }

  void add(Event event) {
    waiting.add(event);
    added++;
  }

  /** Cuts the next batch. */
  List<Event> take() {
    List<Event> taken = new ArrayList<>();
    int bytes = 0;
    while (!waiting.isEmpty() && taken.size() < batchMax) {
      bytes += waiting.peek().getSerializedSize();
      if (bytes > BATCH_BYTES_MAX && !taken.isEmpty()) {
        break;
      }
      taken.add(waiting.poll());
    }
    batch = taken.size();
    return taken;
  }

  /** Says that the batch that was taken last is learned, or lost and told so. */
  void settle() {
    settled += batch;
    batch = 0;
    hurry = hurry && !waiting.isEmpty();
  }

  /** Takes nothing any more, and gives up what is not sent within the timeout. */
  void close(Duration timeout) {
    if (!closed) {
      closed = true;
      closeAt = System.nanoTime() + timeout.toNanos();
    }
  }

  /** How long a batch that was first tried at a time is tried again. */
  long nanosLeft(long began) {
    long now = System.nanoTime();
    long patient = began + patienceNanos - now;
    return closed ? Math.min(patient, closeAt - now) : patient;
  }
}
