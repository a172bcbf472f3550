package io.headwater;

import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.headwater.v1.Event;
import io.headwater.v1.FeedbackRequest;
import io.headwater.v1.FeedbackResponse;
import io.headwater.v1.FeedbackServiceGrpc;
import io.headwater.v1.GetMetricsRequest;
import io.headwater.v1.GetMetricsResponse;
import io.headwater.v1.GetModelRequest;
import io.headwater.v1.GetModelResponse;
import io.headwater.v1.ListSimilarItemsRequest;
import io.headwater.v1.ListSimilarItemsResponse;
import io.headwater.v1.ListTrendingItemsRequest;
import io.headwater.v1.ListTrendingItemsResponse;
import io.headwater.v1.ModelServiceGrpc;
import io.headwater.v1.RecommendRequest;
import io.headwater.v1.RecommendationServiceGrpc;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Calls one Headwater server. Share it between threads, and close it.
 *
 * <p>Every call has a deadline, retries included, and throws a {@link HeadwaterException} when it
 * fails. Reads and {@link #feedback} are retried while the server is away or overloaded; no event is
 * learned twice, since each event has its id.
 */
public final class HeadwaterClient implements AutoCloseable {
  private final ManagedChannel connection;
  private final Channel channel;
  private final Caller caller;

  HeadwaterClient(ManagedChannel connection, CallCredentials key) {
    this.connection = connection;
    this.channel = ClientInterceptors.intercept(connection, new EveryCall(key));
    this.caller = new Caller(channel, connection::resetConnectBackoff, connection::isShutdown);
  }

  /** Begins a client of the server at {@code target}, "host:port". */
  public static HeadwaterClientBuilder connect(String target) {
    return new HeadwaterClientBuilder(target);
  }

  /** The calls for the shop's items. */
  public Catalog catalog() {
    return new Catalog(caller);
  }

  /** The calls for accounts and visitors. */
  public Users users() {
    return new Users(caller);
  }

  /** The calls about policies and experiments. */
  public Experiments experiments() {
    return new Experiments(caller);
  }

  /** The calls about rules of editors, and the audit log. */
  public Rules rules() {
    return new Rules(caller);
  }

  /**
   * The connection, for any generated stub: its calls carry the key, and get a deadline if they have
   * none. They are not retried, and throw gRPC's exceptions.
   */
  public Channel channel() {
    return channel;
  }

  /**
   * Returns what a visitor should see now. A request without a recommendation_id gets one before the
   * first try, so that a retry returns the same slate.
   */
  public Recommendation recommend(RecommendRequest request, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    RecommendRequest.Builder builder = request.toBuilder();
    if (request.getRecommendationId().isEmpty()) {
      builder.setRecommendationId(Ids.create());
    }
    RecommendRequest sent = builder.setMinOffset(settings.offsetOr(request.getMinOffset())).build();
    try {
      return new Recommendation(
          caller.call(RecommendationServiceGrpc.getRecommendMethod(), sent, settings), false);
    } catch (HeadwaterException failure) {
      if (settings.fallback == null || !failure.isAway()) {
        throw failure;
      }
      return Fallback.of(sent, settings.fallback);
    }
  }

  /** Returns items that are similar to, or bought with, the given ones. */
  public ItemList listSimilarItems(ListSimilarItemsRequest request, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    ListSimilarItemsRequest sent =
        request.toBuilder().setMinOffset(settings.offsetOr(request.getMinOffset())).build();
    ListSimilarItemsResponse response =
        caller.call(RecommendationServiceGrpc.getListSimilarItemsMethod(), sent, settings);
    return new ItemList(response.getResultsList(), response.getOffset());
  }

  /** Returns the items whose popularity grows. */
  public ItemList listTrendingItems(ListTrendingItemsRequest request, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    ListTrendingItemsRequest sent =
        request.toBuilder().setMinOffset(settings.offsetOr(request.getMinOffset())).build();
    ListTrendingItemsResponse response =
        caller.call(RecommendationServiceGrpc.getListTrendingItemsMethod(), sent, settings);
    return new ItemList(response.getResultsList(), response.getOffset());
  }

  /** Sends what visitors did; see {@link #feedback(Iterable, CallOption...)}. */
  public FeedbackResponse feedback(Event... events) {
    return feedback(Arrays.asList(events));
  }

  /**
   * Sends what visitors did (1 to 1,000 events), and returns when the server has learned it.
   *
   * <p>Make events with {@link Events#of}, which sets their ids. After an error send the same events
   * again: those that were learned before have the status EVENT_STATUS_EXISTS. An event that the
   * server cannot learn from throws nothing: its status is EVENT_STATUS_QUARANTINED, with the reason.
   */
  public FeedbackResponse feedback(Iterable<Event> events, CallOption... options) {
    FeedbackRequest request = FeedbackRequest.newBuilder().addAllEvents(events).build();
    return caller.call(FeedbackServiceGrpc.getFeedbackMethod(), request, CallSettings.of(options));
  }

  /** Begins a buffer that accepts events without waiting and sends them in batches. */
  public FeedbackBufferBuilder feedbackBuffer() {
    return new FeedbackBufferBuilder(this);
  }

  /** Returns the state of the model. A digest reads the whole state: set a longer timeout. */
  public GetModelResponse getModel(GetModelRequest request, CallOption... options) {
    return caller.call(ModelServiceGrpc.getGetModelMethod(), request, CallSettings.of(options));
  }

  /** Returns how well the model predicted what happened, and the drift alarms. */
  public GetMetricsResponse getMetrics(CallOption... options) {
    GetMetricsRequest request = GetMetricsRequest.getDefaultInstance();
    return caller.call(ModelServiceGrpc.getGetMetricsMethod(), request, CallSettings.of(options));
  }

  /**
   * Makes any unary call of the API, with deadline, retries and typed errors, such as {@code
   * client.call(ModelServiceGrpc.getGetServingMethod(), GetServingRequest.getDefaultInstance())}.
   */
  public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, CallOption... options) {
    return caller.call(method, request, CallSettings.of(options));
  }

  /**
   * Closes the connection; calls in progress have two seconds to end. Later calls throw an {@link
   * IllegalStateException}.
   */
  @Override
  public void close() {
    connection.shutdown();
    try {
      if (!connection.awaitTermination(2, TimeUnit.SECONDS)) {
        connection.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      connection.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
