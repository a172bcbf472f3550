package io.headwater;

/** The buffer stayed full for all of the timeout; the event was not added. */
public class BufferFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BufferFullException(int eventsMax) {
    super(eventsMax + " events are on their way");
  }
}
