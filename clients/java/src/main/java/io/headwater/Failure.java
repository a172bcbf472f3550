package io.headwater;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.RetryInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the server reported about a failed call, read from the status and its details. */
final class Failure {
  final StatusRuntimeException cause;
  final List<Violation> violations = new ArrayList<>();
  final List<String> conditions = new ArrayList<>();
  Duration retryAfter;

  Failure(StatusRuntimeException cause) {
    this.cause = cause;
    for (Any detail : detailsOf(cause)) {
      try {
        read(detail);
      } catch (InvalidProtocolBufferException damaged) {
        cause.addSuppressed(damaged); // the status itself is enough
      }
    }
  }

  private static List<Any> detailsOf(StatusRuntimeException cause) {
    com.google.rpc.Status status = StatusProto.fromThrowable(cause);
    return status == null ? Collections.emptyList() : status.getDetailsList();
  }

  private void read(Any detail) throws InvalidProtocolBufferException {
    if (detail.is(BadRequest.class)) {
      for (BadRequest.FieldViolation wrong : detail.unpack(BadRequest.class).getFieldViolationsList()) {
        violations.add(new Violation(wrong.getField(), wrong.getDescription()));
      }
    } else if (detail.is(PreconditionFailure.class)) {
      for (PreconditionFailure.Violation fails :
          detail.unpack(PreconditionFailure.class).getViolationsList()) {
        conditions.add(fails.getDescription());
      }
    } else if (detail.is(RetryInfo.class)) {
      com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
      retryAfter = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
    }
  }

  HeadwaterException toException() {
    switch (cause.getStatus().getCode()) {
      case INVALID_ARGUMENT:
        return new InvalidRequestException(this);
      case NOT_FOUND:
        return new NotFoundException(this);
      case ALREADY_EXISTS:
        return new AlreadyExistsException(this);
      case ABORTED: // somebody else has changed it since: read it again
      case FAILED_PRECONDITION:
        return new FailedPreconditionException(this);
      case UNAUTHENTICATED:
        return new UnauthenticatedException(this);
      case PERMISSION_DENIED:
        return new PermissionDeniedException(this);
      case RESOURCE_EXHAUSTED:
        return new OverloadedException(this);
      case UNAVAILABLE:
        return new UnavailableException(this);
      case DEADLINE_EXCEEDED:
        return new DeadlineExceededException(this);
      case UNIMPLEMENTED:
        return new UnimplementedException(this);
      default:
        return new HeadwaterException(this);
    }
  }
}
