package headwater

import (
	"time"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
)

// plan is how a method is called.
type plan struct {
	timeout    time.Duration // when the context has no deadline
	tries      int
	first      time.Duration // the wait before the second try
	multiplier float64       // what each further wait is longer by
}

const (
	pageTimeout = time.Second     // a page is waiting
	backTimeout = 5 * time.Second // nobody is
)

var (
	// about 0.35 s of waiting in all, so that a server that is down is said to be within a second
	reading     = plan{pageTimeout, 4, 50 * time.Millisecond, 2}
	slowReading = plan{backTimeout, 4, 50 * time.Millisecond, 2}
	// about 4 s in all: long enough for a restart
	writing = plan{backTimeout, 5, 100 * time.Millisecond, 3}
	once    = plan{timeout: backTimeout, tries: 1}
)

var plans = map[string]plan{
	headwaterv1.RecommendationService_Recommend_FullMethodName:         reading,
	headwaterv1.RecommendationService_ListSimilarItems_FullMethodName:  reading,
	headwaterv1.RecommendationService_ListTrendingItems_FullMethodName: reading,
	headwaterv1.CatalogService_GetItem_FullMethodName:                  reading,
	headwaterv1.UserService_GetUser_FullMethodName:                     reading,
	headwaterv1.CatalogService_ListItems_FullMethodName:                slowReading,
	headwaterv1.ModelService_GetModel_FullMethodName:                   slowReading,
	headwaterv1.ModelService_GetMetrics_FullMethodName:                 slowReading,
	headwaterv1.ModelService_ListMetricSamples_FullMethodName:          slowReading,
	headwaterv1.ModelService_GetServing_FullMethodName:                 slowReading,
	headwaterv1.ModelService_ListReplicas_FullMethodName:               slowReading,
	headwaterv1.ModelService_ListQuarantinedEvents_FullMethodName:      slowReading,
	headwaterv1.ModelService_GetStorage_FullMethodName:                 slowReading,
	headwaterv1.ModelService_ListItemStatistics_FullMethodName:         slowReading,
	headwaterv1.FeedbackService_Feedback_FullMethodName:                writing, // each event carries its id
	headwaterv1.UserService_EraseUser_FullMethodName:                   writing, // forgetting twice is forgetting
}

// planOf returns how to make a call. A method that is not known here is tried once.
func planOf(method string, request any) plan {
	if known, ok := plans[method]; ok {
		return known
	}
	if hasItsTime(request) {
		return writing
	}
	return once
}

// hasItsTime says whether every write of a request carries its set_time. Only then a repeated one,
// after a lost answer, cannot undo a newer one.
func hasItsTime(request any) bool {
	switch writes := request.(type) {
	case *headwaterv1.UpsertItemsRequest:
		return all(writes.GetWrites(), func(w *ItemWrite) bool { return w.GetSetTime() != nil })
	case *headwaterv1.UpsertUsersRequest:
		return all(writes.GetWrites(), func(w *UserWrite) bool { return w.GetSetTime() != nil })
	case *headwaterv1.DeleteItemsRequest:
		return writes.GetSetTime() != nil
	default:
		return false
	}
}

func all[Write any](writes []Write, holds func(Write) bool) bool {
	for _, write := range writes {
		if !holds(write) {
			return false
		}
	}
	return true
}
