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

/** Makes one call as its plan says: within a deadline, again where that is safe. */
final class Caller {
  private final Channel channel;
  private final Runnable reconnect;

  /** {@code reconnect}: has gRPC try to connect now, instead of at its own slow pace. */
  Caller(Channel channel, Runnable reconnect) {
    this.channel = channel;
    this.reconnect = reconnect;
  }

  <Q, A> A call(MethodDescriptor<Q, A> method, Q request, CallSettings settings) {
    Plan plan = Plans.of(method, request);
    Deadline deadline = deadline(settings.timeout == null ? plan.timeout : settings.timeout);
    CallOptions options = CallOptions.DEFAULT.withDeadline(deadline);
    for (int tried = 1; ; tried++) {
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

  /** The time given, or the end of the context that the caller is in. */
  private static Deadline deadline(Duration timeout) {
    Deadline own = Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
    Deadline callers = Context.current().getDeadline();
    return callers == null ? own : own.minimum(callers);
  }

  /** Waits, unless the deadline would end the wait: then nothing is left to try within it. */
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
