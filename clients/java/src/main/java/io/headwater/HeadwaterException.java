package io.headwater;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A call that failed. Its subclasses are the kinds that a caller treats apart; the cause is gRPC's
 * own exception.
 */
public class HeadwaterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;
  private final transient List<Violation> violations;
  private final Duration retryAfter;

  HeadwaterException(Failure failure) {
    super(told(failure.cause), failure.cause);
    this.code = failure.cause.getStatus().getCode();
    this.violations = Collections.unmodifiableList(failure.violations);
    this.retryAfter = failure.retryAfter;
  }

  /** The status, and why at bottom: "Connection refused" where gRPC says "io exception". */
  private static String told(StatusRuntimeException cause) {
    Throwable why = cause.getStatus().getCause();
    while (why != null && why.getCause() != null) {
      why = why.getCause();
    }
    return why == null ? cause.getMessage() : cause.getMessage() + ": " + why.getMessage();
  }

  /** Reads what a stub of {@link HeadwaterClient#channel} threw. */
  public static HeadwaterException of(StatusRuntimeException cause) {
    return new Failure(cause).toException();
  }

  /** gRPC's code. */
  public Status.Code code() {
    return code;
  }

  /** The fields that are wrong with the request. */
  public List<Violation> violations() {
    return violations == null ? Collections.emptyList() : violations;
  }

  /** The first field that is wrong, "" if none is. */
  public String field() {
    return violations().isEmpty() ? "" : violations.get(0).field();
  }

  /** When to come back, if the server said. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** Whether the server could not answer in time, and the request was not what was wrong. */
  public boolean isAway() {
    switch (code) {
      case UNAVAILABLE:
      case DEADLINE_EXCEEDED:
        return true;
      case RESOURCE_EXHAUSTED: // an overloaded server says when to come back
        return retryAfter != null;
      default:
        return false;
    }
  }
}
