package io.headwater;

/** The key is valid, but not for this call. */
public class PermissionDeniedException extends HeadwaterException {
  private static final long serialVersionUID = 1L;

  PermissionDeniedException(Failure failure) {
    super(failure);
  }
}
