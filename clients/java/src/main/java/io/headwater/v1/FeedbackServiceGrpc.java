package io.headwater.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Takes in what visitors did. The very next Recommend has learned from it.
 * Calls may be repeated without harm, because every event carries its `event_id`. UNAVAILABLE when
 * the store is away (Recommend goes on meanwhile); RESOURCE_EXHAUSTED with google.rpc.RetryInfo
 * when too much is under way. After DEADLINE_EXCEEDED an event may or may not have been learned:
 * send it again, under its id.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class FeedbackServiceGrpc {

  private FeedbackServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "headwater.v1.FeedbackService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.FeedbackRequest,
      io.headwater.v1.FeedbackResponse> getFeedbackMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Feedback",
      requestType = io.headwater.v1.FeedbackRequest.class,
      responseType = io.headwater.v1.FeedbackResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.FeedbackRequest,
      io.headwater.v1.FeedbackResponse> getFeedbackMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.FeedbackRequest, io.headwater.v1.FeedbackResponse> getFeedbackMethod;
    if ((getFeedbackMethod = FeedbackServiceGrpc.getFeedbackMethod) == null) {
      synchronized (FeedbackServiceGrpc.class) {
        if ((getFeedbackMethod = FeedbackServiceGrpc.getFeedbackMethod) == null) {
          FeedbackServiceGrpc.getFeedbackMethod = getFeedbackMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.FeedbackRequest, io.headwater.v1.FeedbackResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Feedback"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.FeedbackRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.FeedbackResponse.getDefaultInstance()))
              .setSchemaDescriptor(new FeedbackServiceMethodDescriptorSupplier("Feedback"))
              .build();
        }
      }
    }
    return getFeedbackMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.StreamFeedbackRequest,
      io.headwater.v1.StreamFeedbackResponse> getStreamFeedbackMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "StreamFeedback",
      requestType = io.headwater.v1.StreamFeedbackRequest.class,
      responseType = io.headwater.v1.StreamFeedbackResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
  public static io.grpc.MethodDescriptor<io.headwater.v1.StreamFeedbackRequest,
      io.headwater.v1.StreamFeedbackResponse> getStreamFeedbackMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.StreamFeedbackRequest, io.headwater.v1.StreamFeedbackResponse> getStreamFeedbackMethod;
    if ((getStreamFeedbackMethod = FeedbackServiceGrpc.getStreamFeedbackMethod) == null) {
      synchronized (FeedbackServiceGrpc.class) {
        if ((getStreamFeedbackMethod = FeedbackServiceGrpc.getStreamFeedbackMethod) == null) {
          FeedbackServiceGrpc.getStreamFeedbackMethod = getStreamFeedbackMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.StreamFeedbackRequest, io.headwater.v1.StreamFeedbackResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "StreamFeedback"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.StreamFeedbackRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.StreamFeedbackResponse.getDefaultInstance()))
              .setSchemaDescriptor(new FeedbackServiceMethodDescriptorSupplier("StreamFeedback"))
              .build();
        }
      }
    }
    return getStreamFeedbackMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static FeedbackServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<FeedbackServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<FeedbackServiceStub>() {
        @java.lang.Override
        public FeedbackServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new FeedbackServiceStub(channel, callOptions);
        }
      };
    return FeedbackServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static FeedbackServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<FeedbackServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<FeedbackServiceBlockingV2Stub>() {
        @java.lang.Override
        public FeedbackServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new FeedbackServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return FeedbackServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static FeedbackServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<FeedbackServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<FeedbackServiceBlockingStub>() {
        @java.lang.Override
        public FeedbackServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new FeedbackServiceBlockingStub(channel, callOptions);
        }
      };
    return FeedbackServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static FeedbackServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<FeedbackServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<FeedbackServiceFutureStub>() {
        @java.lang.Override
        public FeedbackServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new FeedbackServiceFutureStub(channel, callOptions);
        }
      };
    return FeedbackServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Takes in what visitors did. The very next Recommend has learned from it.
   * Calls may be repeated without harm, because every event carries its `event_id`. UNAVAILABLE when
   * the store is away (Recommend goes on meanwhile); RESOURCE_EXHAUSTED with google.rpc.RetryInfo
   * when too much is under way. After DEADLINE_EXCEEDED an event may or may not have been learned:
   * send it again, under its id.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Learns from a batch of events, and answers when they are on the log and applied.
     * INVALID_ARGUMENT, and nothing done, when the call is malformed: no events, more than 1,000, or
     * one without `event_id`; the message names the field, such as `events[3].event_id`.
     * </pre>
     */
    default void feedback(io.headwater.v1.FeedbackRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.FeedbackResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getFeedbackMethod(), responseObserver);
    }

    /**
     * <pre>
     * The same for a stream of batches: each is answered when it is on the log and applied, in the
     * order sent. The next batches may be sent before that; the server reads ahead a bounded number
     * of them, then gRPC's flow control holds the caller back. While too much is under way a stream
     * waits where Feedback would be refused.
     * A malformed batch ends the stream, after the answers of those before it, with INVALID_ARGUMENT
     * that names it, such as `batches[2].events[3].event_id` (counted from 0); nothing of it or after
     * it is done. UNAVAILABLE, after the answers of what is under way, when the server stops.
     * Whatever ended a stream: send on a new one all batches that were not answered. What was learned
     * of them is answered EVENT_STATUS_EXISTS.
     * </pre>
     */
    default io.grpc.stub.StreamObserver<io.headwater.v1.StreamFeedbackRequest> streamFeedback(
        io.grpc.stub.StreamObserver<io.headwater.v1.StreamFeedbackResponse> responseObserver) {
      return io.grpc.stub.ServerCalls.asyncUnimplementedStreamingCall(getStreamFeedbackMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service FeedbackService.
   * <pre>
   * Takes in what visitors did. The very next Recommend has learned from it.
   * Calls may be repeated without harm, because every event carries its `event_id`. UNAVAILABLE when
   * the store is away (Recommend goes on meanwhile); RESOURCE_EXHAUSTED with google.rpc.RetryInfo
   * when too much is under way. After DEADLINE_EXCEEDED an event may or may not have been learned:
   * send it again, under its id.
   * </pre>
   */
  public static abstract class FeedbackServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return FeedbackServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service FeedbackService.
   * <pre>
   * Takes in what visitors did. The very next Recommend has learned from it.
   * Calls may be repeated without harm, because every event carries its `event_id`. UNAVAILABLE when
   * the store is away (Recommend goes on meanwhile); RESOURCE_EXHAUSTED with google.rpc.RetryInfo
   * when too much is under way. After DEADLINE_EXCEEDED an event may or may not have been learned:
   * send it again, under its id.
   * </pre>
   */
  public static final class FeedbackServiceStub
      extends io.grpc.stub.AbstractAsyncStub<FeedbackServiceStub> {
    private FeedbackServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected FeedbackServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new FeedbackServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Learns from a batch of events, and answers when they are on the log and applied.
     * INVALID_ARGUMENT, and nothing done, when the call is malformed: no events, more than 1,000, or
     * one without `event_id`; the message names the field, such as `events[3].event_id`.
     * </pre>
     */
    public void feedback(io.headwater.v1.FeedbackRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.FeedbackResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getFeedbackMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The same for a stream of batches: each is answered when it is on the log and applied, in the
     * order sent. The next batches may be sent before that; the server reads ahead a bounded number
     * of them, then gRPC's flow control holds the caller back. While too much is under way a stream
     * waits where Feedback would be refused.
     * A malformed batch ends the stream, after the answers of those before it, with INVALID_ARGUMENT
     * that names it, such as `batches[2].events[3].event_id` (counted from 0); nothing of it or after
     * it is done. UNAVAILABLE, after the answers of what is under way, when the server stops.
     * Whatever ended a stream: send on a new one all batches that were not answered. What was learned
     * of them is answered EVENT_STATUS_EXISTS.
     * </pre>
     */
    public io.grpc.stub.StreamObserver<io.headwater.v1.StreamFeedbackRequest> streamFeedback(
        io.grpc.stub.StreamObserver<io.headwater.v1.StreamFeedbackResponse> responseObserver) {
      return io.grpc.stub.ClientCalls.asyncBidiStreamingCall(
          getChannel().newCall(getStreamFeedbackMethod(), getCallOptions()), responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service FeedbackService.
   * <pre>
   * Takes in what visitors did. The very next Recommend has learned from it.
   * Calls may be repeated without harm, because every event carries its `event_id`. UNAVAILABLE when
   * the store is away (Recommend goes on meanwhile); RESOURCE_EXHAUSTED with google.rpc.RetryInfo
   * when too much is under way. After DEADLINE_EXCEEDED an event may or may not have been learned:
   * send it again, under its id.
   * </pre>
   */
  public static final class FeedbackServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<FeedbackServiceBlockingV2Stub> {
    private FeedbackServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected FeedbackServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new FeedbackServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Learns from a batch of events, and answers when they are on the log and applied.
     * INVALID_ARGUMENT, and nothing done, when the call is malformed: no events, more than 1,000, or
     * one without `event_id`; the message names the field, such as `events[3].event_id`.
     * </pre>
     */
    public io.headwater.v1.FeedbackResponse feedback(io.headwater.v1.FeedbackRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getFeedbackMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The same for a stream of batches: each is answered when it is on the log and applied, in the
     * order sent. The next batches may be sent before that; the server reads ahead a bounded number
     * of them, then gRPC's flow control holds the caller back. While too much is under way a stream
     * waits where Feedback would be refused.
     * A malformed batch ends the stream, after the answers of those before it, with INVALID_ARGUMENT
     * that names it, such as `batches[2].events[3].event_id` (counted from 0); nothing of it or after
     * it is done. UNAVAILABLE, after the answers of what is under way, when the server stops.
     * Whatever ended a stream: send on a new one all batches that were not answered. What was learned
     * of them is answered EVENT_STATUS_EXISTS.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<io.headwater.v1.StreamFeedbackRequest, io.headwater.v1.StreamFeedbackResponse>
        streamFeedback() {
      return io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
          getChannel(), getStreamFeedbackMethod(), getCallOptions());
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service FeedbackService.
   * <pre>
   * Takes in what visitors did. The very next Recommend has learned from it.
   * Calls may be repeated without harm, because every event carries its `event_id`. UNAVAILABLE when
   * the store is away (Recommend goes on meanwhile); RESOURCE_EXHAUSTED with google.rpc.RetryInfo
   * when too much is under way. After DEADLINE_EXCEEDED an event may or may not have been learned:
   * send it again, under its id.
   * </pre>
   */
  public static final class FeedbackServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<FeedbackServiceBlockingStub> {
    private FeedbackServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected FeedbackServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new FeedbackServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Learns from a batch of events, and answers when they are on the log and applied.
     * INVALID_ARGUMENT, and nothing done, when the call is malformed: no events, more than 1,000, or
     * one without `event_id`; the message names the field, such as `events[3].event_id`.
     * </pre>
     */
    public io.headwater.v1.FeedbackResponse feedback(io.headwater.v1.FeedbackRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getFeedbackMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service FeedbackService.
   * <pre>
   * Takes in what visitors did. The very next Recommend has learned from it.
   * Calls may be repeated without harm, because every event carries its `event_id`. UNAVAILABLE when
   * the store is away (Recommend goes on meanwhile); RESOURCE_EXHAUSTED with google.rpc.RetryInfo
   * when too much is under way. After DEADLINE_EXCEEDED an event may or may not have been learned:
   * send it again, under its id.
   * </pre>
   */
  public static final class FeedbackServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<FeedbackServiceFutureStub> {
    private FeedbackServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected FeedbackServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new FeedbackServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Learns from a batch of events, and answers when they are on the log and applied.
     * INVALID_ARGUMENT, and nothing done, when the call is malformed: no events, more than 1,000, or
     * one without `event_id`; the message names the field, such as `events[3].event_id`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.FeedbackResponse> feedback(
        io.headwater.v1.FeedbackRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getFeedbackMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_FEEDBACK = 0;
  private static final int METHODID_STREAM_FEEDBACK = 1;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_FEEDBACK:
          serviceImpl.feedback((io.headwater.v1.FeedbackRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.FeedbackResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_STREAM_FEEDBACK:
          return (io.grpc.stub.StreamObserver<Req>) serviceImpl.streamFeedback(
              (io.grpc.stub.StreamObserver<io.headwater.v1.StreamFeedbackResponse>) responseObserver);
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getFeedbackMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.FeedbackRequest,
              io.headwater.v1.FeedbackResponse>(
                service, METHODID_FEEDBACK)))
        .addMethod(
          getStreamFeedbackMethod(),
          io.grpc.stub.ServerCalls.asyncBidiStreamingCall(
            new MethodHandlers<
              io.headwater.v1.StreamFeedbackRequest,
              io.headwater.v1.StreamFeedbackResponse>(
                service, METHODID_STREAM_FEEDBACK)))
        .build();
  }

  private static abstract class FeedbackServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    FeedbackServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.headwater.v1.FeedbackServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("FeedbackService");
    }
  }

  private static final class FeedbackServiceFileDescriptorSupplier
      extends FeedbackServiceBaseDescriptorSupplier {
    FeedbackServiceFileDescriptorSupplier() {}
  }

  private static final class FeedbackServiceMethodDescriptorSupplier
      extends FeedbackServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    FeedbackServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (FeedbackServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new FeedbackServiceFileDescriptorSupplier())
              .addMethod(getFeedbackMethod())
              .addMethod(getStreamFeedbackMethod())
              .build();
        }
      }
    }
    return result;
  }
}
