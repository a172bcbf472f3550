package io.headwater;

import io.headwater.v1.Event;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Takes events at once and sends them in batches from a thread of its own.
 *
 * <p>While the server is away the same events are tried again: they carry their ids, so none is
 * learned twice. Nothing is lost without a word: each event is learned, or logged as a warning
 * (System.Logger "io.headwater") and handed to {@code onLost}. {@link #close} and the orderly end of
 * the JVM send what is left. Close the buffer before its client.
 */
public final class FeedbackBuffer implements AutoCloseable {
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Backlog backlog;
  private final Thread sender;
  private final Thread atEnd = new Thread(this::close, "headwater-end");

  FeedbackBuffer(FeedbackBufferBuilder settings) {
    this.backlog = new Backlog(settings);
    this.sender = new Thread(new FeedbackSender(this, settings), "headwater-feedback");
    sender.setDaemon(true);
    sender.start();
    Runtime.getRuntime().addShutdownHook(atEnd);
  }

  /** Takes an event, with an id if it has none; waits while the buffer is full. */
  public void add(Event event) throws InterruptedException {
    add(event, FOREVER);
  }

  /** Takes an event; waits while the buffer is full, {@link BufferFullException} after a time. */
  public void add(Event event, Duration timeout) throws InterruptedException {
    Event sent = Events.withId(event);
    lock.lockInterruptibly();
    try {
      if (!waited(() -> backlog.isClosed() || !backlog.isFull(), timeout)) {
        throw new BufferFullException(backlog.eventsMax);
      }
      if (backlog.isClosed()) {
        throw new BufferClosedException();
      }
      backlog.add(sent);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns when all that was added before is learned or lost; {@link TimeoutException} if not. */
  public void flush(Duration timeout) throws InterruptedException, TimeoutException {
    lock.lockInterruptibly();
    try {
      long wanted = backlog.added;
      backlog.hurry = wanted > backlog.settled;
      changed.signalAll();
      if (!waited(() -> backlog.settled >= wanted, timeout)) {
        throw new TimeoutException((wanted - backlog.settled) + " events are still on their way");
      }
    } finally {
      lock.unlock();
    }
  }

  /** A state that has learned all that was answered so far, "" before the first answer. */
  public String offset() {
    lock.lock();
    try {
      return backlog.offset;
    } finally {
      lock.unlock();
    }
  }

  /** Sends what is left, for ten seconds at most; see {@link #close(Duration)}. */
  @Override
  public void close() {
    close(Duration.ofSeconds(10));
  }

  /**
   * Sends what is left, takes nothing any more. What the timeout is too short for is lost, and told
   * so. A call that is under way may take up to its own deadline, 5 seconds, longer.
   */
  public void close(Duration timeout) {
    lock.lock();
    try {
      backlog.close(timeout);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      sender.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt(); // the sender goes on, and the JVM's end waits for it
      return;
    }
    if (Thread.currentThread() != atEnd) {
      forgetEnd();
    }
  }

  private void forgetEnd() {
    try {
      Runtime.getRuntime().removeShutdownHook(atEnd);
    } catch (IllegalStateException ending) {
      return; // the end has begun, and finds nothing to do
    }
  }

  /** Waits for a condition, with the lock held. */
  boolean waited(BooleanSupplier holds, Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    while (!holds.getAsBoolean()) {
      if (left <= 0) {
        return false;
      }
      left = changed.awaitNanos(left);
    }
    return true;
  }

  /** Runs what the sender does with the backlog, and tells whoever waits. */
  <Answer> Answer with(Step<Answer> step) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      return step.on(backlog);
    } finally {
      changed.signalAll();
      lock.unlock();
    }
  }

  /** One thing done with the backlog while nobody else does. */
  interface Step<Answer> {
    Answer on(Backlog backlog) throws InterruptedException;
  }
}
