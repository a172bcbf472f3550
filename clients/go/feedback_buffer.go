package headwater

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
)

var (
	// ErrBufferFull: the buffer stayed full until the context ended; the event was not added.
	ErrBufferFull = errors.New("headwater: the buffer is full")
	// ErrBufferClosed: the buffer is closed; the event was not added.
	ErrBufferClosed = errors.New("headwater: the buffer is closed")
)

// BufferSettings are the settings of a FeedbackBuffer; zero means the default.
type BufferSettings struct {
	BatchMax  int           // a batch is sent when it has this many events: 500, at most 1,000
	Interval  time.Duration // or when its first event has waited this long: 0.2 s
	EventsMax int           // Add waits while this many events are not yet learned: 10,000
	Patience  time.Duration // how long the same events are retried: 60 s
	// OnLost receives each event that could not be sent or that the server did not learn from. Such an
	// event is logged as well, as a warning of log/slog. OnLost must not wait for the buffer.
	OnLost func(event *Event, reason string)
}

// FeedbackBuffer accepts events without waiting and sends them in batches from its own goroutine.
//
// While the server is away it retries the same events: they have their ids, so none is learned twice.
// Each event is either learned, or logged and passed to OnLost. Go runs no code when a program ends:
// close the buffer, before its client.
type FeedbackBuffer struct {
	client  *Client
	mutex   sync.Mutex
	changed chan struct{} // closed and replaced at every change
	backlog backlog
	ended   chan struct{}
	life    context.Context // of the calls
	giveUp  context.CancelFunc
}

// NewFeedbackBuffer makes a buffer that sends with a client. A client may have several buffers.
func NewFeedbackBuffer(client *Client, settings BufferSettings) (*FeedbackBuffer, error) {
	if client == nil {
		return nil, errors.New("headwater: a buffer needs a client")
	}
	settings, err := settings.withDefaults()
	if err != nil {
		return nil, err
	}
	life, giveUp := context.WithCancel(context.Background())
	buffer := &FeedbackBuffer{
		client: client, changed: make(chan struct{}), backlog: backlog{settings: settings},
		ended: make(chan struct{}), life: life, giveUp: giveUp,
	}
	go buffer.sendAll()
	return buffer, nil
}

func (s BufferSettings) withDefaults() (BufferSettings, error) {
	s.BatchMax = orDefault(s.BatchMax, 500)
	s.EventsMax = orDefault(s.EventsMax, 10_000)
	s.Interval = orDefault(s.Interval, 200*time.Millisecond)
	s.Patience = orDefault(s.Patience, time.Minute)
	if s.BatchMax < 1 || s.BatchMax > eventsACall || s.EventsMax < 1 || s.Interval < 0 || s.Patience < 0 {
		return s, errors.New("headwater: BatchMax is 1 to 1,000, EventsMax at least 1, and no time is negative")
	}
	s.BatchMax = min(s.BatchMax, s.EventsMax)
	return s, nil
}

func orDefault[Number int | time.Duration](given, standard Number) Number {
	if given == 0 {
		return standard
	}
	return given
}

// Add adds a copy of an event; an event without an EventId gets one first. While the buffer is full
// it waits, and returns ErrBufferFull if the context ends first.
func (b *FeedbackBuffer) Add(ctx context.Context, event *Event) error {
	if event == nil {
		return invalid("event", "is nil")
	}
	ensureID(event)
	kept := proto.CloneOf(event)
	bytes, err := proto.Marshal(kept)
	if err != nil {
		return fmt.Errorf("headwater: no request can carry this event: %w", err)
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if err := b.wait(ctx, func() bool { return b.backlog.isClosed() || !b.backlog.isFull() }); err != nil {
		return fmt.Errorf("%w: %d events are on their way: %w", ErrBufferFull, b.backlog.settings.EventsMax, err)
	}
	if b.backlog.isClosed() {
		return ErrBufferClosed
	}
	b.backlog.add(kept, len(bytes))
	b.signalChange()
	return nil
}

// Flush returns when all events added before it are learned or lost, or with the context's error.
func (b *FeedbackBuffer) Flush(ctx context.Context) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	wanted := b.backlog.added
	b.backlog.hurry = wanted > b.backlog.settled
	b.signalChange()
	if err := b.wait(ctx, func() bool { return b.backlog.settled >= wanted }); err != nil {
		return fmt.Errorf("headwater: %d events are still on their way: %w", wanted-b.backlog.settled, err)
	}
	return nil
}

// Offset returns an offset at which all sent events are learned, "" before the first response.
func (b *FeedbackBuffer) Offset() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.backlog.offset
}

// Close sends the remaining events and accepts no more. Events that are not sent by the context's
// deadline, or within 10 seconds if it has none, are reported as lost. It returns when all are settled.
func (b *FeedbackBuffer) Close(ctx context.Context) error {
	ctx, cancel := withDefaultDeadline(ctx, 10*time.Second)
	defer cancel()
	b.mutex.Lock()
	if !b.backlog.isClosed() {
		b.backlog.closeAt, _ = ctx.Deadline()
	}
	b.signalChange()
	b.mutex.Unlock()
	defer context.AfterFunc(ctx, b.giveUp)()
	<-b.ended
	b.giveUp()
	return nil
}

// wait returns when a condition holds, or with the context's error. The caller holds the mutex; it is
// held while the condition is checked, and when wait returns.
func (b *FeedbackBuffer) wait(ctx context.Context, holds func() bool) error {
	for !holds() {
		changed := b.changed
		b.mutex.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
		b.mutex.Lock()
		if err := ctx.Err(); err != nil && !holds() {
			return err
		}
	}
	return nil
}

// signalChange wakes everybody that waits.
func (b *FeedbackBuffer) signalChange() {
	close(b.changed)
	b.changed = make(chan struct{})
}
