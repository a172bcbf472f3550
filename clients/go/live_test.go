package headwater

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// live returns a client of the server in HEADWATER_TARGET and HEADWATER_KEY: an empty one that nobody
// else writes to. tests/system/test_client_go.py starts it.
func live(t *testing.T) *Client {
	t.Helper()
	target := os.Getenv("HEADWATER_TARGET")
	if target == "" {
		t.Skip("HEADWATER_TARGET names no server")
	}
	client, err := New(target, WithKey(os.Getenv("HEADWATER_KEY")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// must returns the response of a call, and ends the test if the call failed.
func must[Answer any](answer Answer, err error) func(*testing.T) Answer {
	return func(t *testing.T) Answer {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

func TestLiveARequestThatIsTooLargeIsInvalid(t *testing.T) {
	items := make([]*Item, 1000)
	for n := range items {
		items[n] = &Item{ItemId: strconv.Itoa(n), Title: strings.Repeat("x", 5000)}
	}
	_, err := live(t).UpsertItems(patient(t), items...)
	if !errors.Is(err, ErrInvalidRequest) || !strings.Contains(err.Error(), "the limit is 4194304: send less") {
		t.Error(err)
	}
}

func TestLiveItemsAreWrittenListedAndDeleted(t *testing.T) {
	client, ctx := live(t), patient(t)
	boots := &Item{
		ItemId: "live-boots", Title: "Boots", Categories: []string{"live"}, Price: proto.Float64(89),
		Features: map[string]*Value{"colour": Text("red"), "grams": Number(900)},
	}
	must(client.UpsertItems(ctx, boots, &Item{ItemId: "live-socks", Categories: []string{"live"}}))(t)
	kept := must(client.GetItem(ctx, "live-boots"))(t)
	if kept.GetPrice() != 89 || kept.GetFeatures()["grams"].GetNumber() != 900 {
		t.Error(kept)
	}
	old := &ItemWrite{
		Item: &Item{ItemId: "live-boots", Price: proto.Float64(1)}, SetTime: &timestamppb.Timestamp{Seconds: 1},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"price"}},
	}
	if written := must(client.WriteItems(ctx, old))(t); written.Results[0].Status != Outdated {
		t.Error(written)
	}
	var ids []string
	filter := &ListItemsRequest{Filter: `categories: ANY("live")`, PageSize: 1} // a page for each item
	for item, err := range client.ListItems(ctx, filter) {
		ids = append(ids, must(item, err)(t).GetItemId())
	}
	if !slices.Equal(ids, []string{"live-boots", "live-socks"}) {
		t.Error(ids)
	}
	must(client.DeleteItems(ctx, "live-boots", "live-socks"))(t)
	if _, err := client.GetItem(ctx, "live-boots"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestLiveTheNextListHasLearnedTheFeedback(t *testing.T) {
	client, ctx := live(t), patient(t)
	must(client.UpsertItems(ctx, &Item{ItemId: "learn-a", Tags: []string{"x"}}, &Item{ItemId: "learn-b", Tags: []string{"x"}}))(t)
	request := &RecommendRequest{VisitorId: "live", Filter: `tags: ANY("x")`, Explain: true}
	slate := must(client.Recommend(ctx, request))(t)
	click := NewEvent("dislike", "live", slate.ItemIDs()[0])
	click.AttributionToken = slate.GetAttributionToken()
	learned := must(client.Feedback(ctx, click))(t)
	again := must(client.Feedback(ctx, click))(t)
	if learned.Results[0].Status != Created || again.Results[0].Status != Exists {
		t.Error(learned, again)
	}
	after := must(client.Recommend(ctx, request, WithMinOffset(learned.GetOffset())))(t)
	if slices.Contains(after.ItemIDs(), slate.ItemIDs()[0]) || after.GetResults()[0].GetExplanation() == "" {
		t.Error(after)
	}
	similar := must(client.ListSimilarItems(ctx, &ListSimilarItemsRequest{ItemIds: []string{"learn-a"}}))(t)
	if !slices.Contains(similar.ItemIDs(), "learn-b") {
		t.Error(similar)
	}
	must(client.ListTrendingItems(ctx, &ListTrendingItemsRequest{}, WithMinOffset(learned.GetOffset())))(t)
}

func TestLiveAccountsAreWrittenAndErased(t *testing.T) {
	client, ctx := live(t), patient(t)
	must(client.UpsertUsers(ctx, &User{UserId: "account", Features: map[string]*Value{"segment": Text("gold")}}))(t)
	known := must(client.GetUser(ctx, &GetUserRequest{UserId: "account"}))(t)
	if known.GetUser().GetFeatures()["segment"].GetText() != "gold" {
		t.Error(known)
	}
	must(client.UnlinkVisitor(ctx, "visitor"))(t)
	must(client.EraseUser(ctx, &EraseUserRequest{UserId: "account"}))(t)
	if _, err := client.GetUser(ctx, &GetUserRequest{UserId: "account"}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestLiveTheModelReportsItsState(t *testing.T) {
	client, ctx := live(t), patient(t)
	model := must(client.GetModel(ctx, &GetModelRequest{ComputeDigest: true}))(t)
	if model.GetDigest() == "" || model.GetVersions()["river"] == "" {
		t.Error(model)
	}
	must(client.GetMetrics(ctx))(t)
	must(client.ModelService().GetServing(ctx, &headwaterv1.GetServingRequest{}))(t)
}

func TestLiveErrorsHaveTheFieldAndTheKind(t *testing.T) {
	client, ctx := live(t), patient(t)
	_, err := client.UpsertItems(ctx, &Item{ItemId: "a"}, &Item{ItemId: "b", Price: proto.Float64(-1)})
	var failure *Error
	if !errors.As(err, &failure) || failure.Field() != "writes[1].item.price" || failure.Code != codes.InvalidArgument {
		t.Error(err)
	}
	quarantined := must(client.Feedback(ctx, NewEvent("nonsense", "v", "a")))(t)
	if quarantined.Results[0].Status != Quarantined || quarantined.Results[0].Detail == "" {
		t.Error(quarantined)
	}
	if _, err := client.Recommend(ctx, &RecommendRequest{VisitorId: "v", Filter: "colour:"}, WithFallback("a")); !errors.Is(err, ErrInvalidRequest) {
		t.Error(err)
	}
	stranger := must(New(os.Getenv("HEADWATER_TARGET"), WithKey("another-key-of-a-shop")))(t)
	defer stranger.Close()
	if _, err := stranger.GetMetrics(ctx); !errors.Is(err, ErrUnauthenticated) {
		t.Error(err)
	}
}

func TestLiveABareStubMakesAStream(t *testing.T) {
	client := live(t)
	ctx, cancel := context.WithTimeout(t.Context(), backTimeout)
	defer cancel()
	stream := must(headwaterv1.NewFeedbackServiceClient(client.Conn()).StreamFeedback(ctx))(t)
	for range 3 {
		batch := &headwaterv1.StreamFeedbackRequest{Events: []*Event{NewEvent("click", "streams", "a")}}
		if err := stream.Send(batch); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if answer := must(stream.Recv())(t); answer.GetResults()[0].GetStatus() != Created {
			t.Error(answer)
		}
	}
}
