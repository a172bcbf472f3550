package io.headwater;

/** The request is invalid and had no effect. {@link #violations} name the fields, as in the API. */
public class InvalidRequestException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  InvalidRequestException(Failure failure) {
    super(failure);
  }
}
