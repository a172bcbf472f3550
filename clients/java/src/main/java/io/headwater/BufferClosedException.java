package io.headwater;

/** The buffer is closed; the event was not added. */
public class BufferClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BufferClosedException() {
    super("the buffer is closed");
  }
}
