package io.headwater.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Answers "what should this visitor see now?". Asking teaches nothing and stores nothing.
 * Errors common to all calls: INVALID_ARGUMENT names the field and carries google.rpc.BadRequest;
 * UNAUTHENTICATED without a key of the server's; PERMISSION_DENIED where the key's scopes do not reach;
 * RESOURCE_EXHAUSTED (too much at once) carries google.rpc.RetryInfo; DEADLINE_EXCEEDED; INTERNAL
 * carries an error id that is found in the server's logs. A call without a deadline gets 10
 * seconds, and 60 seconds are the most.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class RecommendationServiceGrpc {

  private RecommendationServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "headwater.v1.RecommendationService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.RecommendRequest,
      io.headwater.v1.RecommendResponse> getRecommendMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Recommend",
      requestType = io.headwater.v1.RecommendRequest.class,
      responseType = io.headwater.v1.RecommendResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.RecommendRequest,
      io.headwater.v1.RecommendResponse> getRecommendMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.RecommendRequest, io.headwater.v1.RecommendResponse> getRecommendMethod;
    if ((getRecommendMethod = RecommendationServiceGrpc.getRecommendMethod) == null) {
      synchronized (RecommendationServiceGrpc.class) {
        if ((getRecommendMethod = RecommendationServiceGrpc.getRecommendMethod) == null) {
          RecommendationServiceGrpc.getRecommendMethod = getRecommendMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.RecommendRequest, io.headwater.v1.RecommendResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Recommend"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.RecommendRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.RecommendResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecommendationServiceMethodDescriptorSupplier("Recommend"))
              .build();
        }
      }
    }
    return getRecommendMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.ListSimilarItemsRequest,
      io.headwater.v1.ListSimilarItemsResponse> getListSimilarItemsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListSimilarItems",
      requestType = io.headwater.v1.ListSimilarItemsRequest.class,
      responseType = io.headwater.v1.ListSimilarItemsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.ListSimilarItemsRequest,
      io.headwater.v1.ListSimilarItemsResponse> getListSimilarItemsMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.ListSimilarItemsRequest, io.headwater.v1.ListSimilarItemsResponse> getListSimilarItemsMethod;
    if ((getListSimilarItemsMethod = RecommendationServiceGrpc.getListSimilarItemsMethod) == null) {
      synchronized (RecommendationServiceGrpc.class) {
        if ((getListSimilarItemsMethod = RecommendationServiceGrpc.getListSimilarItemsMethod) == null) {
          RecommendationServiceGrpc.getListSimilarItemsMethod = getListSimilarItemsMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.ListSimilarItemsRequest, io.headwater.v1.ListSimilarItemsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListSimilarItems"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListSimilarItemsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListSimilarItemsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecommendationServiceMethodDescriptorSupplier("ListSimilarItems"))
              .build();
        }
      }
    }
    return getListSimilarItemsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.ListTrendingItemsRequest,
      io.headwater.v1.ListTrendingItemsResponse> getListTrendingItemsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListTrendingItems",
      requestType = io.headwater.v1.ListTrendingItemsRequest.class,
      responseType = io.headwater.v1.ListTrendingItemsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.ListTrendingItemsRequest,
      io.headwater.v1.ListTrendingItemsResponse> getListTrendingItemsMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.ListTrendingItemsRequest, io.headwater.v1.ListTrendingItemsResponse> getListTrendingItemsMethod;
    if ((getListTrendingItemsMethod = RecommendationServiceGrpc.getListTrendingItemsMethod) == null) {
      synchronized (RecommendationServiceGrpc.class) {
        if ((getListTrendingItemsMethod = RecommendationServiceGrpc.getListTrendingItemsMethod) == null) {
          RecommendationServiceGrpc.getListTrendingItemsMethod = getListTrendingItemsMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.ListTrendingItemsRequest, io.headwater.v1.ListTrendingItemsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListTrendingItems"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListTrendingItemsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListTrendingItemsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecommendationServiceMethodDescriptorSupplier("ListTrendingItems"))
              .build();
        }
      }
    }
    return getListTrendingItemsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static RecommendationServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RecommendationServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RecommendationServiceStub>() {
        @java.lang.Override
        public RecommendationServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RecommendationServiceStub(channel, callOptions);
        }
      };
    return RecommendationServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static RecommendationServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RecommendationServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RecommendationServiceBlockingV2Stub>() {
        @java.lang.Override
        public RecommendationServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RecommendationServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return RecommendationServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static RecommendationServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RecommendationServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RecommendationServiceBlockingStub>() {
        @java.lang.Override
        public RecommendationServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RecommendationServiceBlockingStub(channel, callOptions);
        }
      };
    return RecommendationServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static RecommendationServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RecommendationServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RecommendationServiceFutureStub>() {
        @java.lang.Override
        public RecommendationServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RecommendationServiceFutureStub(channel, callOptions);
        }
      };
    return RecommendationServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Answers "what should this visitor see now?". Asking teaches nothing and stores nothing.
   * Errors common to all calls: INVALID_ARGUMENT names the field and carries google.rpc.BadRequest;
   * UNAUTHENTICATED without a key of the server's; PERMISSION_DENIED where the key's scopes do not reach;
   * RESOURCE_EXHAUSTED (too much at once) carries google.rpc.RetryInfo; DEADLINE_EXCEEDED; INTERNAL
   * carries an error id that is found in the server's logs. A call without a deadline gets 10
   * seconds, and 60 seconds are the most.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Returns the best slate for a visitor at this moment, from the state in memory.
     * Visitors and items that the server has never heard of are no error: a stranger gets the best
     * list for a stranger. DEADLINE_EXCEEDED when `min_offset` was not reached in time. UNAVAILABLE
     * while the server starts.
     * </pre>
     */
    default void recommend(io.headwater.v1.RecommendRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.RecommendResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRecommendMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns items that go with the given ones, as visitors touched both, or that are like them, as
     * title, categories and tags say; so an item that nobody has touched yet is found too.
     * The given items are not in the list. Those that the server has never heard of are passed over.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    default void listSimilarItems(io.headwater.v1.ListSimilarItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListSimilarItemsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListSimilarItemsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns what is on the rise: touched more in the window than a longer time leads to expect.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    default void listTrendingItems(io.headwater.v1.ListTrendingItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListTrendingItemsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListTrendingItemsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service RecommendationService.
   * <pre>
   * Answers "what should this visitor see now?". Asking teaches nothing and stores nothing.
   * Errors common to all calls: INVALID_ARGUMENT names the field and carries google.rpc.BadRequest;
   * UNAUTHENTICATED without a key of the server's; PERMISSION_DENIED where the key's scopes do not reach;
   * RESOURCE_EXHAUSTED (too much at once) carries google.rpc.RetryInfo; DEADLINE_EXCEEDED; INTERNAL
   * carries an error id that is found in the server's logs. A call without a deadline gets 10
   * seconds, and 60 seconds are the most.
   * </pre>
   */
  public static abstract class RecommendationServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return RecommendationServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service RecommendationService.
   * <pre>
   * Answers "what should this visitor see now?". Asking teaches nothing and stores nothing.
   * Errors common to all calls: INVALID_ARGUMENT names the field and carries google.rpc.BadRequest;
   * UNAUTHENTICATED without a key of the server's; PERMISSION_DENIED where the key's scopes do not reach;
   * RESOURCE_EXHAUSTED (too much at once) carries google.rpc.RetryInfo; DEADLINE_EXCEEDED; INTERNAL
   * carries an error id that is found in the server's logs. A call without a deadline gets 10
   * seconds, and 60 seconds are the most.
   * </pre>
   */
  public static final class RecommendationServiceStub
      extends io.grpc.stub.AbstractAsyncStub<RecommendationServiceStub> {
    private RecommendationServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RecommendationServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RecommendationServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns the best slate for a visitor at this moment, from the state in memory.
     * Visitors and items that the server has never heard of are no error: a stranger gets the best
     * list for a stranger. DEADLINE_EXCEEDED when `min_offset` was not reached in time. UNAVAILABLE
     * while the server starts.
     * </pre>
     */
    public void recommend(io.headwater.v1.RecommendRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.RecommendResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRecommendMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns items that go with the given ones, as visitors touched both, or that are like them, as
     * title, categories and tags say; so an item that nobody has touched yet is found too.
     * The given items are not in the list. Those that the server has never heard of are passed over.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    public void listSimilarItems(io.headwater.v1.ListSimilarItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListSimilarItemsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListSimilarItemsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns what is on the rise: touched more in the window than a longer time leads to expect.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    public void listTrendingItems(io.headwater.v1.ListTrendingItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListTrendingItemsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListTrendingItemsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service RecommendationService.
   * <pre>
   * Answers "what should this visitor see now?". Asking teaches nothing and stores nothing.
   * Errors common to all calls: INVALID_ARGUMENT names the field and carries google.rpc.BadRequest;
   * UNAUTHENTICATED without a key of the server's; PERMISSION_DENIED where the key's scopes do not reach;
   * RESOURCE_EXHAUSTED (too much at once) carries google.rpc.RetryInfo; DEADLINE_EXCEEDED; INTERNAL
   * carries an error id that is found in the server's logs. A call without a deadline gets 10
   * seconds, and 60 seconds are the most.
   * </pre>
   */
  public static final class RecommendationServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<RecommendationServiceBlockingV2Stub> {
    private RecommendationServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RecommendationServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RecommendationServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns the best slate for a visitor at this moment, from the state in memory.
     * Visitors and items that the server has never heard of are no error: a stranger gets the best
     * list for a stranger. DEADLINE_EXCEEDED when `min_offset` was not reached in time. UNAVAILABLE
     * while the server starts.
     * </pre>
     */
    public io.headwater.v1.RecommendResponse recommend(io.headwater.v1.RecommendRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRecommendMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns items that go with the given ones, as visitors touched both, or that are like them, as
     * title, categories and tags say; so an item that nobody has touched yet is found too.
     * The given items are not in the list. Those that the server has never heard of are passed over.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    public io.headwater.v1.ListSimilarItemsResponse listSimilarItems(io.headwater.v1.ListSimilarItemsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListSimilarItemsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns what is on the rise: touched more in the window than a longer time leads to expect.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    public io.headwater.v1.ListTrendingItemsResponse listTrendingItems(io.headwater.v1.ListTrendingItemsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListTrendingItemsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service RecommendationService.
   * <pre>
   * Answers "what should this visitor see now?". Asking teaches nothing and stores nothing.
   * Errors common to all calls: INVALID_ARGUMENT names the field and carries google.rpc.BadRequest;
   * UNAUTHENTICATED without a key of the server's; PERMISSION_DENIED where the key's scopes do not reach;
   * RESOURCE_EXHAUSTED (too much at once) carries google.rpc.RetryInfo; DEADLINE_EXCEEDED; INTERNAL
   * carries an error id that is found in the server's logs. A call without a deadline gets 10
   * seconds, and 60 seconds are the most.
   * </pre>
   */
  public static final class RecommendationServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<RecommendationServiceBlockingStub> {
    private RecommendationServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RecommendationServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RecommendationServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns the best slate for a visitor at this moment, from the state in memory.
     * Visitors and items that the server has never heard of are no error: a stranger gets the best
     * list for a stranger. DEADLINE_EXCEEDED when `min_offset` was not reached in time. UNAVAILABLE
     * while the server starts.
     * </pre>
     */
    public io.headwater.v1.RecommendResponse recommend(io.headwater.v1.RecommendRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRecommendMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns items that go with the given ones, as visitors touched both, or that are like them, as
     * title, categories and tags say; so an item that nobody has touched yet is found too.
     * The given items are not in the list. Those that the server has never heard of are passed over.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    public io.headwater.v1.ListSimilarItemsResponse listSimilarItems(io.headwater.v1.ListSimilarItemsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListSimilarItemsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns what is on the rise: touched more in the window than a longer time leads to expect.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    public io.headwater.v1.ListTrendingItemsResponse listTrendingItems(io.headwater.v1.ListTrendingItemsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListTrendingItemsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service RecommendationService.
   * <pre>
   * Answers "what should this visitor see now?". Asking teaches nothing and stores nothing.
   * Errors common to all calls: INVALID_ARGUMENT names the field and carries google.rpc.BadRequest;
   * UNAUTHENTICATED without a key of the server's; PERMISSION_DENIED where the key's scopes do not reach;
   * RESOURCE_EXHAUSTED (too much at once) carries google.rpc.RetryInfo; DEADLINE_EXCEEDED; INTERNAL
   * carries an error id that is found in the server's logs. A call without a deadline gets 10
   * seconds, and 60 seconds are the most.
   * </pre>
   */
  public static final class RecommendationServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<RecommendationServiceFutureStub> {
    private RecommendationServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RecommendationServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RecommendationServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns the best slate for a visitor at this moment, from the state in memory.
     * Visitors and items that the server has never heard of are no error: a stranger gets the best
     * list for a stranger. DEADLINE_EXCEEDED when `min_offset` was not reached in time. UNAVAILABLE
     * while the server starts.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.RecommendResponse> recommend(
        io.headwater.v1.RecommendRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRecommendMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns items that go with the given ones, as visitors touched both, or that are like them, as
     * title, categories and tags say; so an item that nobody has touched yet is found too.
     * The given items are not in the list. Those that the server has never heard of are passed over.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.ListSimilarItemsResponse> listSimilarItems(
        io.headwater.v1.ListSimilarItemsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListSimilarItemsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns what is on the rise: touched more in the window than a longer time leads to expect.
     * It belongs to no visitor, draws nothing at random, and has no attribution token.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.ListTrendingItemsResponse> listTrendingItems(
        io.headwater.v1.ListTrendingItemsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListTrendingItemsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_RECOMMEND = 0;
  private static final int METHODID_LIST_SIMILAR_ITEMS = 1;
  private static final int METHODID_LIST_TRENDING_ITEMS = 2;

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
        case METHODID_RECOMMEND:
          serviceImpl.recommend((io.headwater.v1.RecommendRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.RecommendResponse>) responseObserver);
          break;
        case METHODID_LIST_SIMILAR_ITEMS:
          serviceImpl.listSimilarItems((io.headwater.v1.ListSimilarItemsRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.ListSimilarItemsResponse>) responseObserver);
          break;
        case METHODID_LIST_TRENDING_ITEMS:
          serviceImpl.listTrendingItems((io.headwater.v1.ListTrendingItemsRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.ListTrendingItemsResponse>) responseObserver);
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
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getRecommendMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.RecommendRequest,
              io.headwater.v1.RecommendResponse>(
                service, METHODID_RECOMMEND)))
        .addMethod(
          getListSimilarItemsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.ListSimilarItemsRequest,
              io.headwater.v1.ListSimilarItemsResponse>(
                service, METHODID_LIST_SIMILAR_ITEMS)))
        .addMethod(
          getListTrendingItemsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.ListTrendingItemsRequest,
              io.headwater.v1.ListTrendingItemsResponse>(
                service, METHODID_LIST_TRENDING_ITEMS)))
        .build();
  }

  private static abstract class RecommendationServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    RecommendationServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.headwater.v1.RecommendationServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("RecommendationService");
    }
  }

  private static final class RecommendationServiceFileDescriptorSupplier
      extends RecommendationServiceBaseDescriptorSupplier {
    RecommendationServiceFileDescriptorSupplier() {}
  }

  private static final class RecommendationServiceMethodDescriptorSupplier
      extends RecommendationServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    RecommendationServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (RecommendationServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new RecommendationServiceFileDescriptorSupplier())
              .addMethod(getRecommendMethod())
              .addMethod(getListSimilarItemsMethod())
              .addMethod(getListTrendingItemsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
