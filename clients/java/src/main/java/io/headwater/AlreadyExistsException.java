package io.headwater;

/** The id is used by something that differs from what the request would create. */
public class AlreadyExistsException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  AlreadyExistsException(Failure failure) {
    super(failure);
  }
}
