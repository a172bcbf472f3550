package headwater

import headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"

// The API's messages, as protos/headwater/v1 describes them.
type (
	RecommendRequest         = headwaterv1.RecommendRequest
	Result                   = headwaterv1.Result
	FeatureContribution      = headwaterv1.FeatureContribution
	ListSimilarItemsRequest  = headwaterv1.ListSimilarItemsRequest
	ListTrendingItemsRequest = headwaterv1.ListTrendingItemsRequest
	ScoredItem               = headwaterv1.ScoredItem
	ActRate                  = headwaterv1.ActRate

	Event            = headwaterv1.Event
	Choice           = headwaterv1.Choice
	EventItem        = headwaterv1.EventItem
	EventResult      = headwaterv1.EventResult
	FeedbackResponse = headwaterv1.FeedbackResponse

	Item                = headwaterv1.Item
	ItemWrite           = headwaterv1.ItemWrite
	ItemWriteResult     = headwaterv1.ItemWriteResult
	UpsertItemsResponse = headwaterv1.UpsertItemsResponse
	DeleteItemsResponse = headwaterv1.DeleteItemsResponse
	ListItemsRequest    = headwaterv1.ListItemsRequest

	User                = headwaterv1.User
	UserWrite           = headwaterv1.UserWrite
	UpsertUsersResponse = headwaterv1.UpsertUsersResponse
	GetUserRequest      = headwaterv1.GetUserRequest
	GetUserResponse     = headwaterv1.GetUserResponse
	EraseUserRequest    = headwaterv1.EraseUserRequest
	EraseUserResponse   = headwaterv1.EraseUserResponse

	UnlinkVisitorResponse = headwaterv1.UnlinkVisitorResponse

	GetModelRequest    = headwaterv1.GetModelRequest
	GetModelResponse   = headwaterv1.GetModelResponse
	GetMetricsResponse = headwaterv1.GetMetricsResponse

	Policy                = headwaterv1.Policy
	Promotion             = headwaterv1.Promotion
	ReportReference       = headwaterv1.ReportReference
	PromotePolicyRequest  = headwaterv1.PromotePolicyRequest
	PromotePolicyResponse = headwaterv1.PromotePolicyResponse

	RollbackPolicyRequest  = headwaterv1.RollbackPolicyRequest
	RollbackPolicyResponse = headwaterv1.RollbackPolicyResponse
	UpsertPolicyResponse   = headwaterv1.UpsertPolicyResponse

	Rule                 = headwaterv1.Rule
	RuleOfPin            = headwaterv1.Rule_Pin
	RuleOfBoost          = headwaterv1.Rule_Boost
	RuleOfBury           = headwaterv1.Rule_Bury
	RuleOfCap            = headwaterv1.Rule_Cap
	RuleOfHide           = headwaterv1.Rule_Hide
	RuleOfDiversity      = headwaterv1.Rule_Diversity
	PinRule              = headwaterv1.PinRule
	StrengthRule         = headwaterv1.StrengthRule
	CapRule              = headwaterv1.CapRule
	HideRule             = headwaterv1.HideRule
	DiversityRule        = headwaterv1.DiversityRule
	RuleQuestion         = headwaterv1.RuleQuestion
	RuleChange           = headwaterv1.RuleChange
	UpsertRuleRequest    = headwaterv1.UpsertRuleRequest
	UpsertRuleResponse   = headwaterv1.UpsertRuleResponse
	DeleteRuleRequest    = headwaterv1.DeleteRuleRequest
	DeleteRuleResponse   = headwaterv1.DeleteRuleResponse
	RestoreRuleRequest   = headwaterv1.RestoreRuleRequest
	RestoreRuleResponse  = headwaterv1.RestoreRuleResponse
	PreviewRulesRequest  = headwaterv1.PreviewRulesRequest
	PreviewRulesResponse = headwaterv1.PreviewRulesResponse
	AuditKind            = headwaterv1.AuditKind
	AuditEntry           = headwaterv1.AuditEntry

	ArmAssignment    = headwaterv1.ArmAssignment
	Experiment       = headwaterv1.Experiment
	ExperimentArm    = headwaterv1.ExperimentArm
	PrimaryMetric    = headwaterv1.PrimaryMetric
	GuardRail        = headwaterv1.GuardRail
	ExperimentReport = headwaterv1.ExperimentReport
	ArmFigures       = headwaterv1.ArmFigures
	MetricFigures    = headwaterv1.MetricFigures
	Evaluation       = headwaterv1.Evaluation
	EvaluatedPolicy  = headwaterv1.EvaluatedPolicy
	Shadow           = headwaterv1.Shadow
	ShadowFigure     = headwaterv1.ShadowFigure

	CreateExperimentResponse    = headwaterv1.CreateExperimentResponse
	StopExperimentRequest       = headwaterv1.StopExperimentRequest
	StopExperimentResponse      = headwaterv1.StopExperimentResponse
	GetExperimentReportRequest  = headwaterv1.GetExperimentReportRequest
	GetExperimentReportResponse = headwaterv1.GetExperimentReportResponse
	AssignArmsRequest           = headwaterv1.AssignArmsRequest

	Value = headwaterv1.Value
)

// The status of an event in a FeedbackResponse.
const (
	Created     = headwaterv1.EventStatus_EVENT_STATUS_CREATED
	Exists      = headwaterv1.EventStatus_EVENT_STATUS_EXISTS
	Conflict    = headwaterv1.EventStatus_EVENT_STATUS_CONFLICT
	Quarantined = headwaterv1.EventStatus_EVENT_STATUS_QUARANTINED
)

// The status of a write.
const (
	Applied  = headwaterv1.WriteStatus_WRITE_STATUS_APPLIED
	Outdated = headwaterv1.WriteStatus_WRITE_STATUS_OUTDATED
	Refused  = headwaterv1.WriteStatus_WRITE_STATUS_REFUSED
)

// ExplorationOff requests the best list, without exploration.
const ExplorationOff = headwaterv1.Exploration_EXPLORATION_OFF

// Text makes a category, such as "phone", for a context or an item's features.
func Text(text string) *Value {
	return &Value{Kind: &headwaterv1.Value_Text{Text: text}}
}

// Number makes a quantity, for a context or an item's features.
func Number(number float64) *Value {
	return &Value{Kind: &headwaterv1.Value_Number{Number: number}}
}
