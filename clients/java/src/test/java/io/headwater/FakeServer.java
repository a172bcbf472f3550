package io.headwater;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.headwater.v1.CatalogServiceGrpc;
import io.headwater.v1.Event;
import io.headwater.v1.EventResult;
import io.headwater.v1.EventStatus;
import io.headwater.v1.FeedbackRequest;
import io.headwater.v1.FeedbackResponse;
import io.headwater.v1.FeedbackServiceGrpc;
import io.headwater.v1.RecommendRequest;
import io.headwater.v1.RecommendResponse;
import io.headwater.v1.RecommendationServiceGrpc;
import io.headwater.v1.Result;
import io.headwater.v1.UpsertItemsRequest;
import io.headwater.v1.UpsertItemsResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * A server in this process that returns the given faults, then normal responses. It is for what a real
 * server cannot be made to do at an exact moment; all other tests use the real server.
 */
final class FakeServer implements AutoCloseable {
  /** For tests that are not about deadlines: the machine may be busy. */
  static final CallOption PATIENT = CallOption.timeout(java.time.Duration.ofSeconds(30));

  final Queue<StatusRuntimeException> faults = new ConcurrentLinkedQueue<>();
  final List<RecommendRequest> asked = new CopyOnWriteArrayList<>();
  final List<Integer> batchSizes = new CopyOnWriteArrayList<>();
  final Map<String, Integer> learned = new ConcurrentHashMap<>();
  final List<String> keys = new CopyOnWriteArrayList<>();
  volatile CountDownLatch hold = new CountDownLatch(0);

  private final String name = InProcessServerBuilder.generateName();
  private final Server server;

  FakeServer() throws IOException {
    server =
        InProcessServerBuilder.forName(name)
            .addService(new Recommendations())
            .addService(new Feedback())
            .addService(new CatalogOf())
            .intercept(new Keys())
            .build()
            .start();
  }

  HeadwaterClient client(String key) {
    return new HeadwaterClient(
        InProcessChannelBuilder.forName(name).build(), key.isEmpty() ? null : new ApiKey(key));
  }

  @Override
  public void close() {
    hold.countDown();
    server.shutdownNow();
  }

  static StatusRuntimeException failing(Status.Code code, Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage("on purpose");
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  static StatusRuntimeException comeBackIn(java.time.Duration delay) {
    Duration wait = Duration.newBuilder().setSeconds(delay.getSeconds()).setNanos(delay.getNano()).build();
    return failing(Status.Code.RESOURCE_EXHAUSTED, RetryInfo.newBuilder().setRetryDelay(wait).build());
  }

  private <A> void answer(A answer, StreamObserver<A> caller) {
    StatusRuntimeException fault = faults.poll();
    if (fault != null) {
      caller.onError(fault);
    } else {
      caller.onNext(answer);
      caller.onCompleted();
    }
  }

  private final class Recommendations extends RecommendationServiceGrpc.RecommendationServiceImplBase {
    @Override
    public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> caller) {
      asked.add(request);
      answer(
          RecommendResponse.newBuilder()
              .setRecommendationId(request.getRecommendationId())
              .addResults(Result.newBuilder().setItemId("boots"))
              .build(),
          caller);
    }
  }

  private final class Feedback extends FeedbackServiceGrpc.FeedbackServiceImplBase {
    @Override
    public void feedback(FeedbackRequest request, StreamObserver<FeedbackResponse> caller) {
      try {
        hold.await();
      } catch (InterruptedException stopping) {
        return;
      }
      batchSizes.add(request.getEventsCount());
      FeedbackResponse.Builder answer = FeedbackResponse.newBuilder().setOffset("1-0");
      for (Event event : request.getEventsList()) {
        if (event.getPlacement().equals("malformed")) {
          caller.onError(failing(Status.Code.INVALID_ARGUMENT));
          return;
        }
        learned.merge(event.getEventId(), 1, Integer::sum);
        answer.addResults(resultOf(event));
      }
      answer(answer.build(), caller); // a fault is a lost response: the events were learned
    }

    private EventResult resultOf(Event event) {
      EventResult.Builder result = EventResult.newBuilder().setEventId(event.getEventId());
      return event.getEventType().equals("nonsense")
          ? result.setStatus(EventStatus.EVENT_STATUS_QUARANTINED).setDetail("not known").build()
          : result.setStatus(EventStatus.EVENT_STATUS_CREATED).build();
    }
  }

  private final class CatalogOf extends CatalogServiceGrpc.CatalogServiceImplBase {
    @Override
    public void upsertItems(UpsertItemsRequest request, StreamObserver<UpsertItemsResponse> caller) {
      answer(UpsertItemsResponse.getDefaultInstance(), caller);
    }
  }

  private final class Keys implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String key = headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
      keys.add(String.valueOf(key));
      return next.startCall(call, headers);
    }
  }
}
