package io.headwater;

/** The server is overloaded, also after the retries. */
public class OverloadedException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  OverloadedException(Failure failure) {
    super(failure);
  }
}
