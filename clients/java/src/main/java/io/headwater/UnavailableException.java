package io.headwater;

/** The server or its store is away, also after the retries. */
public class UnavailableException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  UnavailableException(Failure failure) {
    super(failure);
  }
}
