package io.headwater;

/** Too much to do, also after the retries; or, without {@link #retryAfter}, too large a call. */
public class OverloadedException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  OverloadedException(Failure failure) {
    super(failure);
  }
}
