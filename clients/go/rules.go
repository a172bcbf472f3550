package headwater

import (
	"context"
	"iter"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
)

// ListRules iterates over all rules, those in force first, in the order in which they count. It ends
// after the first error. All calls about rules are retried while the server is away.
func (c *Client) ListRules(ctx context.Context, options ...CallOption) iter.Seq2[*Rule, error] {
	request := &headwaterv1.ListRulesRequest{
		PageSize: entriesAPage, MinOffset: choose(options).offsetOr(""),
	}
	return pages(func(token string) ([]*Rule, string, error) {
		request.PageToken = token
		response, err := c.rules.ListRules(ctx, request)
		return response.GetRules(), response.GetNextPageToken(), err
	})
}

// UpsertRule puts a rule in force; its Warnings name what nobody knows. With a Revision, the error
// is ErrAborted when somebody has changed the rule since.
func (c *Client) UpsertRule(
	ctx context.Context, request *UpsertRuleRequest,
) (*UpsertRuleResponse, error) {
	return c.rules.UpsertRule(ctx, request)
}

// DeleteRule deletes a rule, also one of the settings.
func (c *Client) DeleteRule(
	ctx context.Context, request *DeleteRuleRequest,
) (*DeleteRuleResponse, error) {
	return c.rules.DeleteRule(ctx, request)
}

// ListRuleChanges iterates over the changes that are kept, newest first, of one rule, or of all with
// an empty name. It ends after the first error.
func (c *Client) ListRuleChanges(
	ctx context.Context, name string, options ...CallOption,
) iter.Seq2[*RuleChange, error] {
	request := &headwaterv1.ListRuleChangesRequest{
		Name: name, PageSize: entriesAPage, MinOffset: choose(options).offsetOr(""),
	}
	return pages(func(token string) ([]*RuleChange, string, error) {
		request.PageToken = token
		response, err := c.rules.ListRuleChanges(ctx, request)
		return response.GetChanges(), response.GetNextPageToken(), err
	})
}

// RestoreRule makes a rule what it was at an earlier revision; 0: what the settings say, or none.
func (c *Client) RestoreRule(
	ctx context.Context, request *RestoreRuleRequest,
) (*RestoreRuleResponse, error) {
	return c.rules.RestoreRule(ctx, request)
}

// PreviewRules returns visitors' lists under drafts beside today's; nothing is put in force.
func (c *Client) PreviewRules(
	ctx context.Context, request *PreviewRulesRequest,
) (*PreviewRulesResponse, error) {
	return c.rules.PreviewRules(ctx, request)
}

// ListAuditEntries iterates over who changed what, newest first; without kinds, all of it. It ends
// after the first error. The key needs the scope audit or read.
func (c *Client) ListAuditEntries(
	ctx context.Context, kinds []AuditKind, options ...CallOption,
) iter.Seq2[*AuditEntry, error] {
	request := &headwaterv1.ListAuditEntriesRequest{
		Kinds: kinds, PageSize: entriesAPage, MinOffset: choose(options).offsetOr(""),
	}
	return pages(func(token string) ([]*AuditEntry, string, error) {
		request.PageToken = token
		response, err := c.audit.ListAuditEntries(ctx, request)
		return response.GetEntries(), response.GetNextPageToken(), err
	})
}
