package io.headwater;

/** The server asks for a key, and this was none or another one. */
public class UnauthenticatedException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  UnauthenticatedException(Failure failure) {
    super(failure);
  }
}
