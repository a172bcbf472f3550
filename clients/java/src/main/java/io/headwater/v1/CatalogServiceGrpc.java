package io.headwater.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * The shop's products. A change holds from the next answer on.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class CatalogServiceGrpc {

  private CatalogServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "headwater.v1.CatalogService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.UpsertItemsRequest,
      io.headwater.v1.UpsertItemsResponse> getUpsertItemsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "UpsertItems",
      requestType = io.headwater.v1.UpsertItemsRequest.class,
      responseType = io.headwater.v1.UpsertItemsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.UpsertItemsRequest,
      io.headwater.v1.UpsertItemsResponse> getUpsertItemsMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.UpsertItemsRequest, io.headwater.v1.UpsertItemsResponse> getUpsertItemsMethod;
    if ((getUpsertItemsMethod = CatalogServiceGrpc.getUpsertItemsMethod) == null) {
      synchronized (CatalogServiceGrpc.class) {
        if ((getUpsertItemsMethod = CatalogServiceGrpc.getUpsertItemsMethod) == null) {
          CatalogServiceGrpc.getUpsertItemsMethod = getUpsertItemsMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.UpsertItemsRequest, io.headwater.v1.UpsertItemsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "UpsertItems"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.UpsertItemsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.UpsertItemsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new CatalogServiceMethodDescriptorSupplier("UpsertItems"))
              .build();
        }
      }
    }
    return getUpsertItemsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.DeleteItemsRequest,
      io.headwater.v1.DeleteItemsResponse> getDeleteItemsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DeleteItems",
      requestType = io.headwater.v1.DeleteItemsRequest.class,
      responseType = io.headwater.v1.DeleteItemsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.DeleteItemsRequest,
      io.headwater.v1.DeleteItemsResponse> getDeleteItemsMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.DeleteItemsRequest, io.headwater.v1.DeleteItemsResponse> getDeleteItemsMethod;
    if ((getDeleteItemsMethod = CatalogServiceGrpc.getDeleteItemsMethod) == null) {
      synchronized (CatalogServiceGrpc.class) {
        if ((getDeleteItemsMethod = CatalogServiceGrpc.getDeleteItemsMethod) == null) {
          CatalogServiceGrpc.getDeleteItemsMethod = getDeleteItemsMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.DeleteItemsRequest, io.headwater.v1.DeleteItemsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DeleteItems"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.DeleteItemsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.DeleteItemsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new CatalogServiceMethodDescriptorSupplier("DeleteItems"))
              .build();
        }
      }
    }
    return getDeleteItemsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.GetItemRequest,
      io.headwater.v1.GetItemResponse> getGetItemMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetItem",
      requestType = io.headwater.v1.GetItemRequest.class,
      responseType = io.headwater.v1.GetItemResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.GetItemRequest,
      io.headwater.v1.GetItemResponse> getGetItemMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.GetItemRequest, io.headwater.v1.GetItemResponse> getGetItemMethod;
    if ((getGetItemMethod = CatalogServiceGrpc.getGetItemMethod) == null) {
      synchronized (CatalogServiceGrpc.class) {
        if ((getGetItemMethod = CatalogServiceGrpc.getGetItemMethod) == null) {
          CatalogServiceGrpc.getGetItemMethod = getGetItemMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.GetItemRequest, io.headwater.v1.GetItemResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetItem"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetItemRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetItemResponse.getDefaultInstance()))
              .setSchemaDescriptor(new CatalogServiceMethodDescriptorSupplier("GetItem"))
              .build();
        }
      }
    }
    return getGetItemMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.ListItemsRequest,
      io.headwater.v1.ListItemsResponse> getListItemsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListItems",
      requestType = io.headwater.v1.ListItemsRequest.class,
      responseType = io.headwater.v1.ListItemsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.ListItemsRequest,
      io.headwater.v1.ListItemsResponse> getListItemsMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.ListItemsRequest, io.headwater.v1.ListItemsResponse> getListItemsMethod;
    if ((getListItemsMethod = CatalogServiceGrpc.getListItemsMethod) == null) {
      synchronized (CatalogServiceGrpc.class) {
        if ((getListItemsMethod = CatalogServiceGrpc.getListItemsMethod) == null) {
          CatalogServiceGrpc.getListItemsMethod = getListItemsMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.ListItemsRequest, io.headwater.v1.ListItemsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListItems"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListItemsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListItemsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new CatalogServiceMethodDescriptorSupplier("ListItems"))
              .build();
        }
      }
    }
    return getListItemsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static CatalogServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<CatalogServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<CatalogServiceStub>() {
        @java.lang.Override
        public CatalogServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new CatalogServiceStub(channel, callOptions);
        }
      };
    return CatalogServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static CatalogServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<CatalogServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<CatalogServiceBlockingV2Stub>() {
        @java.lang.Override
        public CatalogServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new CatalogServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return CatalogServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static CatalogServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<CatalogServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<CatalogServiceBlockingStub>() {
        @java.lang.Override
        public CatalogServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new CatalogServiceBlockingStub(channel, callOptions);
        }
      };
    return CatalogServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static CatalogServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<CatalogServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<CatalogServiceFutureStub>() {
        @java.lang.Override
        public CatalogServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new CatalogServiceFutureStub(channel, callOptions);
        }
      };
    return CatalogServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * The shop's products. A change holds from the next answer on.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Puts items into the catalogue, or changes some of their fields.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].item.price`. UNAVAILABLE when the store is away. May be repeated without harm.
     * </pre>
     */
    default void upsertItems(io.headwater.v1.UpsertItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.UpsertItemsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getUpsertItemsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Takes items out of the catalogue. They are in no list from the next answer on, GetItem does not
     * find them, and what was learned about them is kept in case they are written again.
     * An item that the catalogue does not hold is no error. May be repeated without harm when
     * `set_time` is given; without it, a late repeat takes out what was written in between.
     * </pre>
     */
    default void deleteItems(io.headwater.v1.DeleteItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.DeleteItemsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeleteItemsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns an item as the catalogue holds it. NOT_FOUND when it does not.
     * </pre>
     */
    default void getItem(io.headwater.v1.GetItemRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetItemResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetItemMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns the catalogue, page by page, in the order of the ids: also what may not be shown now.
     * An item that is written or taken out between two pages may be in them or not; every other one
     * is in them exactly once. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    default void listItems(io.headwater.v1.ListItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListItemsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListItemsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service CatalogService.
   * <pre>
   * The shop's products. A change holds from the next answer on.
   * </pre>
   */
  public static abstract class CatalogServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return CatalogServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service CatalogService.
   * <pre>
   * The shop's products. A change holds from the next answer on.
   * </pre>
   */
  public static final class CatalogServiceStub
      extends io.grpc.stub.AbstractAsyncStub<CatalogServiceStub> {
    private CatalogServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected CatalogServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new CatalogServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Puts items into the catalogue, or changes some of their fields.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].item.price`. UNAVAILABLE when the store is away. May be repeated without harm.
     * </pre>
     */
    public void upsertItems(io.headwater.v1.UpsertItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.UpsertItemsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getUpsertItemsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Takes items out of the catalogue. They are in no list from the next answer on, GetItem does not
     * find them, and what was learned about them is kept in case they are written again.
     * An item that the catalogue does not hold is no error. May be repeated without harm when
     * `set_time` is given; without it, a late repeat takes out what was written in between.
     * </pre>
     */
    public void deleteItems(io.headwater.v1.DeleteItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.DeleteItemsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeleteItemsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns an item as the catalogue holds it. NOT_FOUND when it does not.
     * </pre>
     */
    public void getItem(io.headwater.v1.GetItemRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetItemResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetItemMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns the catalogue, page by page, in the order of the ids: also what may not be shown now.
     * An item that is written or taken out between two pages may be in them or not; every other one
     * is in them exactly once. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public void listItems(io.headwater.v1.ListItemsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListItemsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListItemsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service CatalogService.
   * <pre>
   * The shop's products. A change holds from the next answer on.
   * </pre>
   */
  public static final class CatalogServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<CatalogServiceBlockingV2Stub> {
    private CatalogServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected CatalogServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new CatalogServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Puts items into the catalogue, or changes some of their fields.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].item.price`. UNAVAILABLE when the store is away. May be repeated without harm.
     * </pre>
     */
    public io.headwater.v1.UpsertItemsResponse upsertItems(io.headwater.v1.UpsertItemsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getUpsertItemsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Takes items out of the catalogue. They are in no list from the next answer on, GetItem does not
     * find them, and what was learned about them is kept in case they are written again.
     * An item that the catalogue does not hold is no error. May be repeated without harm when
     * `set_time` is given; without it, a late repeat takes out what was written in between.
     * </pre>
     */
    public io.headwater.v1.DeleteItemsResponse deleteItems(io.headwater.v1.DeleteItemsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeleteItemsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns an item as the catalogue holds it. NOT_FOUND when it does not.
     * </pre>
     */
    public io.headwater.v1.GetItemResponse getItem(io.headwater.v1.GetItemRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetItemMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the catalogue, page by page, in the order of the ids: also what may not be shown now.
     * An item that is written or taken out between two pages may be in them or not; every other one
     * is in them exactly once. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public io.headwater.v1.ListItemsResponse listItems(io.headwater.v1.ListItemsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListItemsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service CatalogService.
   * <pre>
   * The shop's products. A change holds from the next answer on.
   * </pre>
   */
  public static final class CatalogServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<CatalogServiceBlockingStub> {
    private CatalogServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected CatalogServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new CatalogServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Puts items into the catalogue, or changes some of their fields.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].item.price`. UNAVAILABLE when the store is away. May be repeated without harm.
     * </pre>
     */
    public io.headwater.v1.UpsertItemsResponse upsertItems(io.headwater.v1.UpsertItemsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getUpsertItemsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Takes items out of the catalogue. They are in no list from the next answer on, GetItem does not
     * find them, and what was learned about them is kept in case they are written again.
     * An item that the catalogue does not hold is no error. May be repeated without harm when
     * `set_time` is given; without it, a late repeat takes out what was written in between.
     * </pre>
     */
    public io.headwater.v1.DeleteItemsResponse deleteItems(io.headwater.v1.DeleteItemsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeleteItemsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns an item as the catalogue holds it. NOT_FOUND when it does not.
     * </pre>
     */
    public io.headwater.v1.GetItemResponse getItem(io.headwater.v1.GetItemRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetItemMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the catalogue, page by page, in the order of the ids: also what may not be shown now.
     * An item that is written or taken out between two pages may be in them or not; every other one
     * is in them exactly once. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public io.headwater.v1.ListItemsResponse listItems(io.headwater.v1.ListItemsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListItemsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service CatalogService.
   * <pre>
   * The shop's products. A change holds from the next answer on.
   * </pre>
   */
  public static final class CatalogServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<CatalogServiceFutureStub> {
    private CatalogServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected CatalogServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new CatalogServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Puts items into the catalogue, or changes some of their fields.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].item.price`. UNAVAILABLE when the store is away. May be repeated without harm.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.UpsertItemsResponse> upsertItems(
        io.headwater.v1.UpsertItemsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getUpsertItemsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Takes items out of the catalogue. They are in no list from the next answer on, GetItem does not
     * find them, and what was learned about them is kept in case they are written again.
     * An item that the catalogue does not hold is no error. May be repeated without harm when
     * `set_time` is given; without it, a late repeat takes out what was written in between.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.DeleteItemsResponse> deleteItems(
        io.headwater.v1.DeleteItemsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeleteItemsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns an item as the catalogue holds it. NOT_FOUND when it does not.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.GetItemResponse> getItem(
        io.headwater.v1.GetItemRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetItemMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns the catalogue, page by page, in the order of the ids: also what may not be shown now.
     * An item that is written or taken out between two pages may be in them or not; every other one
     * is in them exactly once. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.ListItemsResponse> listItems(
        io.headwater.v1.ListItemsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListItemsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_UPSERT_ITEMS = 0;
  private static final int METHODID_DELETE_ITEMS = 1;
  private static final int METHODID_GET_ITEM = 2;
  private static final int METHODID_LIST_ITEMS = 3;

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
        case METHODID_UPSERT_ITEMS:
          serviceImpl.upsertItems((io.headwater.v1.UpsertItemsRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.UpsertItemsResponse>) responseObserver);
          break;
        case METHODID_DELETE_ITEMS:
          serviceImpl.deleteItems((io.headwater.v1.DeleteItemsRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.DeleteItemsResponse>) responseObserver);
          break;
        case METHODID_GET_ITEM:
          serviceImpl.getItem((io.headwater.v1.GetItemRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.GetItemResponse>) responseObserver);
          break;
        case METHODID_LIST_ITEMS:
          serviceImpl.listItems((io.headwater.v1.ListItemsRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.ListItemsResponse>) responseObserver);
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
          getUpsertItemsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.UpsertItemsRequest,
              io.headwater.v1.UpsertItemsResponse>(
                service, METHODID_UPSERT_ITEMS)))
        .addMethod(
          getDeleteItemsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.DeleteItemsRequest,
              io.headwater.v1.DeleteItemsResponse>(
                service, METHODID_DELETE_ITEMS)))
        .addMethod(
          getGetItemMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.GetItemRequest,
              io.headwater.v1.GetItemResponse>(
                service, METHODID_GET_ITEM)))
        .addMethod(
          getListItemsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.ListItemsRequest,
              io.headwater.v1.ListItemsResponse>(
                service, METHODID_LIST_ITEMS)))
        .build();
  }

  private static abstract class CatalogServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    CatalogServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.headwater.v1.CatalogServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("CatalogService");
    }
  }

  private static final class CatalogServiceFileDescriptorSupplier
      extends CatalogServiceBaseDescriptorSupplier {
    CatalogServiceFileDescriptorSupplier() {}
  }

  private static final class CatalogServiceMethodDescriptorSupplier
      extends CatalogServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    CatalogServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (CatalogServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new CatalogServiceFileDescriptorSupplier())
              .addMethod(getUpsertItemsMethod())
              .addMethod(getDeleteItemsMethod())
              .addMethod(getGetItemMethod())
              .addMethod(getListItemsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
