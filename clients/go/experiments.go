package headwater

import (
	"context"
	"fmt"
	"iter"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

const entriesAPage = 100

// Overrides makes the values of a policy, by the setting's name. A value that JSON cannot hold is an error.
//
//	overrides, err := headwater.Overrides(map[string]any{"exploration_epsilon": 0.1})
func Overrides(values map[string]any) (*structpb.Struct, error) {
	overrides, err := structpb.NewStruct(values)
	if err != nil {
		return nil, fmt.Errorf("headwater: overrides: %w", err)
	}
	return overrides, nil
}

// UpsertPolicy writes a policy. It changes no list until an arm uses it or it is promoted. All calls
// about policies and experiments are retried while the server is away: what is done is not done again.
func (c *Client) UpsertPolicy(ctx context.Context, policy *Policy) (*UpsertPolicyResponse, error) {
	return c.experiments.UpsertPolicy(ctx, &headwaterv1.UpsertPolicyRequest{Policy: policy})
}

// ListPolicies iterates over the policies by id, and requests each page when it is needed. It ends
// after the first error.
func (c *Client) ListPolicies(ctx context.Context, options ...CallOption) iter.Seq2[*Policy, error] {
	request := &headwaterv1.ListPoliciesRequest{
		PageSize: entriesAPage, MinOffset: choose(options).offsetOr(""),
	}
	return pages(func(token string) ([]*Policy, string, error) {
		request.PageToken = token
		response, err := c.experiments.ListPolicies(ctx, request)
		return response.GetPolicies(), response.GetNextPageToken(), err
	})
}

// ListPromotions returns the stack of promotions, the latest last.
func (c *Client) ListPromotions(ctx context.Context, options ...CallOption) ([]*Promotion, error) {
	response, err := c.experiments.ListPolicies(ctx, &headwaterv1.ListPoliciesRequest{
		PageSize: 1, MinOffset: choose(options).offsetOr(""),
	})
	return response.GetPromotions(), err
}

// PromotePolicy puts a policy in force for all visitors. ErrFailedPrecondition, with its Conditions,
// when the report in RequireReport does not support it; Force is a reason to do it without.
func (c *Client) PromotePolicy(
	ctx context.Context, request *PromotePolicyRequest,
) (*PromotePolicyResponse, error) {
	return c.experiments.PromotePolicy(ctx, request)
}

// RollbackPolicy takes the latest promotion back, which must be this policy's.
func (c *Client) RollbackPolicy(
	ctx context.Context, request *RollbackPolicyRequest,
) (*RollbackPolicyResponse, error) {
	return c.experiments.RollbackPolicy(ctx, request)
}

// CreateExperiment creates an experiment; it starts at once or at its StartTime.
func (c *Client) CreateExperiment(
	ctx context.Context, experiment *Experiment,
) (*CreateExperimentResponse, error) {
	return c.experiments.CreateExperiment(
		ctx, &headwaterv1.CreateExperimentRequest{Experiment: experiment},
	)
}

// GetExperiment returns an experiment; ErrNotFound when there is none with the id.
func (c *Client) GetExperiment(
	ctx context.Context, experimentID string, options ...CallOption,
) (*Experiment, error) {
	response, err := c.experiments.GetExperiment(ctx, &headwaterv1.GetExperimentRequest{
		ExperimentId: experimentID, MinOffset: choose(options).offsetOr(""),
	})
	return response.GetExperiment(), err
}

// ListExperiments iterates over the experiments by id, also those that ended, and requests each page
// when it is needed. It ends after the first error.
func (c *Client) ListExperiments(
	ctx context.Context, options ...CallOption,
) iter.Seq2[*Experiment, error] {
	request := &headwaterv1.ListExperimentsRequest{
		PageSize: entriesAPage, MinOffset: choose(options).offsetOr(""),
	}
	return pages(func(token string) ([]*Experiment, string, error) {
		request.PageToken = token
		response, err := c.experiments.ListExperiments(ctx, request)
		return response.GetExperiments(), response.GetNextPageToken(), err
	})
}

// StopExperiment stops an experiment for good, or closes only the arm ArmId.
func (c *Client) StopExperiment(
	ctx context.Context, request *StopExperimentRequest,
) (*StopExperimentResponse, error) {
	return c.experiments.StopExperiment(ctx, request)
}

// GetExperimentReport returns an experiment's figures; with AsOf only those of exactly that state.
func (c *Client) GetExperimentReport(
	ctx context.Context, request *GetExperimentReportRequest, options ...CallOption,
) (*GetExperimentReportResponse, error) {
	request = proto.CloneOf(request)
	request.MinOffset = choose(options).offsetOr(request.MinOffset)
	return c.experiments.GetExperimentReport(ctx, request)
}

// ListEvaluations iterates over what `headwater evaluate` published, newest first, and requests each
// page when it is needed. It ends after the first error. WithoutReports lists them without ReportJson.
func (c *Client) ListEvaluations(
	ctx context.Context, options ...CallOption,
) iter.Seq2[*Evaluation, error] {
	request := &headwaterv1.ListEvaluationsRequest{
		PageSize: entriesAPage, View: headwaterv1.EvaluationView_EVALUATION_VIEW_FULL,
	}
	if choose(options).withoutReports {
		request.View = headwaterv1.EvaluationView_EVALUATION_VIEW_SUMMARY
	}
	return pages(func(token string) ([]*Evaluation, string, error) {
		request.PageToken = token
		response, err := c.experiments.ListEvaluations(ctx, request)
		return response.GetEvaluations(), response.GetNextPageToken(), err
	})
}

// AssignArms returns a visitor's arms. Only Recommend and an impression expose a visitor to one.
func (c *Client) AssignArms(
	ctx context.Context, request *AssignArmsRequest, options ...CallOption,
) ([]*ArmAssignment, error) {
	request = proto.CloneOf(request)
	request.MinOffset = choose(options).offsetOr(request.MinOffset)
	response, err := c.experiments.AssignArms(ctx, request)
	return response.GetArms(), err
}

// pages iterates over the entries of all pages. ask requests the page of a token, "" for the first.
func pages[Entry any](ask func(token string) ([]Entry, string, error)) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for token := ""; ; {
			entries, next, err := ask(token)
			if err != nil {
				var none Entry
				yield(none, err)
				return
			}
			for _, entry := range entries {
				if !yield(entry, nil) {
					return
				}
			}
			if token = next; token == "" {
				return
			}
		}
	}
}
