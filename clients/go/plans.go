package headwater

import (
	"time"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
)

// plan says how a method is called.
type plan struct {
	timeout    time.Duration // when the context has no deadline
	tries      int
	first      time.Duration // the wait before the second try
	multiplier float64       // the factor from one wait to the next
}

const (
	pageTimeout = time.Second     // a page is waiting
	backTimeout = 5 * time.Second // no page is
)

var (
	// about 0.35 s of waits in all: a server that is down is reported within a second
	reading     = plan{pageTimeout, 4, 50 * time.Millisecond, 2}
	slowReading = plan{backTimeout, 4, 50 * time.Millisecond, 2}
	// about 4 s of waits in all: long enough for a restart
	writing = plan{backTimeout, 5, 100 * time.Millisecond, 3}
	once    = plan{timeout: backTimeout, tries: 1}
)

var plans = map[string]plan{
	headwaterv1.RecommendationService_Recommend_FullMethodName:         reading,
	headwaterv1.RecommendationService_ListSimilarItems_FullMethodName:  reading,
	headwaterv1.RecommendationService_ListTrendingItems_FullMethodName: reading,
	headwaterv1.CatalogService_GetItem_FullMethodName:                  reading,
	headwaterv1.UserService_GetUser_FullMethodName:                     reading,
	headwaterv1.UserService_ListVisitors_FullMethodName:                slowReading,
	headwaterv1.CatalogService_ListItems_FullMethodName:                slowReading,
	headwaterv1.ModelService_GetModel_FullMethodName:                   slowReading,
	headwaterv1.ModelService_GetMetrics_FullMethodName:                 slowReading,
	headwaterv1.ModelService_ListMetricSamples_FullMethodName:          slowReading,
	headwaterv1.ModelService_GetServing_FullMethodName:                 slowReading,
	headwaterv1.ModelService_ListReplicas_FullMethodName:               slowReading,
	headwaterv1.ModelService_ListQuarantinedEvents_FullMethodName:      slowReading,
	headwaterv1.ModelService_GetStorage_FullMethodName:                 slowReading,
	headwaterv1.ModelService_GetPerformance_FullMethodName:             slowReading,
	headwaterv1.ModelService_ListItemStatistics_FullMethodName:         slowReading,
	headwaterv1.ModelService_ListSettingsChanges_FullMethodName:        slowReading,
	headwaterv1.ExperimentService_AssignArms_FullMethodName:            reading,
	headwaterv1.ExperimentService_ListPolicies_FullMethodName:          slowReading,
	headwaterv1.ExperimentService_GetExperiment_FullMethodName:         slowReading,
	headwaterv1.ExperimentService_ListExperiments_FullMethodName:       slowReading,
	headwaterv1.ExperimentService_GetExperimentReport_FullMethodName:   slowReading,
	headwaterv1.ExperimentService_ListEvaluations_FullMethodName:       slowReading,
	headwaterv1.ExperimentService_UpsertPolicy_FullMethodName:          writing, // what is done is not done again
	headwaterv1.ExperimentService_PromotePolicy_FullMethodName:         writing,
	headwaterv1.ExperimentService_RollbackPolicy_FullMethodName:        writing,
	headwaterv1.ExperimentService_CreateExperiment_FullMethodName:      writing,
	headwaterv1.ExperimentService_StopExperiment_FullMethodName:        writing,
	headwaterv1.RuleService_ListRules_FullMethodName:                   slowReading,
	headwaterv1.RuleService_ListRuleChanges_FullMethodName:             slowReading,
	headwaterv1.RuleService_PreviewRules_FullMethodName:                slowReading,
	headwaterv1.AuditService_ListAuditEntries_FullMethodName:           slowReading,
	headwaterv1.RuleService_UpsertRule_FullMethodName:                  writing, // what is done is not done again
	headwaterv1.RuleService_DeleteRule_FullMethodName:                  writing,
	headwaterv1.RuleService_RestoreRule_FullMethodName:                 writing,
	headwaterv1.FeedbackService_Feedback_FullMethodName:                writing, // each event has its id
	headwaterv1.UserService_EraseUser_FullMethodName:                   writing, // erasing twice has the same effect
	headwaterv1.UserService_UnlinkVisitor_FullMethodName:               writing,
	headwaterv1.ModelService_ReplayQuarantinedEvents_FullMethodName:    writing, // what was learned is not learned again
	headwaterv1.ModelService_DropQuarantinedEvents_FullMethodName:      writing, // what is gone is no error
	headwaterv1.ModelService_EndSession_FullMethodName:                 writing, // a session ends once
}

// planOf returns how to make a call. A method without a plan is tried once.
func planOf(method string, request any) plan {
	if known, ok := plans[method]; ok {
		return known
	}
	if hasItsTime(request) {
		return writing
	}
	return once
}

// hasItsTime reports whether every write of a request has its set_time. Only then a write that is
// repeated after a lost response cannot undo a newer one.
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
