// Feedback without waiting: reads events from standard input, one per line ("visitor click item"),
// and sends them through a buffer.
//
//	go run ./examples/pipe < events.txt
//
// Events that are not learned are logged on standard error. The last line is a summary, as JSON.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/headwater/headwater/clients/go"
)

func main() {
	target := cmp.Or(os.Getenv("HEADWATER_TARGET"), "127.0.0.1:50051")
	client, err := headwater.New(target, headwater.WithKey(os.Getenv("HEADWATER_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := pipe(context.Background(), client); err != nil {
		log.Fatal(err)
	}
}

func pipe(ctx context.Context, client *headwater.Client) error {
	lost := 0 // written by the buffer's goroutine, read after it has ended
	buffer, err := headwater.NewFeedbackBuffer(client, headwater.BufferSettings{
		OnLost: func(event *headwater.Event, reason string) { lost++ },
	})
	if err != nil {
		return err
	}
	added, err := addLines(ctx, buffer)
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // the server may be away at the moment
	defer cancel()
	if err := errors.Join(err, buffer.Close(ctx)); err != nil { // also after an error, so that nothing is lost
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"added": added, "lost": lost, "offset": buffer.Offset(),
	})
}

func addLines(ctx context.Context, buffer *headwater.FeedbackBuffer) (added int, err error) {
	lines := bufio.NewScanner(os.Stdin)
	for ; lines.Scan(); added++ {
		event, err := read(lines.Text())
		if err != nil {
			return added, err
		}
		if err := buffer.Add(ctx, event); err != nil {
			return added, err
		}
	}
	return added, lines.Err()
}

func read(line string) (*headwater.Event, error) {
	words := strings.Fields(line)
	if len(words) != 3 {
		return nil, fmt.Errorf("expected %q, got %q", "visitor event-type item", line)
	}
	return headwater.NewEvent(words[1], words[0], words[2]), nil
}
