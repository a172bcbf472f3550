package io.headwater;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Makes one call as its plan says: within a deadline, and with retries where that is safe. Why gRPC's
 * own retries do not suffice: docs/adr/0004.
 */
final class Caller {
  private final Channel channel;
  private final Runnable reconnect;
  private final BooleanSupplier isClosed;

  /** {@code reconnect} makes gRPC connect at once, without its own long wait. */
  Caller(Channel channel, Runnable reconnect, BooleanSupplier isClosed) {
    this.channel = channel;
    this.isClosed = isClosed;
    this.reconnect = reconnect;
  }

  <Q, A> A call(MethodDescriptor<Q, A> method, Q request, CallSettings settings) {
    Plan plan = Plans.of(method, request);
    Deadline deadline = deadline(settings.timeout == null ? plan.timeout : settings.timeout);
    CallOptions options = CallOptions.DEFAULT.withDeadline(deadline);
    for (int tried = 1; ; tried++) {
      if (isClosed.getAsBoolean()) {
        throw new IllegalStateException("the client is closed");
      }
      try {
        return ClientCalls.blockingUnaryCall(channel, method, options, request);
      } catch (StatusRuntimeException cause) {
        HeadwaterException failure = HeadwaterException.of(cause);
        if (!plan.mayRepeat(tried, failure) || !slept(plan.delay(tried, failure), deadline)) {
          throw failure;
        }
        reconnect.run();
      }
    }
  }

  /** The end of the timeout, or the deadline of gRPC's current context if that is earlier. */
  private static Deadline deadline(Duration timeout) {
    Deadline own = Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
    Deadline callers = Context.current().getDeadline();
    return callers == null ? own : own.minimum(callers);
  }

  /** Waits and returns true; false at once if the deadline would end before the wait. */
  private static boolean slept(Duration delay, Deadline deadline) {
    if (deadline.timeRemaining(TimeUnit.NANOSECONDS) <= delay.toNanos()) {
      return false;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(delay.toNanos());
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
