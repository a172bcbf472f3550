package headwater

import (
	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
)

const pageSize = 20 // the server's own default

// fallbackList returns the caller's own items as a slate, without duplicates and without the items
// that the request excludes.
func fallbackList(request *RecommendRequest, itemIDs []string) *Recommendation {
	leftOut := map[string]bool{}
	for _, id := range append(request.GetExcludeItemIds(), request.GetContextItemIds()...) {
		leftOut[id] = true
	}
	room := int(request.GetPageSize())
	if room <= 0 {
		room = pageSize
	}
	slate := &headwaterv1.RecommendResponse{
		RecommendationId: request.GetRecommendationId(), Policy: "fallback",
	}
	for _, id := range itemIDs {
		if !leftOut[id] && len(slate.Results) < room {
			leftOut[id] = true
			slate.Results = append(slate.Results, &Result{ItemId: id, Propensity: 1})
		}
	}
	return &Recommendation{RecommendResponse: slate, IsFallback: true}
}
