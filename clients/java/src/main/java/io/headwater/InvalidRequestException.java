package io.headwater;

/** The request is malformed; nothing was done. {@link #violations} name the place, as the API does. */
public class InvalidRequestException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  InvalidRequestException(Failure failure) {
    super(failure);
  }
}
