package io.headwater;

/** The server requires a key, and the call had none or a wrong one. */
public class UnauthenticatedException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  UnauthenticatedException(Failure failure) {
    super(failure);
  }
}
