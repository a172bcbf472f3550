package io.headwater;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;

/** Adds the key to every call, and a deadline if it has none; also for bare stubs. */
final class EveryCall implements ClientInterceptor {
  private final CallCredentials key;

  EveryCall(CallCredentials key) {
    this.key = key;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    CallOptions chosen = options;
    if (key != null && options.getCredentials() == null) {
      chosen = chosen.withCallCredentials(key);
    }
    if (options.getDeadline() == null && method.getType() == MethodDescriptor.MethodType.UNARY) {
      chosen = chosen.withDeadlineAfter(Plans.of(method).timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
    return next.newCall(method, chosen);
  }
}
