package headwater

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// fake is a server in this process that returns the given faults, then normal responses. It is for
// what a real server cannot be made to do at an exact moment; all other tests use the real server.
type fake struct {
	headwaterv1.UnimplementedRecommendationServiceServer
	headwaterv1.UnimplementedFeedbackServiceServer
	headwaterv1.UnimplementedCatalogServiceServer

	mutex   sync.Mutex
	faults  []error       // the errors of the next calls; nil: no error
	hold    chan struct{} // Feedback responds when it is closed
	asked   []*RecommendRequest
	batches [][]*Event
	learned map[string]int
	keys    []string
}

func (f *fake) fault(ctx context.Context) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	headers, _ := metadata.FromIncomingContext(ctx)
	f.keys = append(f.keys, headers.Get("authorization")...)
	if len(f.faults) == 0 {
		return nil
	}
	next := f.faults[0]
	f.faults = f.faults[1:]
	return next
}

func (f *fake) Recommend(ctx context.Context, request *RecommendRequest) (*headwaterv1.RecommendResponse, error) {
	f.mutex.Lock()
	f.asked = append(f.asked, request)
	f.mutex.Unlock()
	if err := f.fault(ctx); err != nil {
		return nil, err
	}
	return &headwaterv1.RecommendResponse{RecommendationId: request.RecommendationId, Results: []*Result{{ItemId: "boots"}}}, nil
}

func (f *fake) Feedback(ctx context.Context, request *headwaterv1.FeedbackRequest) (*FeedbackResponse, error) {
	if f.hold != nil {
		<-f.hold
	}
	f.mutex.Lock()
	f.batches = append(f.batches, request.GetEvents())
	answer := &FeedbackResponse{Offset: "1-0"}
	for _, event := range request.GetEvents() {
		f.learned[event.GetEventId()]++
		result := &EventResult{EventId: event.GetEventId(), Status: Created}
		if event.GetEventType() == "nonsense" {
			result.Status, result.Detail = Quarantined, "event_type is not known"
		}
		answer.Results = append(answer.Results, result)
	}
	f.mutex.Unlock()
	return answer, f.fault(ctx) // a fault is a lost response: the events were learned
}

func (f *fake) UpsertItems(ctx context.Context, request *headwaterv1.UpsertItemsRequest) (*UpsertItemsResponse, error) {
	return &UpsertItemsResponse{}, f.fault(ctx)
}

// serve starts a fake and returns it with a client.
func serve(t *testing.T, options ...Option) (*fake, *Client) {
	t.Helper()
	wire, server := bufconn.Listen(1<<20), grpc.NewServer(grpc.MaxRecvMsgSize(10_000))
	answering := &fake{learned: map[string]int{}}
	headwaterv1.RegisterRecommendationServiceServer(server, answering)
	headwaterv1.RegisterFeedbackServiceServer(server, answering)
	headwaterv1.RegisterCatalogServiceServer(server, answering)
	go server.Serve(wire)
	dial := func(ctx context.Context, _ string) (net.Conn, error) { return wire.DialContext(ctx) }
	client, err := New("passthrough:///fake", append(options, WithDialOptions(grpc.WithContextDialer(dial)))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Stop() })
	return answering, client
}

// patient is for tests that are not about deadlines: the machine may be busy.
func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func failing(code codes.Code, details ...protoadapt.MessageV1) error {
	made, err := status.New(code, "on purpose").WithDetails(details...)
	if err != nil {
		panic(err)
	}
	return made.Err()
}

func comeBackIn(delay time.Duration) error {
	return failing(codes.ResourceExhausted, &errdetails.RetryInfo{RetryDelay: durationpb.New(delay)})
}
