package io.headwater;

import io.headwater.v1.Event;
import io.headwater.v1.FeedbackResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/** The thread of a buffer: sends each batch until the server responds or it is given up. */
final class FeedbackSender implements Runnable {
  private static final System.Logger LOG = System.getLogger("io.headwater");
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);
  private static final Duration SHORTEST = Duration.ofMillis(50);

  private final FeedbackBuffer buffer;
  private final HeadwaterClient client;
  private final Duration interval;
  private final BiConsumer<Event, String> onLost;

  FeedbackSender(FeedbackBuffer buffer, FeedbackBufferBuilder settings) {
    this.buffer = buffer;
    this.client = settings.client;
    this.interval = settings.interval;
    this.onLost = settings.onLost;
  }

  @Override
  public void run() {
    try {
      for (List<Event> batch = nextBatch(); !batch.isEmpty(); batch = nextBatch()) {
        send(batch, System.nanoTime());
        buffer.with(
            backlog -> {
              backlog.settle();
              return null;
            });
      }
    } catch (InterruptedException impossible) { // no other code has this thread
      throw new IllegalStateException(impossible);
    }
  }

  /** Waits for a batch; an empty one means that the buffer is closed and has no more. */
  private List<Event> nextBatch() throws InterruptedException {
    return buffer.with(
        backlog -> {
          buffer.waited(() -> !backlog.isEmpty() || backlog.isClosed(), FOREVER);
          buffer.waited(backlog::isDue, interval); // or the interval is over: the batch is sent in both cases
          return backlog.take();
        });
  }

  private void send(List<Event> batch, long began) throws InterruptedException {
    for (int tried = 1; ; tried++) {
      try {
        Delivery.reportNotLearned(batch, responseTo(batch, began), this::lost);
        return;
      } catch (HeadwaterException failure) {
        if (Delivery.mayBeOneEvent(failure) && batch.size() > 1) {
          int middle = batch.size() / 2;
          send(batch.subList(0, middle), began);
          send(batch.subList(middle, batch.size()), began);
          return;
        }
        if (!Delivery.mayPass(failure) || !waited(began, Delivery.delay(tried, failure))) {
          batch.forEach(event -> lost(event, failure.getMessage()));
          return;
        }
      } catch (RuntimeException bug) { // nothing may end the thread and lose the rest
        batch.forEach(event -> lost(event, bug.toString()));
        return;
      }
    }
  }

  private FeedbackResponse responseTo(List<Event> batch, long began) throws InterruptedException {
    Duration left = buffer.with(backlog -> Duration.ofNanos(backlog.nanosLeft(began)));
    Duration within = Plan.shorter(Plan.WRITING.timeout, Plan.longer(SHORTEST, left));
    FeedbackResponse response = client.feedback(batch, CallOption.timeout(within));
    return buffer.with(
        backlog -> {
          backlog.offset = response.getOffset();
          return response;
        });
  }

  /** Waits before the next try; returns whether there is time for one. */
  private boolean waited(long began, Duration delay) throws InterruptedException {
    boolean closed =
        buffer.with(
            backlog -> {
              Duration left = Duration.ofNanos(backlog.nanosLeft(began));
              return buffer.waited(backlog::isClosed, Plan.shorter(delay, left));
            });
    if (closed) {
      Thread.sleep(Delivery.CLOSING_DELAY.toMillis());
    }
    return buffer.with(backlog -> backlog.nanosLeft(began)) > 0;
  }

  private void lost(Event event, String reason) {
    LOG.log(System.Logger.Level.WARNING, "event {0} was not learned: {1}", event.getEventId(), reason);
    try {
      onLost.accept(event, reason);
    } catch (RuntimeException theirs) { // the caller's error must not lose the other events
      LOG.log(System.Logger.Level.ERROR, "onLost failed", theirs);
    }
  }
}
