package io.headwater;

/** Overloaded, also after the retries; or, without {@link #retryAfter}, the call is too large. */
public class OverloadedException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  OverloadedException(Failure failure) {
    super(failure);
  }
}
