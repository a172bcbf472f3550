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
 * Talks to one Headwater. Share it between threads, and close it.
 *
 * <p>Every call has a deadline, retries included, and throws a {@link HeadwaterException} when it
 * fails. Reads and {@link #feedback} are tried again while the server is away or overloaded; nothing
 * is ever learned twice, since each event carries its id.
 */
public final class HeadwaterClient implements AutoCloseable {
  private final ManagedChannel connection;
  private final Channel channel;
  private final Caller caller;

  HeadwaterClient(ManagedChannel connection, CallCredentials key) {
    this.connection = connection;
    this.channel = ClientInterceptors.intercept(connection, new EveryCall(key));
    this.caller = new Caller(channel, connection::resetConnectBackoff);
  }

  /** Names the server, "host:port". Nothing is sent before the first call. */
  public static HeadwaterClientBuilder connect(String target) {
    return new HeadwaterClientBuilder(target);
  }

  /** What the shop says of its items. */
  public Catalog catalog() {
    return new Catalog(caller);
  }

  /** What is known of accounts and visitors. */
  public Users users() {
    return new Users(caller);
  }

  /**
   * The connection, for every generated stub: its calls carry the key, and have a deadline if they
   * are given none. They are tried once, and throw gRPC's exceptions.
   */
  public Channel channel() {
    return channel;
  }

  /**
   * What a visitor should see now. Without a recommendation_id one is minted here, before the first
   * try, so that a retry draws the same slate.
   */
  public Recommendation recommend(RecommendRequest request, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    RecommendRequest.Builder question = request.toBuilder();
    if (request.getRecommendationId().isEmpty()) {
      question.setRecommendationId(Ids.mint());
    }
    RecommendRequest sent = question.setMinOffset(settings.offsetOr(request.getMinOffset())).build();
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

  /** What goes with, or is like, items. */
  public ItemList listSimilarItems(ListSimilarItemsRequest request, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    ListSimilarItemsRequest sent =
        request.toBuilder().setMinOffset(settings.offsetOr(request.getMinOffset())).build();
    ListSimilarItemsResponse response =
        caller.call(RecommendationServiceGrpc.getListSimilarItemsMethod(), sent, settings);
    return new ItemList(response.getResultsList(), response.getOffset());
  }

  /** What is on the rise. */
  public ItemList listTrendingItems(ListTrendingItemsRequest request, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    ListTrendingItemsRequest sent =
        request.toBuilder().setMinOffset(settings.offsetOr(request.getMinOffset())).build();
    ListTrendingItemsResponse response =
        caller.call(RecommendationServiceGrpc.getListTrendingItemsMethod(), sent, settings);
    return new ItemList(response.getResultsList(), response.getOffset());
  }

  /** Says what visitors did; see {@link #feedback(Iterable, CallOption...)}. */
  public FeedbackResponse feedback(Event... events) {
    return feedback(Arrays.asList(events));
  }

  /**
   * Says what visitors did (1 to 1,000 events), and returns when it has been learned.
   *
   * <p>Make events with {@link Events#of}, which mints their ids. After an error send the same events
   * again: what was learned before answers EVENT_STATUS_EXISTS. An event that cannot be learned from
   * throws nothing: its result is EVENT_STATUS_QUARANTINED, with the reason.
   */
  public FeedbackResponse feedback(Iterable<Event> events, CallOption... options) {
    FeedbackRequest request = FeedbackRequest.newBuilder().addAllEvents(events).build();
    return caller.call(FeedbackServiceGrpc.getFeedbackMethod(), request, CallSettings.of(options));
  }

  /** Begins a buffer that takes events at once and sends them in batches. */
  public FeedbackBufferBuilder feedbackBuffer() {
    return new FeedbackBufferBuilder(this);
  }

  /** Where the model stands. A digest walks the whole state: give it time. */
  public GetModelResponse getModel(GetModelRequest request, CallOption... options) {
    return caller.call(ModelServiceGrpc.getGetModelMethod(), request, CallSettings.of(options));
  }

  /** How well the model foresaw what happened, and the changes noticed in that. */
  public GetMetricsResponse getMetrics(CallOption... options) {
    GetMetricsRequest request = GetMetricsRequest.getDefaultInstance();
    return caller.call(ModelServiceGrpc.getGetMetricsMethod(), request, CallSettings.of(options));
  }

  /**
   * Any unary call of the API, with its deadline, retries and typed errors, such as {@code
   * client.call(ModelServiceGrpc.getGetServingMethod(), GetServingRequest.getDefaultInstance())}.
   */
  public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, CallOption... options) {
    return caller.call(method, request, CallSettings.of(options));
  }

  /** Ends the connection; what is under way has two seconds to end. */
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
