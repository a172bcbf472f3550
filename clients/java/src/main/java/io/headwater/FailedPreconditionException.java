package io.headwater;

/** The state does not allow it now; {@link #conditions} has all that must be true before. */
public class FailedPreconditionException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  FailedPreconditionException(Failure failure) {
    super(failure);
  }
}
