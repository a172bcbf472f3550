package io.headwater;

/** The request names something that does not exist. */
public class NotFoundException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  NotFoundException(Failure failure) {
    super(failure);
  }
}
