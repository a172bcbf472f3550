package io.headwater;

import static io.headwater.FakeServer.PATIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.FieldMask;
import com.google.protobuf.Timestamp;
import io.grpc.stub.StreamObserver;
import io.headwater.v1.EraseUserRequest;
import io.headwater.v1.Event;
import io.headwater.v1.EventStatus;
import io.headwater.v1.FeedbackResponse;
import io.headwater.v1.FeedbackServiceGrpc;
import io.headwater.v1.GetModelRequest;
import io.headwater.v1.GetModelResponse;
import io.headwater.v1.GetServingRequest;
import io.headwater.v1.GetUserRequest;
import io.headwater.v1.Item;
import io.headwater.v1.ItemWrite;
import io.headwater.v1.ListItemsRequest;
import io.headwater.v1.ListSimilarItemsRequest;
import io.headwater.v1.ListTrendingItemsRequest;
import io.headwater.v1.ModelServiceGrpc;
import io.headwater.v1.RecommendRequest;
import io.headwater.v1.StreamFeedbackRequest;
import io.headwater.v1.StreamFeedbackResponse;
import io.headwater.v1.User;
import io.headwater.v1.WriteStatus;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Runs on the server in HEADWATER_TARGET and HEADWATER_KEY: an empty one that nobody else writes to.
 * tests/system/test_client_java.py starts it.
 */
@EnabledIfEnvironmentVariable(named = "HEADWATER_TARGET", matches = ".+")
class LiveTest {
  private static final String TARGET = System.getenv("HEADWATER_TARGET");

  private HeadwaterClient client;

  @BeforeEach
  void connect() {
    client = HeadwaterClient.connect(TARGET).key(System.getenv("HEADWATER_KEY")).build();
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void aRequestThatIsTooLargeIsInvalid() {
    Item large = Item.newBuilder().setItemId("large").setTitle("x".repeat(5_000)).build();
    InvalidRequestException refused =
        assertThrows(
            InvalidRequestException.class,
            () -> client.catalog().upsertItems(Collections.nCopies(1_000, large), PATIENT));
    assertTrue(refused.getMessage().contains("the limit is 4194304: send less"), refused::getMessage);
    assertEquals(io.grpc.Status.Code.INVALID_ARGUMENT, refused.code());
  }

  @Test
  void itemsAreWrittenListedAndDeleted() {
    Catalog catalog = client.catalog();
    Item boots =
        Item.newBuilder()
            .setItemId("live-boots")
            .setPrice(89)
            .addCategories("live")
            .putFeatures("grams", Values.number(900))
            .putFeatures("colour", Values.text("red"))
            .build();
    Item socks = Item.newBuilder().setItemId("live-socks").addCategories("live").build();
    catalog.upsertItems(List.of(boots, socks), PATIENT);
    assertEquals(boots.getFeaturesMap(), catalog.getItem("live-boots", PATIENT).getFeaturesMap());
    ItemWrite old =
        ItemWrite.newBuilder()
            .setItem(boots.toBuilder().setPrice(1))
            .setUpdateMask(FieldMask.newBuilder().addPaths("price"))
            .setSetTime(Timestamp.newBuilder().setSeconds(1))
            .build();
    assertEquals(
        WriteStatus.WRITE_STATUS_OUTDATED, catalog.writeItems(List.of(old), PATIENT).getResults(0).getStatus());
    ListItemsRequest aPageForEach =
        ListItemsRequest.newBuilder().setFilter("categories: ANY(\"live\")").setPageSize(1).build();
    assertEquals(
        List.of("live-boots", "live-socks"),
        catalog.listItems(aPageForEach).map(Item::getItemId).collect(Collectors.toList()));
    catalog.deleteItems(List.of("live-boots", "live-socks"));
    assertThrows(NotFoundException.class, () -> catalog.getItem("live-boots", PATIENT));
  }

  @Test
  void theNextListHasLearnedTheFeedback() {
    Item a = Item.newBuilder().setItemId("learn-a").addTags("x").build();
    Item b = Item.newBuilder().setItemId("learn-b").addTags("x").build();
    client.catalog().upsertItems(List.of(a, b), PATIENT);
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setVisitorId("live")
            .setFilter("tags: ANY(\"x\")")
            .setExplain(true)
            .build();
    Recommendation slate = client.recommend(request, PATIENT);
    String first = slate.itemIds().get(0);
    Event refusal =
        Events.of("dislike", "live", first).setAttributionToken(slate.attributionToken()).build();
    FeedbackResponse learned = client.feedback(List.of(refusal), PATIENT);
    assertEquals(EventStatus.EVENT_STATUS_CREATED, learned.getResults(0).getStatus());
    assertEquals(
        EventStatus.EVENT_STATUS_EXISTS, client.feedback(List.of(refusal), PATIENT).getResults(0).getStatus());
    CallOption newest = CallOption.minOffset(learned.getOffset());
    Recommendation after = client.recommend(request, newest, PATIENT);
    assertFalse(after.itemIds().contains(first));
    assertFalse(after.results().get(0).getExplanation().isEmpty());
    ListSimilarItemsRequest likeA = ListSimilarItemsRequest.newBuilder().addItemIds("learn-a").build();
    assertTrue(client.listSimilarItems(likeA, PATIENT).itemIds().contains("learn-b"));
    client.listTrendingItems(ListTrendingItemsRequest.getDefaultInstance(), newest, PATIENT);
  }

  @Test
  void accountsAreWrittenAndErased() {
    User gold =
        User.newBuilder().setUserId("account").putFeatures("segment", Values.text("gold")).build();
    client.users().upsertUsers(List.of(gold), PATIENT);
    GetUserRequest account = GetUserRequest.newBuilder().setUserId("account").build();
    assertEquals(gold, client.users().getUser(account, PATIENT).getUser());
    client.users().unlinkVisitor("visitor", PATIENT);
    client.users().eraseUser(EraseUserRequest.newBuilder().setUserId("account").build(), PATIENT);
    assertThrows(NotFoundException.class, () -> client.users().getUser(account, PATIENT));
  }

  @Test
  void theModelReportsItsState() {
    GetModelResponse model =
        client.getModel(GetModelRequest.newBuilder().setComputeDigest(true).build(), PATIENT);
    assertFalse(model.getDigest().isEmpty());
    assertTrue(model.containsVersions("river"));
    client.getMetrics(PATIENT);
    client.call(ModelServiceGrpc.getGetServingMethod(), GetServingRequest.getDefaultInstance(), PATIENT);
  }

  @Test
  void errorsHaveTheFieldAndTheKind() {
    Item cheap = Item.newBuilder().setItemId("b").setPrice(-1).build();
    InvalidRequestException failure =
        assertThrows(
            InvalidRequestException.class, () -> client.catalog().upsertItems(List.of(cheap), PATIENT));
    assertEquals("writes[0].item.price", failure.field());
    FeedbackResponse answer = client.feedback(List.of(Events.of("nonsense", "v", "a").build()), PATIENT);
    assertEquals(EventStatus.EVENT_STATUS_QUARANTINED, answer.getResults(0).getStatus());
    assertFalse(answer.getResults(0).getDetail().isEmpty());
    Event nameless = Event.newBuilder().setEventType("click").setVisitorId("v").build();
    assertEquals(
        "events[0].event_id",
        assertThrows(InvalidRequestException.class, () -> client.feedback(List.of(nameless), PATIENT)).field());
    try (HeadwaterClient stranger =
        HeadwaterClient.connect(TARGET).key("another-key-of-a-shop").build()) {
      assertThrows(UnauthenticatedException.class, () -> stranger.getMetrics(PATIENT));
    }
  }

  @Test
  void aBareStubMakesAStream() throws Exception {
    BlockingQueue<StreamFeedbackResponse> answers = new LinkedBlockingQueue<>();
    StreamObserver<StreamFeedbackRequest> batches =
        FeedbackServiceGrpc.newStub(client.channel())
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .streamFeedback(new Collecting(answers));
    for (int n = 0; n < 3; n++) {
      batches.onNext(
          StreamFeedbackRequest.newBuilder().addEvents(Events.of("click", "s", "a")).build());
    }
    for (int n = 0; n < 3; n++) {
      assertEquals(
          EventStatus.EVENT_STATUS_CREATED,
          answers.poll(30, TimeUnit.SECONDS).getResults(0).getStatus());
    }
    batches.onCompleted();
  }

  /** Collects the responses. */
  private static final class Collecting implements StreamObserver<StreamFeedbackResponse> {
    private final BlockingQueue<StreamFeedbackResponse> answers;

    Collecting(BlockingQueue<StreamFeedbackResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(StreamFeedbackResponse answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable failure) {} // the test then misses its responses

    @Override
    public void onCompleted() {}
  }
}
