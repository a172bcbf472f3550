package headwater

import (
	"context"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
)

// GetModel returns the state of the model. A digest reads the whole state: set a longer deadline.
func (c *Client) GetModel(ctx context.Context, request *GetModelRequest) (*GetModelResponse, error) {
	return c.model.GetModel(ctx, request)
}

// GetMetrics returns how well the model predicted what happened, and the drift alarms.
func (c *Client) GetMetrics(ctx context.Context) (*GetMetricsResponse, error) {
	return c.model.GetMetrics(ctx, &headwaterv1.GetMetricsRequest{})
}

// ModelService returns the stub for operators: metrics over time, replicas, quarantine, storage.
func (c *Client) ModelService() headwaterv1.ModelServiceClient { return c.model }
