package headwater

import (
	"context"
	"iter"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const itemsAPage = 500

// UpsertItems puts items (1 to 1,000), with all their fields, into the catalogue. The next response
// takes them into account. It is not retried when the server is away, since that could undo a newer
// write: WriteItems with a SetTime is retried.
func (c *Client) UpsertItems(ctx context.Context, items ...*Item) (*UpsertItemsResponse, error) {
	writes := make([]*ItemWrite, len(items))
	for n, item := range items {
		writes[n] = &ItemWrite{Item: item}
	}
	return c.WriteItems(ctx, writes...)
}

// WriteItems changes items, each with its own UpdateMask and SetTime. It is retried when the server
// is away if every write has its SetTime: then an older write never replaces a newer one.
func (c *Client) WriteItems(ctx context.Context, writes ...*ItemWrite) (*UpsertItemsResponse, error) {
	return c.catalog.UpsertItems(ctx, &headwaterv1.UpsertItemsRequest{Writes: writes})
}

// DeleteItems removes items (1 to 1,000) from the catalogue and from every list, at once. It is not
// retried when the server is away: DeleteItemsAt is.
func (c *Client) DeleteItems(ctx context.Context, itemIDs ...string) (*DeleteItemsResponse, error) {
	return c.DeleteItemsAt(ctx, nil, itemIDs...)
}

// DeleteItemsAt removes those of the items that were not written after setTime.
func (c *Client) DeleteItemsAt(
	ctx context.Context, setTime *timestamppb.Timestamp, itemIDs ...string,
) (*DeleteItemsResponse, error) {
	return c.catalog.DeleteItems(ctx, &headwaterv1.DeleteItemsRequest{ItemIds: itemIDs, SetTime: setTime})
}

// GetItem returns an item; ErrNotFound when it is not in the catalogue.
func (c *Client) GetItem(ctx context.Context, itemID string) (*Item, error) {
	response, err := c.catalog.GetItem(ctx, &headwaterv1.GetItemRequest{ItemId: itemID})
	return response.GetItem(), err
}

// ListItems iterates over the catalogue by id, and requests each page when it is needed; nil means
// all items. It ends after the first error.
//
//	for item, err := range client.ListItems(ctx, &headwater.ListItemsRequest{Filter: "price < 100"}) {
func (c *Client) ListItems(ctx context.Context, request *ListItemsRequest) iter.Seq2[*Item, error] {
	return func(yield func(*Item, error) bool) {
		page := &ListItemsRequest{}
		if request != nil {
			page = proto.CloneOf(request)
		}
		if page.PageSize == 0 {
			page.PageSize = itemsAPage
		}
		for {
			response, err := c.catalog.ListItems(ctx, page)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, item := range response.GetItems() {
				if !yield(item, nil) {
					return
				}
			}
			if page.PageToken = response.GetNextPageToken(); page.PageToken == "" {
				return
			}
		}
	}
}
