package headwater

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Error is a call that failed. errors.Is tells the kinds apart:
//
//	if errors.Is(err, headwater.ErrUnavailable) { ... }
//
// and errors.As gives the rest: which field, or when to come back.
type Error struct {
	Method     string // such as /headwater.v1.RecommendationService/Recommend
	Code       codes.Code
	Message    string
	Violations []Violation
	// RetryAfter is when to come back, nil if the server did not say.
	RetryAfter *time.Duration

	status *status.Status
}

// Violation is one field that is wrong with a request, named as the API does.
type Violation struct {
	Field       string // such as events[3].event_id
	Description string
}

type kind codes.Code

func (k kind) Error() string { return "headwater: " + codes.Code(k).String() }

// The kinds of failure.
var (
	// ErrInvalidRequest: the request is malformed, nothing was done; Violations name the place.
	ErrInvalidRequest error = kind(codes.InvalidArgument)
	// ErrNotFound: what the request names does not exist.
	ErrNotFound error = kind(codes.NotFound)
	// ErrUnauthenticated: the server asks for a key, and this was none or another one.
	ErrUnauthenticated error = kind(codes.Unauthenticated)
	// ErrPermissionDenied: the key is good, and not for this call.
	ErrPermissionDenied error = kind(codes.PermissionDenied)
	// ErrOverloaded: too much to do, also after the retries; or, without RetryAfter, too large a call.
	ErrOverloaded error = kind(codes.ResourceExhausted)
	// ErrUnavailable: the server, or its store, is away, also after the retries.
	ErrUnavailable error = kind(codes.Unavailable)
	// ErrDeadlineExceeded: events may or may not have been learned: send the same ones again.
	ErrDeadlineExceeded error = kind(codes.DeadlineExceeded)
	// ErrUnimplemented: this server's release does not have it yet.
	ErrUnimplemented error = kind(codes.Unimplemented)
)

func (e *Error) Error() string {
	return fmt.Sprintf("headwater: %s: %s", e.Code, e.Message)
}

// Field is the first field that is wrong, "" if none is.
func (e *Error) Field() string {
	if len(e.Violations) == 0 {
		return ""
	}
	return e.Violations[0].Field
}

// Is lets errors.Is compare with the kinds.
func (e *Error) Is(target error) bool {
	wanted, ok := target.(kind)
	return ok && e.Code == codes.Code(wanted)
}

// Unwrap lets errors.Is compare with the context's own errors.
func (e *Error) Unwrap() error {
	switch e.Code {
	case codes.DeadlineExceeded:
		return context.DeadlineExceeded
	case codes.Canceled:
		return context.Canceled
	default:
		return nil
	}
}

// GRPCStatus lets status.FromError and status.Code read it.
func (e *Error) GRPCStatus() *status.Status { return e.status }

// Away reports whether the server could not answer in time, and the request was not what was wrong.
func (e *Error) Away() bool {
	switch e.Code {
	case codes.Unavailable, codes.DeadlineExceeded:
		return true
	case codes.ResourceExhausted: // an overloaded server says when to come back
		return e.RetryAfter != nil
	default:
		return false
	}
}

// AsError reads what a call or a stream returned; nil for nil.
func AsError(method string, err error) *Error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	said := status.Convert(err)
	failure := &Error{Method: method, Code: said.Code(), Message: said.Message(), status: said}
	for _, detail := range said.Details() {
		failure.read(detail)
	}
	return failure
}

func (e *Error) read(detail any) {
	switch told := detail.(type) {
	case *errdetails.BadRequest:
		for _, violation := range told.GetFieldViolations() {
			e.Violations = append(e.Violations, Violation{violation.GetField(), violation.GetDescription()})
		}
	case *errdetails.RetryInfo:
		delay := told.GetRetryDelay().AsDuration()
		e.RetryAfter = &delay
	}
}
