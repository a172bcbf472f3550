package headwater

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

var request = &RecommendRequest{VisitorId: "ann"}

func TestARetryHasTheSameIdAndSoReturnsTheSameSlate(t *testing.T) {
	server, client := serve(t)
	server.faults = []error{failing(codes.Unavailable), failing(codes.Canceled), comeBackIn(time.Millisecond)}
	slate, err := client.Recommend(patient(t), request)
	if err != nil || slate.ItemIDs()[0] != "boots" {
		t.Fatal(slate, err)
	}
	for _, asked := range server.asked {
		if asked.RecommendationId != slate.RecommendationId || len(asked.RecommendationId) != 32 {
			t.Error("another id:", asked.RecommendationId)
		}
	}
	if len(server.asked) != 4 || request.RecommendationId != "" {
		t.Error("tries:", len(server.asked), "the caller's request was changed:", request)
	}
}

func TestAfterALostResponseTheSameEventsAreSentAgain(t *testing.T) {
	server, client := serve(t)
	server.faults = []error{failing(codes.Unavailable)}
	event := &Event{EventType: "click", VisitorId: "ann"}
	if _, err := client.Feedback(patient(t), event); err != nil {
		t.Fatal(err)
	}
	if server.learned[event.EventId] != 2 || len(server.learned) != 1 {
		t.Error("the event was sent under these ids:", server.learned)
	}
}

func TestARetryWaitsForTheTimeThatTheServerAsksFor(t *testing.T) {
	server, client := serve(t)
	server.faults = []error{comeBackIn(300 * time.Millisecond)}
	began := time.Now()
	if _, err := client.Recommend(patient(t), request); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(began); waited < 300*time.Millisecond {
		t.Error("came back after", waited)
	}
}

func TestATimeToComeBackAfterTheDeadlineIsReportedAtOnce(t *testing.T) {
	server, client := serve(t)
	server.faults = []error{comeBackIn(time.Hour)}
	began := time.Now()
	_, err := client.Recommend(patient(t), request)
	var failure *Error
	if !errors.As(err, &failure) || !errors.Is(err, ErrOverloaded) || *failure.RetryAfter != time.Hour {
		t.Fatal(err)
	}
	if waited := time.Since(began); waited > 20*time.Second {
		t.Error("reported after", waited)
	}
}

func TestEveryCallHasADeadlineAndTheContextsOwnReplacesIt(t *testing.T) {
	server, client := serve(t)
	server.hold = make(chan struct{})
	defer close(server.hold)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := client.Feedback(ctx, NewEvent("click", "ann"))
	if !errors.Is(err, ErrDeadlineExceeded) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	bounded, cancel := withDefaultDeadline(context.Background(), pageTimeout)
	defer cancel()
	if deadline, ok := bounded.Deadline(); !ok || time.Until(deadline) > pageTimeout {
		t.Error("no deadline:", deadline)
	}
}

func TestTriesEnd(t *testing.T) {
	server, client := serve(t)
	for range 10 {
		server.faults = append(server.faults, failing(codes.Unavailable))
	}
	_, err := client.Recommend(patient(t), request)
	if !errors.Is(err, ErrUnavailable) || len(server.asked) != reading.tries {
		t.Error(err, "tries:", len(server.asked))
	}
}

func TestAnInvalidRequestIsReportedAtOnceWithItsFields(t *testing.T) {
	for _, code := range []codes.Code{codes.InvalidArgument, codes.Internal, codes.ResourceExhausted} {
		server, client := serve(t)
		server.faults = []error{failing(code, &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: "events[3].event_id", Description: "is empty"},
		}})}
		_, err := client.Recommend(patient(t), request)
		var failure *Error
		if !errors.As(err, &failure) || failure.Field() != "events[3].event_id" || len(server.asked) != 1 {
			t.Error(err, "tries:", len(server.asked))
		}
		if status.Code(err) != code || !strings.Contains(err.Error(), "on purpose") {
			t.Error(err)
		}
	}
}

func TestAWriteIsRetriedOnlyWithItsTime(t *testing.T) {
	server, client := serve(t)
	server.faults = []error{failing(codes.Unavailable), failing(codes.Unavailable)}
	if _, err := client.UpsertItems(patient(t), &Item{ItemId: "boots"}); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	write := &ItemWrite{Item: &Item{ItemId: "boots"}, SetTime: timestamppb.Now()}
	if _, err := client.WriteItems(patient(t), write); err != nil || len(server.faults) != 0 {
		t.Error(err, "left:", server.faults)
	}
}

func TestEveryMethodOfTheApiHasAPlanOrIsAWrite(t *testing.T) {
	writes := []string{"UpsertItems", "DeleteItems", "UpsertUsers"} // by their set_time
	for _, service := range []grpc.ServiceDesc{
		headwaterv1.CatalogService_ServiceDesc, headwaterv1.FeedbackService_ServiceDesc,
		headwaterv1.ModelService_ServiceDesc, headwaterv1.RecommendationService_ServiceDesc,
		headwaterv1.UserService_ServiceDesc, headwaterv1.ExperimentService_ServiceDesc,
		headwaterv1.RuleService_ServiceDesc, headwaterv1.AuditService_ServiceDesc,
	} {
		for _, method := range service.Methods {
			_, known := plans["/"+service.ServiceName+"/"+method.MethodName]
			if known == slices.Contains(writes, method.MethodName) {
				t.Error(method.MethodName, "has a plan:", known)
			}
		}
	}
}

func TestTheFallbackIsShownOnlyWhileTheServerIsAway(t *testing.T) {
	server, client := serve(t)
	server.faults = []error{comeBackIn(time.Hour), failing(codes.InvalidArgument), failing(codes.ResourceExhausted)}
	request := &RecommendRequest{VisitorId: "ann", ExcludeItemIds: []string{"b"}, ContextItemIds: []string{"c"}, PageSize: 2}
	slate, err := client.Recommend(patient(t), request, WithFallback("a", "b", "a", "c", "d", "e"))
	if err != nil || strings.Join(slate.ItemIDs(), " ") != "a d" || !slate.IsFallback || slate.AttributionToken != "" {
		t.Error(slate, err)
	}
	for _, kind := range []error{ErrInvalidRequest, ErrOverloaded} { // an overload that names no pause may last
		if _, err := client.Recommend(patient(t), request, WithFallback("a")); !errors.Is(err, kind) {
			t.Error(err)
		}
	}
}

func TestTheKeyIsSentWithEveryCallAndAnInvalidOneIsRefused(t *testing.T) {
	server, client := serve(t, WithKey("s3cret"))
	if _, err := client.Recommend(patient(t), request, WithMinOffset("7-0")); err != nil {
		t.Fatal(err)
	}
	if strings.Join(server.keys, " ") != "Bearer s3cret" || server.asked[0].MinOffset != "7-0" {
		t.Error(server.keys, server.asked)
	}
	if _, err := New("fake", WithKey("two words")); err == nil {
		t.Error("a key with a space was taken")
	}
}
