package headwater

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
)

const (
	closingDelay = 100 * time.Millisecond // between tries once the buffer is closed
	firstDelay   = 100 * time.Millisecond
	longestDelay = 5 * time.Second
)

// notLearned returns the events that the server received but did not learn from.
func notLearned(batch []*Event, answer *FeedbackResponse) []loss {
	var lost []loss
	for n, result := range answer.GetResults() {
		if status := result.GetStatus(); status != Created && status != Exists {
			lost = append(lost, loss{batch[n], fmt.Sprintf("%s: %s", status, result.GetDetail())})
		}
	}
	return lost
}

// mayBeOneEvent reports whether a single event may be the cause: then each half is tried alone.
func mayBeOneEvent(err error) bool {
	var failure *Error
	if !errors.As(err, &failure) {
		return false
	}
	tooLarge := failure.Code == codes.ResourceExhausted && !failure.Away()
	return tooLarge || failure.Code == codes.InvalidArgument
}

// mayPass reports whether a later try may help: the server is away, late or overloaded.
func mayPass(err error) bool {
	var failure *Error
	if !errors.As(err, &failure) || errors.Is(err, ErrClosed) {
		return false
	}
	return failure.Away() || failure.Code == codes.Canceled
}

// delayAfter returns how long to wait after so many tries: at least as long as the server asks for.
func delayAfter(tries int, err error) time.Duration {
	delay := min(longestDelay, firstDelay<<min(tries-1, 10))
	var failure *Error
	if errors.As(err, &failure) && failure.RetryAfter != nil {
		delay = max(delay, *failure.RetryAfter)
	}
	return delay
}
