package io.headwater;

/** The time ran out. Events may or may not have been learned: send the same ones again. */
public class DeadlineExceededException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  DeadlineExceededException(Failure failure) {
    super(failure);
  }
}
