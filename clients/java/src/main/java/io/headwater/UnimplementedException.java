package io.headwater;

/** This server's release does not have it yet. */
public class UnimplementedException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  UnimplementedException(Failure failure) {
    super(failure);
  }
}
