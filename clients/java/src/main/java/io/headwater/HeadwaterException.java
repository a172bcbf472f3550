package io.headwater;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A call that failed. The subclasses are the kinds that a caller may handle differently; the cause is
 * gRPC's own exception.
 */
public class HeadwaterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;
  private final transient List<Violation> violations;
  private final transient List<String> conditions;
  private final Duration retryAfter;

  HeadwaterException(Failure failure) {
    super(message(failure.cause), failure.cause);
    this.code = failure.cause.getStatus().getCode();
    this.violations = Collections.unmodifiableList(failure.violations);
    this.conditions = Collections.unmodifiableList(failure.conditions);
    this.retryAfter = failure.retryAfter;
  }

  /** The status and its first cause: "Connection refused" where gRPC says "io exception". */
  private static String message(StatusRuntimeException cause) {
    Throwable why = cause.getStatus().getCause();
    while (why != null && why.getCause() != null) {
      why = why.getCause();
    }
    return why == null ? cause.getMessage() : cause.getMessage() + ": " + why.getMessage();
  }

  /** Converts the exception of a stub of {@link HeadwaterClient#channel}. */
  public static HeadwaterException of(StatusRuntimeException cause) {
    Status status = TooLarge.asInvalid(cause.getStatus());
    boolean isKept = status == cause.getStatus();
    return new Failure(isKept ? cause : status.withCause(cause).asRuntimeException()).toException();
  }

  /** gRPC's status code. */
  public Status.Code code() {
    return code;
  }

  /** The invalid fields of the request. */
  public List<Violation> violations() {
    return violations == null ? Collections.emptyList() : violations;
  }

  /** The first invalid field, "" if there is none. */
  public String field() {
    return violations().isEmpty() ? "" : violations.get(0).field();
  }

  /** What must be true before the call can succeed, one text for each. */
  public List<String> conditions() {
    return conditions == null ? Collections.emptyList() : conditions;
  }

  /** How long to wait before the next try, if the server says so. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** Whether the server could not respond in time, through no fault of the request. */
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
