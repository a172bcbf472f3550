package io.headwater;

/** The deadline passed. Events may or may not have been learned; send the same events again. */
public class DeadlineExceededException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  DeadlineExceededException(Failure failure) {
    super(failure);
  }
}
