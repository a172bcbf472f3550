package headwater

import (
	"context"
	"fmt"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
)

// NewEvent makes an event: what a visitor did, such as "click", with which items. It sets the
// EventId; set the other fields on the result.
func NewEvent(eventType, visitorID string, itemIDs ...string) *Event {
	event := &Event{EventId: newID(), EventType: eventType, VisitorId: visitorID}
	for _, id := range itemIDs {
		event.Items = append(event.Items, &EventItem{ItemId: id})
	}
	return event
}

// Feedback sends what visitors did (1 to 1,000 events), and returns when the server has learned it.
//
// An event without an EventId gets one here, before the first try, and keeps it. After an error send
// the same events again: those that were learned before have the result Exists. An event that the
// server cannot learn from is not an error: its result is Quarantined, with the reason.
func (c *Client) Feedback(ctx context.Context, events ...*Event) (*FeedbackResponse, error) {
	for n, event := range events {
		if event == nil {
			return nil, invalid(fmt.Sprintf("events[%d]", n), "is nil")
		}
		ensureID(event)
	}
	return c.feedback.Feedback(ctx, &headwaterv1.FeedbackRequest{Events: events})
}

// ensureID sets an EventId if the event has none.
func ensureID(event *Event) {
	if event.EventId == "" {
		event.EventId = newID()
	}
}
