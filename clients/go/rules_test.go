package headwater

import (
	"errors"
	"testing"
)

func TestLiveARuleFromItsPreviewToItsUndo(t *testing.T) {
	client, ctx := live(t), patient(t)
	must(client.UpsertItems(ctx, &Item{ItemId: "go-lamp"}, &Item{ItemId: "go-chair"}))(t)
	lamp := &Rule{
		Name: "go lamp", Placements: []string{"go-rules"},
		Kind: &RuleOfPin{Pin: &PinRule{Slot: 1, ItemIds: []string{"go-lamp"}}},
	}
	questions := []*RuleQuestion{{VisitorId: "ann", Placement: "go-rules"}}
	preview := must(client.PreviewRules(ctx, &PreviewRulesRequest{Drafts: []*Rule{lamp}, Questions: questions}))(t)
	if preview.GetLists()[0].GetAfter()[0].GetItemId() != "go-lamp" {
		t.Error(preview)
	}
	unread := int64(0)
	saved := must(client.UpsertRule(ctx, &UpsertRuleRequest{Rule: lamp, Revision: &unread, Reason: "a test"}))(t)
	asked := &RecommendRequest{VisitorId: "ann", Placement: "go-rules", MinOffset: saved.GetOffset()}
	if slate := must(client.Recommend(ctx, asked))(t); slate.GetResults()[0].GetItemId() != "go-lamp" {
		t.Error(slate)
	}
	lamp.GetPin().Slot = 2
	if _, err := client.UpsertRule(ctx, &UpsertRuleRequest{Rule: lamp, Revision: &unread}); !errors.Is(err, ErrAborted) {
		t.Error(err)
	}
	must(client.DeleteRule(ctx, &DeleteRuleRequest{Name: "go lamp"}))(t)
	back := must(client.RestoreRule(ctx, &RestoreRuleRequest{Name: "go lamp", ToRevision: saved.GetRule().GetRevision()}))(t)
	if back.GetRule().GetPin().GetSlot() != 1 {
		t.Error(back)
	}
	found := 0
	for rule, err := range client.ListRules(ctx) {
		if must(rule, err)(t).GetName() == "go lamp" {
			found++
		}
	}
	for change, err := range client.ListRuleChanges(ctx, "go lamp") {
		must(change, err)(t)
		found++
	}
	if found != 4 {
		t.Error(found)
	}
	must(client.RestoreRule(ctx, &RestoreRuleRequest{Name: "go lamp"}))(t)
	for entry, err := range client.ListAuditEntries(ctx, nil) {
		if must(entry, err)(t).GetAction() != "restored" || entry.GetSubject() != "go lamp" {
			t.Error(entry)
		}
		break
	}
}
