package headwater

import (
	"log/slog"
	"time"
)

const (
	eventsACall   = 1000
	batchBytesMax = 1_000_000 // a server takes 4 MiB a call unless it is set otherwise
)

// loss is an event that was not learned, with the reason.
type loss struct {
	event  *Event
	reason string
}

// backlog holds the events that wait to be sent, counts them and cuts them into batches. Each event
// is settled once: learned, or reported as lost. It neither waits nor locks: the buffer does both.
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

// isFull also counts the events of the batch that is being sent.
func (b *backlog) isFull() bool { return b.added-b.settled >= b.settings.EventsMax }

// isDue reports whether a batch is sent now, without waiting for more events.
func (b *backlog) isDue() bool {
	return b.hurry || b.isClosed() || len(b.waiting) >= b.settings.BatchMax
}

func (b *backlog) add(event *Event, bytes int) {
	b.waiting = append(b.waiting, sized{event, bytes})
	b.added++
}

// take removes the next batch from what waits, and returns it.
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

// settle records that the last batch taken is learned, or reported as lost.
func (b *backlog) settle() {
	b.settled += len(b.batch)
	b.batch = nil
	b.hurry = b.hurry && len(b.waiting) > 0
}

// giveUpAt returns until when a batch is retried that was first tried at began.
func (b *backlog) giveUpAt(began time.Time) time.Time {
	patient := began.Add(b.settings.Patience)
	if b.isClosed() && b.closeAt.Before(patient) {
		return b.closeAt
	}
	return patient
}

// report logs what is lost, and passes it to OnLost, whose panic must not lose the other events.
func (b *backlog) report(lost []loss) {
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
