// Package headwater is the Go client of Headwater, the recommendation service that learns while it
// serves: request what a visitor should see now, report what the visitor did, and the next response
// has learned from it.
//
//	client, err := headwater.New("127.0.0.1:50051", headwater.WithKey(key))
//	request := &headwater.RecommendRequest{VisitorId: "ann", Placement: "home"}
//	slate, err := client.Recommend(ctx, request)
//	click := headwater.NewEvent("click", "ann", slate.ItemIDs()[0])
//	click.AttributionToken = slate.AttributionToken
//	learned, err := client.Feedback(ctx, click)
//	slate, err = client.Recommend(ctx, request, headwater.WithMinOffset(learned.Offset))
//
// Requests and responses are the API's own messages; protos/headwater/v1 describes their fields, with
// bounds and defaults. This package has aliases for them, and adds what a bare stub lacks: a deadline
// on every call, retries where they are safe, ids that are set before the first try, errors that name
// the field, and feedback without waiting.
package headwater
