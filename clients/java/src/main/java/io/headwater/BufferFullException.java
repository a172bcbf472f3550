package io.headwater;

/** The buffer stayed full for as long as the caller would wait: this event was not taken. */
public class BufferFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BufferFullException(int eventsMax) {
    super(eventsMax + " events are on their way");
  }
}
