package headwater

import (
	"context"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
)

// callWithPlan makes one call as its plan says: within a deadline, and with retries where that is safe.
// Why gRPC's own retries do not suffice: docs/adr/0004.
func callWithPlan(
	ctx context.Context, method string, request, reply any,
	conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	plan := planOf(method, request)
	ctx, cancel := withDefaultDeadline(ctx, plan.timeout)
	defer cancel()
	for try := 1; ; try++ {
		err := invoke(ctx, method, request, reply, conn, options...)
		if err == nil {
			return nil
		}
		failure := invalidIfNoText(AsError(method, err), request)
		if conn.GetState() == connectivity.Shutdown {
			return closed(failure)
		}
		if !plan.mayRepeat(ctx, try, failure) || !slept(ctx, plan.wait(try, failure)) {
			return failure
		}
		conn.ResetConnectBackoff()
	}
}

func withDefaultDeadline(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, timeout)
}

// mayRepeat reports whether another try is safe and may help.
func (p plan) mayRepeat(ctx context.Context, try int, failure *Error) bool {
	if try >= p.tries || ctx.Err() != nil {
		return false
	}
	switch failure.Code {
	case codes.Unavailable:
		return true
	case codes.Canceled: // by a server that was just stopping: it did not process the call
		return true
	case codes.ResourceExhausted: // without a RetryAfter the call itself is too large
		return failure.RetryAfter != nil
	default:
		return false
	}
}

// wait returns how long to wait before the next try: at least as long as the server asks for.
func (p plan) wait(try int, failure *Error) time.Duration {
	pace := float64(p.first)
	for range try - 1 {
		pace *= p.multiplier
	}
	delay := time.Duration(pace * (0.8 + 0.4*rand.Float64())) // so that not all clients come back at once
	if failure.RetryAfter != nil {
		delay = max(delay, *failure.RetryAfter)
	}
	return delay
}

// slept waits and returns true; false at once if the deadline would end before the wait.
func slept(ctx context.Context, delay time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= delay {
		return false
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
