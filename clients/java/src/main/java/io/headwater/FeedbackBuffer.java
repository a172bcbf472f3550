package io.headwater;

import io.headwater.v1.Event;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Accepts events without waiting and sends them in batches from its own thread.
 *
 * <p>While the server is away it retries the same events: they have their ids, so none is learned
 * twice. Each event is either learned, or logged as a warning (System.Logger "io.headwater") and
 * passed to {@code onLost}. {@link #close} and the orderly end of the JVM send the rest. Close the
 * buffer before its client.
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

  /** Adds an event, which gets an id if it has none; waits while the buffer is full. */
  public void add(Event event) throws InterruptedException {
    add(event, FOREVER);
  }

  /** The same, with a timeout for the wait: {@link BufferFullException} when it has passed. */
  public void add(Event event, Duration timeout) throws InterruptedException {
    Event sent = Events.withId(Objects.requireNonNull(event, "event is null"));
    Duration longest = Arguments.duration("timeout", timeout);
    lock.lockInterruptibly();
    try {
      if (!waited(() -> backlog.isClosed() || !backlog.isFull(), longest)) {
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

  /** Returns when all events added before it are learned or lost, or throws after the timeout. */
  public void flush(Duration timeout) throws InterruptedException, TimeoutException {
    Duration longest = Arguments.duration("timeout", timeout);
    lock.lockInterruptibly();
    try {
      long wanted = backlog.added;
      backlog.hurry = wanted > backlog.settled;
      changed.signalAll();
      if (!waited(() -> backlog.settled >= wanted, longest)) {
        throw new TimeoutException((wanted - backlog.settled) + " events are still on their way");
      }
    } finally {
      lock.unlock();
    }
  }

  /** An offset at which all sent events are learned, "" before the first response. */
  public String offset() {
    lock.lock();
    try {
      return backlog.offset;
    } finally {
      lock.unlock();
    }
  }

  /** Sends the remaining events, for ten seconds at most; see {@link #close(Duration)}. */
  @Override
  public void close() {
    close(Duration.ofSeconds(10));
  }

  /**
   * Sends the remaining events and accepts no more. Events that are not sent within the timeout are
   * reported as lost. A call in progress may take longer, up to its own deadline of 5 seconds.
   */
  public void close(Duration timeout) {
    Duration longest = Arguments.duration("timeout", timeout);
    lock.lock();
    try {
      backlog.close(longest);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      sender.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt(); // the sender continues, and the end of the JVM waits for it
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
      return; // the JVM is ending: the hook runs and finds nothing to do
    }
  }

  /** Waits until a condition holds; false after the timeout. The caller holds the lock. */
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

  /** Runs one step of the sender with the lock held, and wakes everybody that waits. */
  <Result> Result with(Step<Result> step) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      return step.on(backlog);
    } finally {
      changed.signalAll();
      lock.unlock();
    }
  }

  /** One step with the backlog, while no other thread uses it. */
  interface Step<Result> {
    Result on(Backlog backlog) throws InterruptedException;
  }
}
