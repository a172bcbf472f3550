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
	// ErrBufferFull: the buffer stayed full for as long as the caller would wait; not taken.
	ErrBufferFull = errors.New("headwater: the buffer is full")
	// ErrBufferClosed: the buffer was closed: this event would never be sent.
	ErrBufferClosed = errors.New("headwater: the buffer is closed")
)

// BufferSettings are those of a FeedbackBuffer; each that is zero takes its default.
type BufferSettings struct {
	BatchMax  int           // a batch goes out with so many events: 500, at most 1,000
	Interval  time.Duration // or after its first one has waited so long: 0.2 s
	EventsMax int           // with so many on their way Add waits: 10,000
	Patience  time.Duration // how long the same events are tried again: 60 s
	// OnLost gets what could not be sent, and what the server did not learn from; nil: it is only
	// logged, as a warning of log/slog. It must not wait for the buffer.
	OnLost func(event *Event, reason string)
}

// FeedbackBuffer takes events at once and sends them in batches from a goroutine of its own.
//
// While the server is away the same events are tried again: they carry their ids, so none is learned
// twice. Nothing is lost without a word: each event is learned, or logged and handed to OnLost. Go
// runs nothing when a program ends: close the buffer, before its client.
type FeedbackBuffer struct {
	client  *Client
	mutex   sync.Mutex
	changed chan struct{} // closed, and made anew, at every change
	backlog backlog
	ended   chan struct{}
	life    context.Context // of the calls
	giveUp  context.CancelFunc
}

// NewFeedbackBuffer makes a buffer on a client, which may have several.
func NewFeedbackBuffer(client *Client, settings BufferSettings) (*FeedbackBuffer, error) {
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

// Add takes an event, a copy of it, whose EventId is minted into the event if it has none. While the
// buffer is full it waits: ErrBufferFull when the context ends first.
func (b *FeedbackBuffer) Add(ctx context.Context, event *Event) error {
	mint(event)
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
	b.tellChange()
	return nil
}

// Flush returns when all that was added before is learned or lost; the context's error if not.
func (b *FeedbackBuffer) Flush(ctx context.Context) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	wanted := b.backlog.added
	b.backlog.hurry = wanted > b.backlog.settled
	b.tellChange()
	if err := b.wait(ctx, func() bool { return b.backlog.settled >= wanted }); err != nil {
		return fmt.Errorf("headwater: %d events are still on their way: %w", wanted-b.backlog.settled, err)
	}
	return nil
}

// Offset is a state that has learned all that was answered so far, "" before the first answer.
func (b *FeedbackBuffer) Offset() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.backlog.offset
}

// Close sends what is left and takes nothing any more. What the context is too short for, or 10
// seconds where it has no deadline, is lost, and told so; it returns when nothing is on its way.
func (b *FeedbackBuffer) Close(ctx context.Context) error {
	ctx, cancel := withDefaultDeadline(ctx, 10*time.Second)
	defer cancel()
	b.mutex.Lock()
	if !b.backlog.isClosed() {
		b.backlog.closeAt, _ = ctx.Deadline()
	}
	b.tellChange()
	b.mutex.Unlock()
	defer context.AfterFunc(ctx, b.giveUp)()
	<-b.ended
	b.giveUp()
	return nil
}

// wait returns when a condition holds, or with the context's error. The mutex is held when it is
// called, when the condition is looked at, and when it returns.
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

func (b *FeedbackBuffer) tellChange() {
	close(b.changed)
	b.changed = make(chan struct{})
}
