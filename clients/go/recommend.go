package headwater

import (
	"context"
	"errors"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
	"google.golang.org/protobuf/proto"
)

// Recommendation is a slate. Send its AttributionToken with the events that it leads to.
type Recommendation struct {
	*headwaterv1.RecommendResponse
	// IsFallback: the server was away; this is the caller's own list, without a token.
	IsFallback bool
}

// ItemIDs returns the item ids, first slot first.
func (r *Recommendation) ItemIDs() []string { return itemIDs(r.GetResults()) }

// ItemList is a list for no particular visitor, best first.
type ItemList struct {
	Results []*ScoredItem
	Offset  string
}

// ItemIDs returns the item ids, best first.
func (l *ItemList) ItemIDs() []string { return itemIDs(l.Results) }

func itemIDs[Slot interface{ GetItemId() string }](slots []Slot) []string {
	ids := make([]string, len(slots))
	for n, slot := range slots {
		ids[n] = slot.GetItemId()
	}
	return ids
}

// Recommend returns what a visitor should see now. A request without a RecommendationId gets
// one before the first try, so that a retry returns the same slate.
func (c *Client) Recommend(
	ctx context.Context, request *RecommendRequest, options ...CallOption,
) (*Recommendation, error) {
	chosen := choose(options)
	request = copyOf(request) // callers may share a request between goroutines
	if request.RecommendationId == "" {
		request.RecommendationId = newID()
	}
	request.MinOffset = chosen.offsetOr(request.MinOffset)
	response, err := c.recommendations.Recommend(ctx, request)
	var failure *Error
	if errors.As(err, &failure) && failure.Away() && chosen.fallback != nil {
		return fallbackList(request, chosen.fallback), nil
	}
	if err != nil {
		return nil, err
	}
	return &Recommendation{RecommendResponse: response}, nil
}

// copyOf returns a copy that may be changed; nil is a request without fields.
func copyOf[Message any, Request interface {
	*Message
	proto.Message
}](request Request) Request {
	if request == nil {
		return new(Message)
	}
	return proto.CloneOf(request)
}

// ListSimilarItems returns items that are similar to, or bought with, the given ones.
func (c *Client) ListSimilarItems(
	ctx context.Context, request *ListSimilarItemsRequest, options ...CallOption,
) (*ItemList, error) {
	request = copyOf(request)
	request.MinOffset = choose(options).offsetOr(request.MinOffset)
	response, err := c.recommendations.ListSimilarItems(ctx, request)
	if err != nil {
		return nil, err
	}
	return &ItemList{response.GetResults(), response.GetOffset()}, nil
}

// ListTrendingItems returns the items whose popularity grows.
func (c *Client) ListTrendingItems(
	ctx context.Context, request *ListTrendingItemsRequest, options ...CallOption,
) (*ItemList, error) {
	request = copyOf(request)
	request.MinOffset = choose(options).offsetOr(request.MinOffset)
	response, err := c.recommendations.ListTrendingItems(ctx, request)
	if err != nil {
		return nil, err
	}
	return &ItemList{response.GetResults(), response.GetOffset()}, nil
}

// CallOption is an option of one call.
type CallOption func(*callSettings)

type callSettings struct {
	minOffset      string
	fallback       []string
	withoutReports bool
}

// WithMinOffset requests a list from a state at least as new as this offset. Pass the offset of a
// FeedbackResponse or of a write to see its effect. "" requires nothing.
func WithMinOffset(offset string) CallOption {
	return func(s *callSettings) { s.minOffset = offset }
}

// WithFallback sets the items that Recommend returns while the server is away, late or overloaded. An
// invalid request or a wrong key is still an error.
func WithFallback(itemIDs ...string) CallOption {
	return func(s *callSettings) { s.fallback = append([]string{}, itemIDs...) }
}

// WithoutReports lets ListEvaluations leave out the whole reports, which are up to 1 MB each.
func WithoutReports() CallOption {
	return func(s *callSettings) { s.withoutReports = true }
}

func choose(options []CallOption) callSettings {
	chosen := callSettings{}
	for _, option := range options {
		if option != nil {
			option(&chosen)
		}
	}
	return chosen
}

func (s callSettings) offsetOr(offset string) string {
	if s.minOffset != "" {
		return s.minOffset
	}
	return offset
}
