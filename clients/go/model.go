package headwater

import (
	"context"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
)

// GetModel returns where the model stands. A digest walks the whole state: give it time.
func (c *Client) GetModel(ctx context.Context, request *GetModelRequest) (*GetModelResponse, error) {
	return c.model.GetModel(ctx, request)
}

// GetMetrics returns how well the model foresaw what happened, and the changes noticed in that.
func (c *Client) GetMetrics(ctx context.Context) (*GetMetricsResponse, error) {
	return c.model.GetMetrics(ctx, &headwaterv1.GetMetricsRequest{})
}

// ModelService is the stub of all that operators ask: metrics over time, replicas, quarantine, store.
func (c *Client) ModelService() headwaterv1.ModelServiceClient { return c.model }
