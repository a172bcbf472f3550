package io.headwater;

/** The buffer was closed: this event would never be sent. */
public class BufferClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BufferClosedException() {
    super("the buffer is closed");
  }
}
