package headwater

import (
	"context"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
)

// UpsertUsers writes accounts (1 to 1,000), with all their fields. It is not retried when the server is
// away: WriteUsers with a SetTime is.
func (c *Client) UpsertUsers(ctx context.Context, users ...*User) (*UpsertUsersResponse, error) {
	writes := make([]*UserWrite, len(users))
	for n, user := range users {
		writes[n] = &UserWrite{User: user}
	}
	return c.WriteUsers(ctx, writes...)
}

// WriteUsers changes accounts, each with its own UpdateMask and SetTime. It is retried when the server
// is away if every write has its SetTime.
func (c *Client) WriteUsers(ctx context.Context, writes ...*UserWrite) (*UpsertUsersResponse, error) {
	return c.users.UpsertUsers(ctx, &headwaterv1.UpsertUsersRequest{Writes: writes})
}

// GetUser returns what is known about an account or a visitor; ErrNotFound when nothing is.
func (c *Client) GetUser(ctx context.Context, request *GetUserRequest) (*GetUserResponse, error) {
	return c.users.GetUser(ctx, request)
}

// EraseUser erases an account with its visitors, or what a visitor did anonymously.
func (c *Client) EraseUser(ctx context.Context, request *EraseUserRequest) (*EraseUserResponse, error) {
	return c.users.EraseUser(ctx, request)
}

// UnlinkVisitor ends a visitor's link to an account, at a logout. What the visitor did anonymously stays.
func (c *Client) UnlinkVisitor(ctx context.Context, visitorID string) (*UnlinkVisitorResponse, error) {
	return c.users.UnlinkVisitor(ctx, &headwaterv1.UnlinkVisitorRequest{VisitorId: visitorID})
}
