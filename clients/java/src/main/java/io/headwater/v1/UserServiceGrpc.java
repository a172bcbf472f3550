package io.headwater.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * What is known about visitors and accounts. Both come into being with their first event; what
 * stands here adds features to accounts, and shows what a list for somebody is made from.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class UserServiceGrpc {

  private UserServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "headwater.v1.UserService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.UpsertUsersRequest,
      io.headwater.v1.UpsertUsersResponse> getUpsertUsersMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "UpsertUsers",
      requestType = io.headwater.v1.UpsertUsersRequest.class,
      responseType = io.headwater.v1.UpsertUsersResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.UpsertUsersRequest,
      io.headwater.v1.UpsertUsersResponse> getUpsertUsersMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.UpsertUsersRequest, io.headwater.v1.UpsertUsersResponse> getUpsertUsersMethod;
    if ((getUpsertUsersMethod = UserServiceGrpc.getUpsertUsersMethod) == null) {
      synchronized (UserServiceGrpc.class) {
        if ((getUpsertUsersMethod = UserServiceGrpc.getUpsertUsersMethod) == null) {
          UserServiceGrpc.getUpsertUsersMethod = getUpsertUsersMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.UpsertUsersRequest, io.headwater.v1.UpsertUsersResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "UpsertUsers"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.UpsertUsersRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.UpsertUsersResponse.getDefaultInstance()))
              .setSchemaDescriptor(new UserServiceMethodDescriptorSupplier("UpsertUsers"))
              .build();
        }
      }
    }
    return getUpsertUsersMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.GetUserRequest,
      io.headwater.v1.GetUserResponse> getGetUserMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetUser",
      requestType = io.headwater.v1.GetUserRequest.class,
      responseType = io.headwater.v1.GetUserResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.GetUserRequest,
      io.headwater.v1.GetUserResponse> getGetUserMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.GetUserRequest, io.headwater.v1.GetUserResponse> getGetUserMethod;
    if ((getGetUserMethod = UserServiceGrpc.getGetUserMethod) == null) {
      synchronized (UserServiceGrpc.class) {
        if ((getGetUserMethod = UserServiceGrpc.getGetUserMethod) == null) {
          UserServiceGrpc.getGetUserMethod = getGetUserMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.GetUserRequest, io.headwater.v1.GetUserResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetUser"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetUserRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetUserResponse.getDefaultInstance()))
              .setSchemaDescriptor(new UserServiceMethodDescriptorSupplier("GetUser"))
              .build();
        }
      }
    }
    return getGetUserMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.EraseUserRequest,
      io.headwater.v1.EraseUserResponse> getEraseUserMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "EraseUser",
      requestType = io.headwater.v1.EraseUserRequest.class,
      responseType = io.headwater.v1.EraseUserResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.EraseUserRequest,
      io.headwater.v1.EraseUserResponse> getEraseUserMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.EraseUserRequest, io.headwater.v1.EraseUserResponse> getEraseUserMethod;
    if ((getEraseUserMethod = UserServiceGrpc.getEraseUserMethod) == null) {
      synchronized (UserServiceGrpc.class) {
        if ((getEraseUserMethod = UserServiceGrpc.getEraseUserMethod) == null) {
          UserServiceGrpc.getEraseUserMethod = getEraseUserMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.EraseUserRequest, io.headwater.v1.EraseUserResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "EraseUser"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.EraseUserRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.EraseUserResponse.getDefaultInstance()))
              .setSchemaDescriptor(new UserServiceMethodDescriptorSupplier("EraseUser"))
              .build();
        }
      }
    }
    return getEraseUserMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static UserServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<UserServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<UserServiceStub>() {
        @java.lang.Override
        public UserServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new UserServiceStub(channel, callOptions);
        }
      };
    return UserServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static UserServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<UserServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<UserServiceBlockingV2Stub>() {
        @java.lang.Override
        public UserServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new UserServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return UserServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static UserServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<UserServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<UserServiceBlockingStub>() {
        @java.lang.Override
        public UserServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new UserServiceBlockingStub(channel, callOptions);
        }
      };
    return UserServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static UserServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<UserServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<UserServiceFutureStub>() {
        @java.lang.Override
        public UserServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new UserServiceFutureStub(channel, callOptions);
        }
      };
    return UserServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * What is known about visitors and accounts. Both come into being with their first event; what
   * stands here adds features to accounts, and shows what a list for somebody is made from.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Sets features of accounts. They count from the next answer on.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].user.features["segment"]`. UNAVAILABLE when the store is away.
     * </pre>
     */
    default void upsertUsers(io.headwater.v1.UpsertUsersRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.UpsertUsersResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getUpsertUsersMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns features, linked visitors and history of an account or a visitor. NOT_FOUND when there
     * was neither an event nor a write of it.
     * </pre>
     */
    default void getUser(io.headwater.v1.GetUserRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetUserResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetUserMethod(), responseObserver);
    }

    /**
     * <pre>
     * Forgets an account, with what its visitors did anonymously; or what one visitor did
     * anonymously, and the visitor's link to an account. Whom nobody has heard of is forgotten, too:
     * it is no error, and may be repeated.
     * Gone from the next answer on, on every server: history, links, dismissed items, features, the
     * slates that they were shown, the deduplication trace of their events (so one of them that is
     * sent again counts as new), and their events in quarantine. An event that they sent while this
     * call was under way may come after it. What the models have learned from them stays in the
     * weights, and their events on the log, until `headwater rebuild --without-erased`.
     * UNAVAILABLE when the store is away: call again.
     * </pre>
     */
    default void eraseUser(io.headwater.v1.EraseUserRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.EraseUserResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getEraseUserMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service UserService.
   * <pre>
   * What is known about visitors and accounts. Both come into being with their first event; what
   * stands here adds features to accounts, and shows what a list for somebody is made from.
   * </pre>
   */
  public static abstract class UserServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return UserServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service UserService.
   * <pre>
   * What is known about visitors and accounts. Both come into being with their first event; what
   * stands here adds features to accounts, and shows what a list for somebody is made from.
   * </pre>
   */
  public static final class UserServiceStub
      extends io.grpc.stub.AbstractAsyncStub<UserServiceStub> {
    private UserServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected UserServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new UserServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Sets features of accounts. They count from the next answer on.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].user.features["segment"]`. UNAVAILABLE when the store is away.
     * </pre>
     */
    public void upsertUsers(io.headwater.v1.UpsertUsersRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.UpsertUsersResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getUpsertUsersMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns features, linked visitors and history of an account or a visitor. NOT_FOUND when there
     * was neither an event nor a write of it.
     * </pre>
     */
    public void getUser(io.headwater.v1.GetUserRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetUserResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetUserMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Forgets an account, with what its visitors did anonymously; or what one visitor did
     * anonymously, and the visitor's link to an account. Whom nobody has heard of is forgotten, too:
     * it is no error, and may be repeated.
     * Gone from the next answer on, on every server: history, links, dismissed items, features, the
     * slates that they were shown, the deduplication trace of their events (so one of them that is
     * sent again counts as new), and their events in quarantine. An event that they sent while this
     * call was under way may come after it. What the models have learned from them stays in the
     * weights, and their events on the log, until `headwater rebuild --without-erased`.
     * UNAVAILABLE when the store is away: call again.
     * </pre>
     */
    public void eraseUser(io.headwater.v1.EraseUserRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.EraseUserResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getEraseUserMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service UserService.
   * <pre>
   * What is known about visitors and accounts. Both come into being with their first event; what
   * stands here adds features to accounts, and shows what a list for somebody is made from.
   * </pre>
   */
  public static final class UserServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<UserServiceBlockingV2Stub> {
    private UserServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected UserServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new UserServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Sets features of accounts. They count from the next answer on.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].user.features["segment"]`. UNAVAILABLE when the store is away.
     * </pre>
     */
    public io.headwater.v1.UpsertUsersResponse upsertUsers(io.headwater.v1.UpsertUsersRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getUpsertUsersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns features, linked visitors and history of an account or a visitor. NOT_FOUND when there
     * was neither an event nor a write of it.
     * </pre>
     */
    public io.headwater.v1.GetUserResponse getUser(io.headwater.v1.GetUserRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetUserMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Forgets an account, with what its visitors did anonymously; or what one visitor did
     * anonymously, and the visitor's link to an account. Whom nobody has heard of is forgotten, too:
     * it is no error, and may be repeated.
     * Gone from the next answer on, on every server: history, links, dismissed items, features, the
     * slates that they were shown, the deduplication trace of their events (so one of them that is
     * sent again counts as new), and their events in quarantine. An event that they sent while this
     * call was under way may come after it. What the models have learned from them stays in the
     * weights, and their events on the log, until `headwater rebuild --without-erased`.
     * UNAVAILABLE when the store is away: call again.
     * </pre>
     */
    public io.headwater.v1.EraseUserResponse eraseUser(io.headwater.v1.EraseUserRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getEraseUserMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service UserService.
   * <pre>
   * What is known about visitors and accounts. Both come into being with their first event; what
   * stands here adds features to accounts, and shows what a list for somebody is made from.
   * </pre>
   */
  public static final class UserServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<UserServiceBlockingStub> {
    private UserServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected UserServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new UserServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Sets features of accounts. They count from the next answer on.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].user.features["segment"]`. UNAVAILABLE when the store is away.
     * </pre>
     */
    public io.headwater.v1.UpsertUsersResponse upsertUsers(io.headwater.v1.UpsertUsersRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getUpsertUsersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns features, linked visitors and history of an account or a visitor. NOT_FOUND when there
     * was neither an event nor a write of it.
     * </pre>
     */
    public io.headwater.v1.GetUserResponse getUser(io.headwater.v1.GetUserRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetUserMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Forgets an account, with what its visitors did anonymously; or what one visitor did
     * anonymously, and the visitor's link to an account. Whom nobody has heard of is forgotten, too:
     * it is no error, and may be repeated.
     * Gone from the next answer on, on every server: history, links, dismissed items, features, the
     * slates that they were shown, the deduplication trace of their events (so one of them that is
     * sent again counts as new), and their events in quarantine. An event that they sent while this
     * call was under way may come after it. What the models have learned from them stays in the
     * weights, and their events on the log, until `headwater rebuild --without-erased`.
     * UNAVAILABLE when the store is away: call again.
     * </pre>
     */
    public io.headwater.v1.EraseUserResponse eraseUser(io.headwater.v1.EraseUserRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getEraseUserMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service UserService.
   * <pre>
   * What is known about visitors and accounts. Both come into being with their first event; what
   * stands here adds features to accounts, and shows what a list for somebody is made from.
   * </pre>
   */
  public static final class UserServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<UserServiceFutureStub> {
    private UserServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected UserServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new UserServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Sets features of accounts. They count from the next answer on.
     * The call is checked whole before anything is done: INVALID_ARGUMENT names the field, such as
     * `writes[2].user.features["segment"]`. UNAVAILABLE when the store is away.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.UpsertUsersResponse> upsertUsers(
        io.headwater.v1.UpsertUsersRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getUpsertUsersMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns features, linked visitors and history of an account or a visitor. NOT_FOUND when there
     * was neither an event nor a write of it.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.GetUserResponse> getUser(
        io.headwater.v1.GetUserRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetUserMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Forgets an account, with what its visitors did anonymously; or what one visitor did
     * anonymously, and the visitor's link to an account. Whom nobody has heard of is forgotten, too:
     * it is no error, and may be repeated.
     * Gone from the next answer on, on every server: history, links, dismissed items, features, the
     * slates that they were shown, the deduplication trace of their events (so one of them that is
     * sent again counts as new), and their events in quarantine. An event that they sent while this
     * call was under way may come after it. What the models have learned from them stays in the
     * weights, and their events on the log, until `headwater rebuild --without-erased`.
     * UNAVAILABLE when the store is away: call again.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.EraseUserResponse> eraseUser(
        io.headwater.v1.EraseUserRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getEraseUserMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_UPSERT_USERS = 0;
  private static final int METHODID_GET_USER = 1;
  private static final int METHODID_ERASE_USER = 2;

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
        case METHODID_UPSERT_USERS:
          serviceImpl.upsertUsers((io.headwater.v1.UpsertUsersRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.UpsertUsersResponse>) responseObserver);
          break;
        case METHODID_GET_USER:
          serviceImpl.getUser((io.headwater.v1.GetUserRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.GetUserResponse>) responseObserver);
          break;
        case METHODID_ERASE_USER:
          serviceImpl.eraseUser((io.headwater.v1.EraseUserRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.EraseUserResponse>) responseObserver);
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
          getUpsertUsersMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.UpsertUsersRequest,
              io.headwater.v1.UpsertUsersResponse>(
                service, METHODID_UPSERT_USERS)))
        .addMethod(
          getGetUserMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.GetUserRequest,
              io.headwater.v1.GetUserResponse>(
                service, METHODID_GET_USER)))
        .addMethod(
          getEraseUserMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.EraseUserRequest,
              io.headwater.v1.EraseUserResponse>(
                service, METHODID_ERASE_USER)))
        .build();
  }

  private static abstract class UserServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    UserServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.headwater.v1.UserServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("UserService");
    }
  }

  private static final class UserServiceFileDescriptorSupplier
      extends UserServiceBaseDescriptorSupplier {
    UserServiceFileDescriptorSupplier() {}
  }

  private static final class UserServiceMethodDescriptorSupplier
      extends UserServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    UserServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (UserServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new UserServiceFileDescriptorSupplier())
              .addMethod(getUpsertUsersMethod())
              .addMethod(getGetUserMethod())
              .addMethod(getEraseUserMethod())
              .build();
        }
      }
    }
    return result;
  }
}
