package headwater

import (
	"log/slog"
	"time"
)

const (
	eventsACall   = 1000
	batchBytesMax = 1_000_000 // a server takes 4 MiB a call unless it is set otherwise
)

// loss is an event that was not learned, and why.
type loss struct {
	event  *Event
	reason string
}

// backlog is what waits to be sent, counted and cut into batches. Each event is settled once:
// learned, or lost and told so. It waits for nothing and locks nothing: the buffer around it does.
type backlog struct {
	settings BufferSettings
	waiting  []sized
	batch    []*Event
	added    int
	settled  int
	hurry    bool
	closeAt  time.Time // zero while open
	offset   string
}

type sized struct {
	event *Event
	bytes int
}

func (b *backlog) isClosed() bool { return !b.closeAt.IsZero() }

// isFull: those on their way count, too.
func (b *backlog) isFull() bool { return b.added-b.settled >= b.settings.EventsMax }

// isDue says whether a batch goes out now, without waiting for company.
func (b *backlog) isDue() bool {
	return b.hurry || b.isClosed() || len(b.waiting) >= b.settings.BatchMax
}

func (b *backlog) add(event *Event, bytes int) {
	b.waiting = append(b.waiting, sized{event, bytes})
	b.added++
}

// take cuts the next batch.
func (b *backlog) take() []*Event {
	count, left := 0, batchBytesMax
	for count < len(b.waiting) && count < b.settings.BatchMax {
		if left -= b.waiting[count].bytes; left < 0 && count > 0 {
			break
		}
		b.batch = append(b.batch, b.waiting[count].event)
		count++
	}
	b.waiting = b.waiting[count:]
	return b.batch
}

// settle says that the batch that was taken last is learned, or lost and told so.
func (b *backlog) settle() {
	b.settled += len(b.batch)
	b.batch = nil
	b.hurry = b.hurry && len(b.waiting) > 0
}

// giveUpAt is until when a batch that was first tried at a time is tried again.
func (b *backlog) giveUpAt(began time.Time) time.Time {
	patient := began.Add(b.settings.Patience)
	if b.isClosed() && b.closeAt.Before(patient) {
		return b.closeAt
	}
	return patient
}

// tell logs what is lost, and hands it to the caller, whose panic must not lose the other events.
func (b *backlog) tell(lost []loss) {
	for _, l := range lost {
		slog.Warn("headwater: event was not learned", "event_id", l.event.EventId, "reason", l.reason)
		if b.settings.OnLost != nil {
			b.handOver(l)
		}
	}
}

func (b *backlog) handOver(l loss) {
	defer func() {
		if failed := recover(); failed != nil {
			slog.Error("headwater: OnLost panicked", "event_id", l.event.EventId, "panic", failed)
		}
	}()
	b.settings.OnLost(l.event, l.reason)
}
