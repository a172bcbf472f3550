package io.headwater;

import io.headwater.v1.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The events that wait to be sent, counted and cut into batches. Each event is settled once: learned,
 * or reported as lost. It neither waits nor locks: the buffer does both.
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

  /** Counts the events of the batch that is being sent, too. */
  boolean isFull() {
    return added - settled >= eventsMax;
  }

  /** Whether a batch is sent now, without waiting for more events. */
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

  /** Removes the next batch from what waits, and returns it. */
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

  /** Records that the last batch taken is learned, or reported as lost. */
  void settle() {
    settled += batch;
    batch = 0;
    hurry = hurry && !waiting.isEmpty();
  }

  /** Accepts no more events, and gives up those that are not sent within the timeout. */
  void close(Duration timeout) {
    if (!closed) {
      closed = true;
      closeAt = System.nanoTime() + timeout.toNanos();
    }
  }

  /** How much longer a batch is retried that was first tried at {@code began}. */
  long nanosLeft(long began) {
    long now = System.nanoTime();
    long patient = began + patienceNanos - now;
    return closed ? Math.min(patient, closeAt - now) : patient;
  }
}
