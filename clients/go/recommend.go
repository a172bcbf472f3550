package headwater

import (
	"context"
	"errors"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
	"google.golang.org/protobuf/proto"
)

// Recommendation is a slate. Send its AttributionToken back with the events that follow from it.
type Recommendation struct {
	*headwaterv1.RecommendResponse
	// IsFallback: the server was away, and this is the caller's own list, without a token.
	IsFallback bool
}

// ItemIDs are the items, first slot first.
func (r *Recommendation) ItemIDs() []string { return itemIDs(r.GetResults()) }

// ItemList is a list that belongs to no visitor, best first.
type ItemList struct {
	Results []*ScoredItem
	Offset  string
}

// ItemIDs are the items, best first.
func (l *ItemList) ItemIDs() []string { return itemIDs(l.Results) }

func itemIDs[Slot interface{ GetItemId() string }](slots []Slot) []string {
	ids := make([]string, len(slots))
	for n, slot := range slots {
		ids[n] = slot.GetItemId()
	}
	return ids
}

// Recommend returns what a visitor should see now. Without a RecommendationId one is minted here,
// before the first try, so that a retry draws the same slate.
func (c *Client) Recommend(
	ctx context.Context, request *RecommendRequest, options ...CallOption,
) (*Recommendation, error) {
	chosen := choose(options)
	request = proto.CloneOf(request) // the caller may share it between goroutines
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

// ListSimilarItems returns what goes with, or is like, items.
func (c *Client) ListSimilarItems(
	ctx context.Context, request *ListSimilarItemsRequest, options ...CallOption,
) (*ItemList, error) {
	request = proto.CloneOf(request)
	request.MinOffset = choose(options).offsetOr(request.MinOffset)
	response, err := c.recommendations.ListSimilarItems(ctx, request)
	if err != nil {
		return nil, err
	}
	return &ItemList{response.GetResults(), response.GetOffset()}, nil
}

// ListTrendingItems returns what is on the rise.
func (c *Client) ListTrendingItems(
	ctx context.Context, request *ListTrendingItemsRequest, options ...CallOption,
) (*ItemList, error) {
	request = proto.CloneOf(request)
	request.MinOffset = choose(options).offsetOr(request.MinOffset)
	response, err := c.recommendations.ListTrendingItems(ctx, request)
	if err != nil {
		return nil, err
	}
	return &ItemList{response.GetResults(), response.GetOffset()}, nil
}

// CallOption says how one list is asked for.
type CallOption func(*callSettings)

type callSettings struct {
	minOffset string
	fallback  []string
}

// WithMinOffset has the list answered by a state that has learned what a FeedbackResponse with this
// offset, or a write, has told: read your own feedback. "" asks for nothing.
func WithMinOffset(offset string) CallOption {
	return func(s *callSettings) { s.minOffset = offset }
}

// WithFallback gives Recommend the items that are shown while the server is away, late or
// overloaded. A mistake in the question, or a wrong key, is an error as ever.
func WithFallback(itemIDs ...string) CallOption {
	return func(s *callSettings) { s.fallback = append([]string{}, itemIDs...) }
}

func choose(options []CallOption) callSettings {
	chosen := callSettings{}
	for _, option := range options {
		option(&chosen)
	}
	return chosen
}

func (s callSettings) offsetOr(offset string) string {
	if s.minOffset != "" {
		return s.minOffset
	}
	return offset
}
