package headwater

import (
	"context"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
)

// NewEvent is something that a visitor did, such as "click", with items. Its EventId is minted here;
// set what else is known on the result.
func NewEvent(eventType, visitorID string, itemIDs ...string) *Event {
	event := &Event{EventId: newID(), EventType: eventType, VisitorId: visitorID}
	for _, id := range itemIDs {
		event.Items = append(event.Items, &EventItem{ItemId: id})
	}
	return event
}

// Feedback says what visitors did (1 to 1,000 events), and returns when it has been learned.
//
// An event without an EventId gets one here, before the first try, and keeps it: after an error send
// the same events again, and what was learned before answers Exists. An event that cannot be learned
// from is no error: its result is Quarantined, with the reason.
func (c *Client) Feedback(ctx context.Context, events ...*Event) (*FeedbackResponse, error) {
	for _, event := range events {
		mint(event)
	}
	return c.feedback.Feedback(ctx, &headwaterv1.FeedbackRequest{Events: events})
}

func mint(event *Event) {
	if event.EventId == "" {
		event.EventId = newID()
	}
}
