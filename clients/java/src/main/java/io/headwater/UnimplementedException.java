package io.headwater;

/** This server's version does not have this method. */
public class UnimplementedException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  UnimplementedException(Failure failure) {
    super(failure);
  }
}
