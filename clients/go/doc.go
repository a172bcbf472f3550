// Package headwater is the Go client of Headwater, the recommendation service that learns while it
// serves: ask what a visitor should see now, say what the visitor did, and the very next answer has
// learned from it.
//
//	client, err := headwater.New("127.0.0.1:50051", headwater.WithKey(key))
//	slate, err := client.Recommend(ctx, &headwater.RecommendRequest{VisitorId: "ann", Placement: "home"})
//	click := headwater.NewEvent("click", "ann", slate.ItemIDs()[0])
//	click.AttributionToken = slate.AttributionToken
//	learned, err := client.Feedback(ctx, click)
//	slate, err = client.Recommend(ctx, question, headwater.WithMinOffset(learned.Offset))
//
// Questions and answers are the API's own messages, whose fields, with bounds and defaults, stand in
// protos/headwater/v1; the aliases here save the second import. What this package adds is what a
// bare stub lacks: a deadline on every call, retries where they are safe, ids minted before the
// first try, errors that name the field, and feedback that nobody waits for.
package headwater
