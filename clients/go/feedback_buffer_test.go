package headwater

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

// lostOnes collects the events that a buffer reports as lost.
type lostOnes struct {
	mutex   sync.Mutex
	reasons []string
}

func (l *lostOnes) add(event *Event, reason string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.reasons = append(l.reasons, event.EventId+" "+reason)
}

func bufferOn(t *testing.T, client *Client, settings BufferSettings) (*FeedbackBuffer, *lostOnes) {
	t.Helper()
	lost := &lostOnes{}
	if settings.OnLost == nil {
		settings.OnLost = lost.add
	}
	buffer, err := NewFeedbackBuffer(client, settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { buffer.Close(context.Background()) })
	return buffer, lost
}

func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for t.Context().Err() == nil && !holds() {
		time.Sleep(time.Millisecond)
	}
}

func addTo(t *testing.T, buffer *FeedbackBuffer, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := buffer.Add(t.Context(), &Event{EventId: id, EventType: "click", VisitorId: "v"}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABatchIsSentWhenItIsFullHasWaitedOrIsFlushed(t *testing.T) {
	server, client := serve(t)
	full, _ := bufferOn(t, client, BufferSettings{BatchMax: 3, Interval: time.Hour})
	addTo(t, full, "1", "2", "3", "4")
	if err := full.Flush(t.Context()); err != nil || full.Offset() != "1-0" {
		t.Fatal(err)
	}
	if len(server.batches) != 2 || len(server.batches[0]) != 3 {
		t.Error(server.batches)
	}
	waited, _ := bufferOn(t, client, BufferSettings{Interval: time.Millisecond})
	addTo(t, waited, "5")
	eventually(t, func() bool {
		server.mutex.Lock()
		defer server.mutex.Unlock()
		return server.learned["5"] == 1
	})
}

func TestAddWaitsWhileTheBufferIsFull(t *testing.T) {
	server, client := serve(t)
	server.hold = make(chan struct{})
	buffer, _ := bufferOn(t, client, BufferSettings{EventsMax: 2, Interval: time.Nanosecond})
	addTo(t, buffer, "1", "2")
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := buffer.Add(short, NewEvent("click", "v"))
	if !errors.Is(err, ErrBufferFull) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	close(server.hold)
	addTo(t, buffer, "3")
	if err := buffer.Flush(t.Context()); err != nil || len(server.learned) != 3 {
		t.Error(err, server.learned)
	}
}

func TestAnEventThatIsNotLearnedIsReportedAndTheOthersAreLearned(t *testing.T) {
	server, client := serve(t)
	buffer, lost := bufferOn(t, client, BufferSettings{Interval: time.Hour})
	addTo(t, buffer, "1", "2")
	nonsense := &Event{EventId: "3", EventType: "nonsense"}
	huge := &Event{EventId: "4", Placement: strings.Repeat("x", 20_000)}
	for _, event := range []*Event{nonsense, huge} {
		if err := buffer.Add(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	if err := buffer.Flush(t.Context()); err != nil || server.learned["1"]*server.learned["2"] != 1 {
		t.Error(err, server.learned)
	}
	reasons := strings.Join(lost.reasons, "\n")
	if len(lost.reasons) != 2 || !strings.Contains(reasons, "3 EVENT_STATUS_QUARANTINED: event_type is not known") ||
		!strings.Contains(reasons, "4 headwater: InvalidArgument: the request has ") {
		t.Error(reasons)
	}
}

func TestTheBufferRetriesAfterTheCallItselfHasGivenUp(t *testing.T) {
	server, client := serve(t)
	server.faults = []error{failing(codes.DeadlineExceeded), failing(codes.DeadlineExceeded)}
	buffer, lost := bufferOn(t, client, BufferSettings{})
	addTo(t, buffer, "1")
	if err := buffer.Flush(t.Context()); err != nil || server.learned["1"] != 3 || len(lost.reasons) != 0 {
		t.Error(err, server.learned, lost.reasons)
	}
}

func TestPatienceEndsEvenIfTheServerAsksForMoreTime(t *testing.T) {
	server, client := serve(t)
	server.faults = []error{comeBackIn(time.Hour)}
	buffer, lost := bufferOn(t, client, BufferSettings{Patience: 50 * time.Millisecond})
	addTo(t, buffer, "1")
	if err := buffer.Flush(t.Context()); err != nil || len(lost.reasons) != 1 {
		t.Error(err, lost.reasons)
	}
}

func TestCloseSendsTheRestAndReportsWhatItHasNoTimeFor(t *testing.T) {
	server, client := serve(t)
	buffer, lost := bufferOn(t, client, BufferSettings{Interval: time.Hour, BatchMax: 2})
	addTo(t, buffer, "1", "2", "3")
	if err := buffer.Close(t.Context()); err != nil || len(server.learned) != 3 || len(lost.reasons) != 0 {
		t.Error(err, server.learned, lost.reasons)
	}
	if err := buffer.Add(t.Context(), NewEvent("click", "v")); !errors.Is(err, ErrBufferClosed) {
		t.Error(err)
	}
	away, err := New("127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	closing, lost := bufferOn(t, away, BufferSettings{Interval: time.Hour, BatchMax: 2})
	addTo(t, closing, "1", "2", "3", "4", "5")
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	closing.Close(short)
	if len(lost.reasons) != 5 {
		t.Error(lost.reasons)
	}
}

func TestAnOnLostThatPanicsLosesNoOtherEvent(t *testing.T) {
	server, client := serve(t)
	panics := func(*Event, string) { panic("on purpose") }
	buffer, _ := bufferOn(t, client, BufferSettings{OnLost: panics})
	if err := buffer.Add(t.Context(), &Event{EventId: "0", EventType: "nonsense"}); err != nil {
		t.Fatal(err)
	}
	addTo(t, buffer, "1")
	if err := buffer.Flush(t.Context()); err != nil || server.learned["1"] != 1 {
		t.Error(err, server.learned)
	}
}

func TestManyGoroutinesShareASmallBuffer(t *testing.T) {
	server, client := serve(t)
	buffer, lost := bufferOn(t, client, BufferSettings{EventsMax: 20, BatchMax: 7, Interval: time.Nanosecond})
	var workers sync.WaitGroup
	for worker := range 8 {
		workers.Go(func() {
			for n := range 100 {
				addTo(t, buffer, fmt.Sprint(worker, "-", n))
			}
		})
	}
	workers.Wait()
	buffer.Close(t.Context())
	if len(server.learned) != 800 || len(lost.reasons) != 0 {
		t.Error(len(server.learned), lost.reasons)
	}
}

func TestInvalidSizesAreRefused(t *testing.T) {
	_, client := serve(t)
	for _, settings := range []BufferSettings{{BatchMax: 1001}, {BatchMax: -1}, {EventsMax: -1}} {
		if _, err := NewFeedbackBuffer(client, settings); err == nil {
			t.Error(settings)
		}
	}
}
