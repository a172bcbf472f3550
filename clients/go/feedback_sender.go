package headwater

import (
	"context"
	"time"
)

// sendAll runs in the buffer's goroutine until the buffer is closed and empty.
func (b *FeedbackBuffer) sendAll() {
	defer close(b.ended)
	for {
		batch := b.nextBatch()
		if len(batch) == 0 {
			return
		}
		b.backlog.report(b.send(batch, time.Now()))
		b.mutex.Lock()
		b.backlog.settle()
		b.signalChange()
		b.mutex.Unlock()
	}
}

// nextBatch waits for a batch. It returns an empty one when the buffer is closed and has no more.
func (b *FeedbackBuffer) nextBatch() []*Event {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	forever := context.Background()
	b.wait(forever, func() bool { return len(b.backlog.waiting) > 0 || b.backlog.isClosed() })
	more, cancel := context.WithTimeout(forever, b.backlog.settings.Interval)
	defer cancel()
	b.wait(more, b.backlog.isDue) // or the interval is over: the batch is sent in both cases
	return b.backlog.take()
}

// send tries a batch until the server responds or it is given up, and returns what is lost.
func (b *FeedbackBuffer) send(batch []*Event, began time.Time) []loss {
	for tries := 1; ; tries++ {
		answer, err := b.try(batch, began)
		if err == nil {
			return notLearned(batch, answer)
		}
		if mayBeOneEvent(err) && len(batch) > 1 {
			middle := len(batch) / 2
			return append(b.send(batch[:middle], began), b.send(batch[middle:], began)...)
		}
		if !mayPass(err) || !b.waited(began, delayAfter(tries, err)) {
			return allLost(batch, err.Error())
		}
	}
}

func allLost(batch []*Event, reason string) []loss {
	lost := make([]loss, len(batch))
	for n, event := range batch {
		lost[n] = loss{event, reason}
	}
	return lost
}

func (b *FeedbackBuffer) try(batch []*Event, began time.Time) (*FeedbackResponse, error) {
	within := min(backTimeout, max(50*time.Millisecond, time.Until(b.giveUpAt(began))))
	ctx, cancel := context.WithTimeout(b.life, within)
	defer cancel()
	answer, err := b.client.Feedback(ctx, batch...)
	if err == nil {
		b.mutex.Lock()
		b.backlog.offset = answer.GetOffset()
		b.mutex.Unlock()
	}
	return answer, err
}

func (b *FeedbackBuffer) giveUpAt(began time.Time) time.Time {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.backlog.giveUpAt(began)
}

// waited waits before the next try, and returns whether there is time for one. If the buffer is
// closed meanwhile, it waits less.
func (b *FeedbackBuffer) waited(began time.Time, delay time.Duration) bool {
	pause, cancel := context.WithTimeout(b.life, min(delay, time.Until(b.giveUpAt(began))))
	defer cancel()
	b.mutex.Lock()
	b.wait(pause, b.backlog.isClosed)
	closed := b.backlog.isClosed()
	b.mutex.Unlock()
	if closed {
		time.Sleep(closingDelay)
	}
	return b.life.Err() == nil && time.Now().Before(b.giveUpAt(began))
}
