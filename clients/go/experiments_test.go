package headwater

import (
	"errors"
	"strings"
	"testing"
)

func TestLiveAnExperimentFromItsPolicyToItsRollback(t *testing.T) {
	client, ctx := live(t), patient(t)
	values := must(Overrides(map[string]any{"exploration_temperature": 0.4}))(t)
	must(client.UpsertPolicy(ctx, &Policy{PolicyId: "go-warm", Overrides: values}))(t)
	wanted := &Experiment{
		ExperimentId: "go-warmer", Layer: "go", Placements: []string{"go"},
		Arms:    []*ExperimentArm{{ArmId: "control"}, {ArmId: "warm", PolicyId: "go-warm"}},
		Primary: &PrimaryMetric{Metric: "act_rate"},
	}
	made := must(client.CreateExperiment(ctx, wanted))(t)
	again := must(client.CreateExperiment(ctx, wanted))(t) // as after a lost response
	if made.GetExperiment().String() != again.GetExperiment().String() {
		t.Error(made, again)
	}
	must(client.UpsertItems(ctx, &Item{ItemId: "go-arm"}))(t)
	slate := must(client.Recommend(ctx, &RecommendRequest{VisitorId: "ann", Placement: "go"}))(t)
	asked := &AssignArmsRequest{VisitorId: "ann", Placement: "go"}
	arms := must(client.AssignArms(ctx, asked, WithMinOffset(made.GetOffset())))(t)
	if len(arms) != 1 || slate.GetArms()[0].GetArmId() != arms[0].GetArmId() {
		t.Error(slate.GetArms(), arms)
	}
	report := must(client.GetExperimentReport(ctx, &GetExperimentReportRequest{ExperimentId: "go-warmer"}))(t)
	if len(report.GetReport().GetArms()[1].GetPromotionBlockers()) == 0 {
		t.Error(report)
	}
	promote := &PromotePolicyRequest{
		PolicyId: "go-warm", RequireReport: &ReportReference{ExperimentId: "go-warmer", ArmId: "warm"},
	}
	_, err := client.PromotePolicy(ctx, promote)
	var failure *Error
	if !errors.Is(err, ErrFailedPrecondition) || !errors.As(err, &failure) || len(failure.Conditions) == 0 {
		t.Fatal(err)
	}
	if !strings.Contains(failure.Conditions[0], "visitors") {
		t.Error(failure.Conditions)
	}
	promote.Force = "a test"
	must(client.PromotePolicy(ctx, promote))(t)
	promotions := must(client.ListPromotions(ctx))(t)
	if promotions[len(promotions)-1].GetPolicyId() != "go-warm" {
		t.Error(promotions)
	}
	must(client.RollbackPolicy(ctx, &RollbackPolicyRequest{PolicyId: "go-warm"}))(t)
	must(client.StopExperiment(ctx, &StopExperimentRequest{ExperimentId: "go-warmer", Reason: "a test"}))(t)
	found := 0
	for one, err := range client.ListExperiments(ctx) {
		if must(one, err)(t).GetExperimentId() == "go-warmer" {
			found++
		}
	}
	for one, err := range client.ListPolicies(ctx) {
		if must(one, err)(t).GetPolicyId() == "go-warm" {
			found++
		}
	}
	for one, err := range client.ListEvaluations(ctx) {
		if must(one, err)(t).GetReportJson() == "" {
			t.Error("no report", one)
		}
		found++
	}
	for one, err := range client.ListEvaluations(ctx, WithoutReports()) {
		if must(one, err)(t).GetReportJson() != "" || len(one.GetPolicies()) == 0 {
			t.Error("not a summary", one)
		}
		found++
	}
	if stopped := must(client.GetExperiment(ctx, "go-warmer"))(t); stopped.GetStopTime() == nil || found != 4 {
		t.Error(stopped, found)
	}
	if _, err := client.GetExperiment(ctx, "nobody"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	wanted.Placements = nil
	if _, err := client.CreateExperiment(ctx, wanted); !errors.Is(err, ErrAlreadyExists) {
		t.Error(err)
	}
}
