package io.headwater.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Looks at the model.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class ModelServiceGrpc {

  private ModelServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "headwater.v1.ModelService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.GetModelRequest,
      io.headwater.v1.GetModelResponse> getGetModelMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetModel",
      requestType = io.headwater.v1.GetModelRequest.class,
      responseType = io.headwater.v1.GetModelResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.GetModelRequest,
      io.headwater.v1.GetModelResponse> getGetModelMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.GetModelRequest, io.headwater.v1.GetModelResponse> getGetModelMethod;
    if ((getGetModelMethod = ModelServiceGrpc.getGetModelMethod) == null) {
      synchronized (ModelServiceGrpc.class) {
        if ((getGetModelMethod = ModelServiceGrpc.getGetModelMethod) == null) {
          ModelServiceGrpc.getGetModelMethod = getGetModelMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.GetModelRequest, io.headwater.v1.GetModelResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetModel"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetModelRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetModelResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ModelServiceMethodDescriptorSupplier("GetModel"))
              .build();
        }
      }
    }
    return getGetModelMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.GetMetricsRequest,
      io.headwater.v1.GetMetricsResponse> getGetMetricsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetMetrics",
      requestType = io.headwater.v1.GetMetricsRequest.class,
      responseType = io.headwater.v1.GetMetricsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.GetMetricsRequest,
      io.headwater.v1.GetMetricsResponse> getGetMetricsMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.GetMetricsRequest, io.headwater.v1.GetMetricsResponse> getGetMetricsMethod;
    if ((getGetMetricsMethod = ModelServiceGrpc.getGetMetricsMethod) == null) {
      synchronized (ModelServiceGrpc.class) {
        if ((getGetMetricsMethod = ModelServiceGrpc.getGetMetricsMethod) == null) {
          ModelServiceGrpc.getGetMetricsMethod = getGetMetricsMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.GetMetricsRequest, io.headwater.v1.GetMetricsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetMetrics"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetMetricsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetMetricsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ModelServiceMethodDescriptorSupplier("GetMetrics"))
              .build();
        }
      }
    }
    return getGetMetricsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.ListMetricSamplesRequest,
      io.headwater.v1.ListMetricSamplesResponse> getListMetricSamplesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListMetricSamples",
      requestType = io.headwater.v1.ListMetricSamplesRequest.class,
      responseType = io.headwater.v1.ListMetricSamplesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.ListMetricSamplesRequest,
      io.headwater.v1.ListMetricSamplesResponse> getListMetricSamplesMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.ListMetricSamplesRequest, io.headwater.v1.ListMetricSamplesResponse> getListMetricSamplesMethod;
    if ((getListMetricSamplesMethod = ModelServiceGrpc.getListMetricSamplesMethod) == null) {
      synchronized (ModelServiceGrpc.class) {
        if ((getListMetricSamplesMethod = ModelServiceGrpc.getListMetricSamplesMethod) == null) {
          ModelServiceGrpc.getListMetricSamplesMethod = getListMetricSamplesMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.ListMetricSamplesRequest, io.headwater.v1.ListMetricSamplesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListMetricSamples"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListMetricSamplesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListMetricSamplesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ModelServiceMethodDescriptorSupplier("ListMetricSamples"))
              .build();
        }
      }
    }
    return getListMetricSamplesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.GetServingRequest,
      io.headwater.v1.GetServingResponse> getGetServingMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetServing",
      requestType = io.headwater.v1.GetServingRequest.class,
      responseType = io.headwater.v1.GetServingResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.GetServingRequest,
      io.headwater.v1.GetServingResponse> getGetServingMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.GetServingRequest, io.headwater.v1.GetServingResponse> getGetServingMethod;
    if ((getGetServingMethod = ModelServiceGrpc.getGetServingMethod) == null) {
      synchronized (ModelServiceGrpc.class) {
        if ((getGetServingMethod = ModelServiceGrpc.getGetServingMethod) == null) {
          ModelServiceGrpc.getGetServingMethod = getGetServingMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.GetServingRequest, io.headwater.v1.GetServingResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetServing"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetServingRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetServingResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ModelServiceMethodDescriptorSupplier("GetServing"))
              .build();
        }
      }
    }
    return getGetServingMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.ListReplicasRequest,
      io.headwater.v1.ListReplicasResponse> getListReplicasMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListReplicas",
      requestType = io.headwater.v1.ListReplicasRequest.class,
      responseType = io.headwater.v1.ListReplicasResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.ListReplicasRequest,
      io.headwater.v1.ListReplicasResponse> getListReplicasMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.ListReplicasRequest, io.headwater.v1.ListReplicasResponse> getListReplicasMethod;
    if ((getListReplicasMethod = ModelServiceGrpc.getListReplicasMethod) == null) {
      synchronized (ModelServiceGrpc.class) {
        if ((getListReplicasMethod = ModelServiceGrpc.getListReplicasMethod) == null) {
          ModelServiceGrpc.getListReplicasMethod = getListReplicasMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.ListReplicasRequest, io.headwater.v1.ListReplicasResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListReplicas"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListReplicasRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListReplicasResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ModelServiceMethodDescriptorSupplier("ListReplicas"))
              .build();
        }
      }
    }
    return getListReplicasMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.ListQuarantinedEventsRequest,
      io.headwater.v1.ListQuarantinedEventsResponse> getListQuarantinedEventsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListQuarantinedEvents",
      requestType = io.headwater.v1.ListQuarantinedEventsRequest.class,
      responseType = io.headwater.v1.ListQuarantinedEventsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.ListQuarantinedEventsRequest,
      io.headwater.v1.ListQuarantinedEventsResponse> getListQuarantinedEventsMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.ListQuarantinedEventsRequest, io.headwater.v1.ListQuarantinedEventsResponse> getListQuarantinedEventsMethod;
    if ((getListQuarantinedEventsMethod = ModelServiceGrpc.getListQuarantinedEventsMethod) == null) {
      synchronized (ModelServiceGrpc.class) {
        if ((getListQuarantinedEventsMethod = ModelServiceGrpc.getListQuarantinedEventsMethod) == null) {
          ModelServiceGrpc.getListQuarantinedEventsMethod = getListQuarantinedEventsMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.ListQuarantinedEventsRequest, io.headwater.v1.ListQuarantinedEventsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListQuarantinedEvents"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListQuarantinedEventsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListQuarantinedEventsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ModelServiceMethodDescriptorSupplier("ListQuarantinedEvents"))
              .build();
        }
      }
    }
    return getListQuarantinedEventsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.GetStorageRequest,
      io.headwater.v1.GetStorageResponse> getGetStorageMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetStorage",
      requestType = io.headwater.v1.GetStorageRequest.class,
      responseType = io.headwater.v1.GetStorageResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.GetStorageRequest,
      io.headwater.v1.GetStorageResponse> getGetStorageMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.GetStorageRequest, io.headwater.v1.GetStorageResponse> getGetStorageMethod;
    if ((getGetStorageMethod = ModelServiceGrpc.getGetStorageMethod) == null) {
      synchronized (ModelServiceGrpc.class) {
        if ((getGetStorageMethod = ModelServiceGrpc.getGetStorageMethod) == null) {
          ModelServiceGrpc.getGetStorageMethod = getGetStorageMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.GetStorageRequest, io.headwater.v1.GetStorageResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetStorage"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetStorageRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.GetStorageResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ModelServiceMethodDescriptorSupplier("GetStorage"))
              .build();
        }
      }
    }
    return getGetStorageMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headwater.v1.ListItemStatisticsRequest,
      io.headwater.v1.ListItemStatisticsResponse> getListItemStatisticsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListItemStatistics",
      requestType = io.headwater.v1.ListItemStatisticsRequest.class,
      responseType = io.headwater.v1.ListItemStatisticsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headwater.v1.ListItemStatisticsRequest,
      io.headwater.v1.ListItemStatisticsResponse> getListItemStatisticsMethod() {
    io.grpc.MethodDescriptor<io.headwater.v1.ListItemStatisticsRequest, io.headwater.v1.ListItemStatisticsResponse> getListItemStatisticsMethod;
    if ((getListItemStatisticsMethod = ModelServiceGrpc.getListItemStatisticsMethod) == null) {
      synchronized (ModelServiceGrpc.class) {
        if ((getListItemStatisticsMethod = ModelServiceGrpc.getListItemStatisticsMethod) == null) {
          ModelServiceGrpc.getListItemStatisticsMethod = getListItemStatisticsMethod =
              io.grpc.MethodDescriptor.<io.headwater.v1.ListItemStatisticsRequest, io.headwater.v1.ListItemStatisticsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListItemStatistics"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListItemStatisticsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headwater.v1.ListItemStatisticsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ModelServiceMethodDescriptorSupplier("ListItemStatistics"))
              .build();
        }
      }
    }
    return getListItemStatisticsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static ModelServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ModelServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ModelServiceStub>() {
        @java.lang.Override
        public ModelServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ModelServiceStub(channel, callOptions);
        }
      };
    return ModelServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static ModelServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ModelServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ModelServiceBlockingV2Stub>() {
        @java.lang.Override
        public ModelServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ModelServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return ModelServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static ModelServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ModelServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ModelServiceBlockingStub>() {
        @java.lang.Override
        public ModelServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ModelServiceBlockingStub(channel, callOptions);
        }
      };
    return ModelServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static ModelServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ModelServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ModelServiceFutureStub>() {
        @java.lang.Override
        public ModelServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ModelServiceFutureStub(channel, callOptions);
        }
      };
    return ModelServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Looks at the model.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Returns where the model stands: offset, counts, memory, versions and, if asked, its digest.
     * </pre>
     */
    default void getModel(io.headwater.v1.GetModelRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetModelResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetModelMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns how well the model foresaw what happened: each event is compared with what would have
     * been recommended just before it was learned.
     * </pre>
     */
    default void getMetrics(io.headwater.v1.GetMetricsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetMetricsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetMetricsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns the figures of GetMetrics over time, and how much was asked and how fast it was answered.
     * Each process samples by itself and keeps that in memory: a restart begins anew.
     * </pre>
     */
    default void listMetricSamples(io.headwater.v1.ListMetricSamplesRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListMetricSamplesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListMetricSamplesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns how the process that answers is doing: its calls, their latency, its memory.
     * </pre>
     */
    default void getServing(io.headwater.v1.GetServingRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetServingResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetServingMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns every replica of the catalogue, and those that died within a day. UNAVAILABLE when the
     * store is away.
     * </pre>
     */
    default void listReplicas(io.headwater.v1.ListReplicasRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListReplicasResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListReplicasMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns the events that nothing was learned from, newest first, page by page. UNAVAILABLE when
     * the store is away; INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    default void listQuarantinedEvents(io.headwater.v1.ListQuarantinedEventsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListQuarantinedEventsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListQuarantinedEventsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns what the store keeps of this catalogue. UNAVAILABLE when the store is away.
     * </pre>
     */
    default void getStorage(io.headwater.v1.GetStorageRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetStorageResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetStorageMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns what the model knows of items, page by page.
     * Every page is of the state at its time, so an item that moves in the order meanwhile may be in
     * two pages or in none. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    default void listItemStatistics(io.headwater.v1.ListItemStatisticsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListItemStatisticsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListItemStatisticsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service ModelService.
   * <pre>
   * Looks at the model.
   * </pre>
   */
  public static abstract class ModelServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return ModelServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service ModelService.
   * <pre>
   * Looks at the model.
   * </pre>
   */
  public static final class ModelServiceStub
      extends io.grpc.stub.AbstractAsyncStub<ModelServiceStub> {
    private ModelServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ModelServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ModelServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns where the model stands: offset, counts, memory, versions and, if asked, its digest.
     * </pre>
     */
    public void getModel(io.headwater.v1.GetModelRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetModelResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetModelMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns how well the model foresaw what happened: each event is compared with what would have
     * been recommended just before it was learned.
     * </pre>
     */
    public void getMetrics(io.headwater.v1.GetMetricsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetMetricsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetMetricsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns the figures of GetMetrics over time, and how much was asked and how fast it was answered.
     * Each process samples by itself and keeps that in memory: a restart begins anew.
     * </pre>
     */
    public void listMetricSamples(io.headwater.v1.ListMetricSamplesRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListMetricSamplesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListMetricSamplesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns how the process that answers is doing: its calls, their latency, its memory.
     * </pre>
     */
    public void getServing(io.headwater.v1.GetServingRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetServingResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetServingMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns every replica of the catalogue, and those that died within a day. UNAVAILABLE when the
     * store is away.
     * </pre>
     */
    public void listReplicas(io.headwater.v1.ListReplicasRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListReplicasResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListReplicasMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns the events that nothing was learned from, newest first, page by page. UNAVAILABLE when
     * the store is away; INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public void listQuarantinedEvents(io.headwater.v1.ListQuarantinedEventsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListQuarantinedEventsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListQuarantinedEventsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns what the store keeps of this catalogue. UNAVAILABLE when the store is away.
     * </pre>
     */
    public void getStorage(io.headwater.v1.GetStorageRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.GetStorageResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetStorageMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns what the model knows of items, page by page.
     * Every page is of the state at its time, so an item that moves in the order meanwhile may be in
     * two pages or in none. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public void listItemStatistics(io.headwater.v1.ListItemStatisticsRequest request,
        io.grpc.stub.StreamObserver<io.headwater.v1.ListItemStatisticsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListItemStatisticsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service ModelService.
   * <pre>
   * Looks at the model.
   * </pre>
   */
  public static final class ModelServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<ModelServiceBlockingV2Stub> {
    private ModelServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ModelServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ModelServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns where the model stands: offset, counts, memory, versions and, if asked, its digest.
     * </pre>
     */
    public io.headwater.v1.GetModelResponse getModel(io.headwater.v1.GetModelRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetModelMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns how well the model foresaw what happened: each event is compared with what would have
     * been recommended just before it was learned.
     * </pre>
     */
    public io.headwater.v1.GetMetricsResponse getMetrics(io.headwater.v1.GetMetricsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetMetricsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the figures of GetMetrics over time, and how much was asked and how fast it was answered.
     * Each process samples by itself and keeps that in memory: a restart begins anew.
     * </pre>
     */
    public io.headwater.v1.ListMetricSamplesResponse listMetricSamples(io.headwater.v1.ListMetricSamplesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListMetricSamplesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns how the process that answers is doing: its calls, their latency, its memory.
     * </pre>
     */
    public io.headwater.v1.GetServingResponse getServing(io.headwater.v1.GetServingRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetServingMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns every replica of the catalogue, and those that died within a day. UNAVAILABLE when the
     * store is away.
     * </pre>
     */
    public io.headwater.v1.ListReplicasResponse listReplicas(io.headwater.v1.ListReplicasRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListReplicasMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the events that nothing was learned from, newest first, page by page. UNAVAILABLE when
     * the store is away; INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public io.headwater.v1.ListQuarantinedEventsResponse listQuarantinedEvents(io.headwater.v1.ListQuarantinedEventsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListQuarantinedEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns what the store keeps of this catalogue. UNAVAILABLE when the store is away.
     * </pre>
     */
    public io.headwater.v1.GetStorageResponse getStorage(io.headwater.v1.GetStorageRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetStorageMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns what the model knows of items, page by page.
     * Every page is of the state at its time, so an item that moves in the order meanwhile may be in
     * two pages or in none. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public io.headwater.v1.ListItemStatisticsResponse listItemStatistics(io.headwater.v1.ListItemStatisticsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListItemStatisticsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service ModelService.
   * <pre>
   * Looks at the model.
   * </pre>
   */
  public static final class ModelServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<ModelServiceBlockingStub> {
    private ModelServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ModelServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ModelServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns where the model stands: offset, counts, memory, versions and, if asked, its digest.
     * </pre>
     */
    public io.headwater.v1.GetModelResponse getModel(io.headwater.v1.GetModelRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetModelMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns how well the model foresaw what happened: each event is compared with what would have
     * been recommended just before it was learned.
     * </pre>
     */
    public io.headwater.v1.GetMetricsResponse getMetrics(io.headwater.v1.GetMetricsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetMetricsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the figures of GetMetrics over time, and how much was asked and how fast it was answered.
     * Each process samples by itself and keeps that in memory: a restart begins anew.
     * </pre>
     */
    public io.headwater.v1.ListMetricSamplesResponse listMetricSamples(io.headwater.v1.ListMetricSamplesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListMetricSamplesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns how the process that answers is doing: its calls, their latency, its memory.
     * </pre>
     */
    public io.headwater.v1.GetServingResponse getServing(io.headwater.v1.GetServingRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetServingMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns every replica of the catalogue, and those that died within a day. UNAVAILABLE when the
     * store is away.
     * </pre>
     */
    public io.headwater.v1.ListReplicasResponse listReplicas(io.headwater.v1.ListReplicasRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListReplicasMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the events that nothing was learned from, newest first, page by page. UNAVAILABLE when
     * the store is away; INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public io.headwater.v1.ListQuarantinedEventsResponse listQuarantinedEvents(io.headwater.v1.ListQuarantinedEventsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListQuarantinedEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns what the store keeps of this catalogue. UNAVAILABLE when the store is away.
     * </pre>
     */
    public io.headwater.v1.GetStorageResponse getStorage(io.headwater.v1.GetStorageRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetStorageMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns what the model knows of items, page by page.
     * Every page is of the state at its time, so an item that moves in the order meanwhile may be in
     * two pages or in none. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public io.headwater.v1.ListItemStatisticsResponse listItemStatistics(io.headwater.v1.ListItemStatisticsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListItemStatisticsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service ModelService.
   * <pre>
   * Looks at the model.
   * </pre>
   */
  public static final class ModelServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<ModelServiceFutureStub> {
    private ModelServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ModelServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ModelServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Returns where the model stands: offset, counts, memory, versions and, if asked, its digest.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.GetModelResponse> getModel(
        io.headwater.v1.GetModelRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetModelMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns how well the model foresaw what happened: each event is compared with what would have
     * been recommended just before it was learned.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.GetMetricsResponse> getMetrics(
        io.headwater.v1.GetMetricsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetMetricsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns the figures of GetMetrics over time, and how much was asked and how fast it was answered.
     * Each process samples by itself and keeps that in memory: a restart begins anew.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.ListMetricSamplesResponse> listMetricSamples(
        io.headwater.v1.ListMetricSamplesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListMetricSamplesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns how the process that answers is doing: its calls, their latency, its memory.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.GetServingResponse> getServing(
        io.headwater.v1.GetServingRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetServingMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns every replica of the catalogue, and those that died within a day. UNAVAILABLE when the
     * store is away.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.ListReplicasResponse> listReplicas(
        io.headwater.v1.ListReplicasRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListReplicasMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns the events that nothing was learned from, newest first, page by page. UNAVAILABLE when
     * the store is away; INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.ListQuarantinedEventsResponse> listQuarantinedEvents(
        io.headwater.v1.ListQuarantinedEventsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListQuarantinedEventsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns what the store keeps of this catalogue. UNAVAILABLE when the store is away.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.GetStorageResponse> getStorage(
        io.headwater.v1.GetStorageRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetStorageMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns what the model knows of items, page by page.
     * Every page is of the state at its time, so an item that moves in the order meanwhile may be in
     * two pages or in none. INVALID_ARGUMENT when `page_token` is none of ours.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headwater.v1.ListItemStatisticsResponse> listItemStatistics(
        io.headwater.v1.ListItemStatisticsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListItemStatisticsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GET_MODEL = 0;
  private static final int METHODID_GET_METRICS = 1;
  private static final int METHODID_LIST_METRIC_SAMPLES = 2;
  private static final int METHODID_GET_SERVING = 3;
  private static final int METHODID_LIST_REPLICAS = 4;
  private static final int METHODID_LIST_QUARANTINED_EVENTS = 5;
  private static final int METHODID_GET_STORAGE = 6;
  private static final int METHODID_LIST_ITEM_STATISTICS = 7;

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
        case METHODID_GET_MODEL:
          serviceImpl.getModel((io.headwater.v1.GetModelRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.GetModelResponse>) responseObserver);
          break;
        case METHODID_GET_METRICS:
          serviceImpl.getMetrics((io.headwater.v1.GetMetricsRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.GetMetricsResponse>) responseObserver);
          break;
        case METHODID_LIST_METRIC_SAMPLES:
          serviceImpl.listMetricSamples((io.headwater.v1.ListMetricSamplesRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.ListMetricSamplesResponse>) responseObserver);
          break;
        case METHODID_GET_SERVING:
          serviceImpl.getServing((io.headwater.v1.GetServingRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.GetServingResponse>) responseObserver);
          break;
        case METHODID_LIST_REPLICAS:
          serviceImpl.listReplicas((io.headwater.v1.ListReplicasRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.ListReplicasResponse>) responseObserver);
          break;
        case METHODID_LIST_QUARANTINED_EVENTS:
          serviceImpl.listQuarantinedEvents((io.headwater.v1.ListQuarantinedEventsRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.ListQuarantinedEventsResponse>) responseObserver);
          break;
        case METHODID_GET_STORAGE:
          serviceImpl.getStorage((io.headwater.v1.GetStorageRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.GetStorageResponse>) responseObserver);
          break;
        case METHODID_LIST_ITEM_STATISTICS:
          serviceImpl.listItemStatistics((io.headwater.v1.ListItemStatisticsRequest) request,
              (io.grpc.stub.StreamObserver<io.headwater.v1.ListItemStatisticsResponse>) responseObserver);
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
          getGetModelMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.GetModelRequest,
              io.headwater.v1.GetModelResponse>(
                service, METHODID_GET_MODEL)))
        .addMethod(
          getGetMetricsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.GetMetricsRequest,
              io.headwater.v1.GetMetricsResponse>(
                service, METHODID_GET_METRICS)))
        .addMethod(
          getListMetricSamplesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.ListMetricSamplesRequest,
              io.headwater.v1.ListMetricSamplesResponse>(
                service, METHODID_LIST_METRIC_SAMPLES)))
        .addMethod(
          getGetServingMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.GetServingRequest,
              io.headwater.v1.GetServingResponse>(
                service, METHODID_GET_SERVING)))
        .addMethod(
          getListReplicasMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.ListReplicasRequest,
              io.headwater.v1.ListReplicasResponse>(
                service, METHODID_LIST_REPLICAS)))
        .addMethod(
          getListQuarantinedEventsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.ListQuarantinedEventsRequest,
              io.headwater.v1.ListQuarantinedEventsResponse>(
                service, METHODID_LIST_QUARANTINED_EVENTS)))
        .addMethod(
          getGetStorageMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.GetStorageRequest,
              io.headwater.v1.GetStorageResponse>(
                service, METHODID_GET_STORAGE)))
        .addMethod(
          getListItemStatisticsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headwater.v1.ListItemStatisticsRequest,
              io.headwater.v1.ListItemStatisticsResponse>(
                service, METHODID_LIST_ITEM_STATISTICS)))
        .build();
  }

  private static abstract class ModelServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    ModelServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.headwater.v1.ModelServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("ModelService");
    }
  }

  private static final class ModelServiceFileDescriptorSupplier
      extends ModelServiceBaseDescriptorSupplier {
    ModelServiceFileDescriptorSupplier() {}
  }

  private static final class ModelServiceMethodDescriptorSupplier
      extends ModelServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    ModelServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (ModelServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new ModelServiceFileDescriptorSupplier())
              .addMethod(getGetModelMethod())
              .addMethod(getGetMetricsMethod())
              .addMethod(getListMetricSamplesMethod())
              .addMethod(getGetServingMethod())
              .addMethod(getListReplicasMethod())
              .addMethod(getListQuarantinedEventsMethod())
              .addMethod(getGetStorageMethod())
              .addMethod(getListItemStatisticsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
