// The whole loop, with a running server: write two items, request a list, report what was seen and
// clicked, request a list again.
//
//	go run ./examples/shop        print each step
//	go run ./examples/shop ask    one request, and its response as one line of JSON
//
// HEADWATER_TARGET is the server (127.0.0.1:50051), HEADWATER_KEY its key if it requires one, and
// HEADWATER_CA_FILE the certificate of its authority, for a server with TLS.
package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/headwater/headwater/clients/go"
	"google.golang.org/protobuf/proto"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second) // a page would allow one second
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, explained(err))
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	client, err := connect()
	if err != nil {
		return err
	}
	defer client.Close()
	if len(arguments) > 0 && arguments[0] == "ask" {
		return ask(ctx, client)
	}
	return loop(ctx, client)
}

func connect() (*headwater.Client, error) {
	target := cmp.Or(os.Getenv("HEADWATER_TARGET"), "127.0.0.1:50051")
	options := []headwater.Option{headwater.WithKey(os.Getenv("HEADWATER_KEY"))}
	if file := os.Getenv("HEADWATER_CA_FILE"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		authorities := x509.NewCertPool()
		if !authorities.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s contains no certificate", file)
		}
		options = append(options, headwater.WithTLS(&tls.Config{RootCAs: authorities}))
	}
	return headwater.New(target, options...)
}

func ask(ctx context.Context, client *headwater.Client) error {
	slate, err := client.Recommend(ctx, &headwater.RecommendRequest{
		VisitorId: "ann", Placement: "home", PageSize: 10,
		RecommendationId: os.Getenv("HEADWATER_RECOMMENDATION_ID"),
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"recommendation_id": slate.GetRecommendationId(), "item_ids": slate.ItemIDs(),
	})
}

func loop(ctx context.Context, client *headwater.Client) error {
	written, err := client.UpsertItems(ctx,
		&headwater.Item{ItemId: "boots", Title: "Walking boots", Price: proto.Float64(89)},
		&headwater.Item{ItemId: "socks", Title: "Warm socks", Price: proto.Float64(9)})
	if err != nil {
		return err
	}
	request := &headwater.RecommendRequest{VisitorId: "ann", Placement: "home", PageSize: 4}
	slate, err := client.Recommend(ctx, request, headwater.WithMinOffset(written.GetOffset()))
	if err != nil {
		return err
	}
	fmt.Println("recommended:", strings.Join(slate.ItemIDs(), ", "))

	seen := headwater.NewEvent("impression", "ann", slate.ItemIDs()...)
	click := headwater.NewEvent("click", "ann", slate.ItemIDs()[0])
	seen.AttributionToken, click.AttributionToken = slate.GetAttributionToken(), slate.GetAttributionToken()
	learned, err := client.Feedback(ctx, seen, click)
	if err != nil {
		return err
	}
	for _, result := range learned.GetResults() {
		fmt.Println("learned:", result.GetEventId(), result.GetStatus())
	}

	slate, err = client.Recommend(ctx, request, headwater.WithMinOffset(learned.GetOffset()))
	if err != nil {
		return err
	}
	fmt.Println("recommended:", strings.Join(slate.ItemIDs(), ", "))
	return nil
}

// explained describes an error for a person: the invalid field, or the kind of failure.
func explained(err error) string {
	var failure *headwater.Error
	if errors.As(err, &failure) && failure.Field() != "" {
		return fmt.Sprintf("%s: field %s: %s", failure.Code, failure.Field(), failure.Message)
	}
	return err.Error()
}
