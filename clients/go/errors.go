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

// Error is a call that failed. errors.Is distinguishes the kinds:
//
//	if errors.Is(err, headwater.ErrUnavailable) { ... }
//
// and errors.As gives access to the rest: which field, or when to come back.
type Error struct {
	Method     string // such as /headwater.v1.RecommendationService/Recommend
	Code       codes.Code
	Message    string
	Violations []Violation
	// RetryAfter is how long to wait before the next try; nil if the server did not say.
	RetryAfter *time.Duration
	// Conditions has what must be true before the call can succeed, one text for each.
	Conditions []string

	status   *status.Status
	isClosed bool
}

// Violation is one invalid field of a request, named as in the API.
type Violation struct {
	Field       string // such as events[3].event_id
	Description string
}

type kind codes.Code

func (k kind) Error() string { return "headwater: " + codes.Code(k).String() }

// The kinds of failure.
var (
	// ErrInvalidRequest: the request is invalid and had no effect; Violations name the fields. Also a
	// request that is too large; the message has its size and the limit.
	ErrInvalidRequest error = kind(codes.InvalidArgument)
	// ErrNotFound: the request names something that does not exist.
	ErrNotFound error = kind(codes.NotFound)
	// ErrAlreadyExists: the id is used by something that differs from what the request would create.
	ErrAlreadyExists error = kind(codes.AlreadyExists)
	// ErrFailedPrecondition: the state does not allow it now; Conditions has what must be true before.
	ErrFailedPrecondition error = kind(codes.FailedPrecondition)
	// ErrAborted: somebody else has changed it since it was read; Conditions says more.
	ErrAborted error = kind(codes.Aborted)
	// ErrUnauthenticated: the server requires a key, and the call had none or a wrong one.
	ErrUnauthenticated error = kind(codes.Unauthenticated)
	// ErrPermissionDenied: the key is valid, but not for this call.
	ErrPermissionDenied error = kind(codes.PermissionDenied)
	// ErrOverloaded: the server is overloaded, also after the retries.
	ErrOverloaded error = kind(codes.ResourceExhausted)
	// ErrUnavailable: the server or its store is away, also after the retries.
	ErrUnavailable error = kind(codes.Unavailable)
	// ErrDeadlineExceeded: events may or may not have been learned; send the same events again.
	ErrDeadlineExceeded error = kind(codes.DeadlineExceeded)
	// ErrUnimplemented: this server's version does not have this method.
	ErrUnimplemented error = kind(codes.Unimplemented)
	// ErrClosed: the client is closed; its calls are not sent.
	ErrClosed = errors.New("headwater: the client is closed")
)

// closed returns the error of a call of a client that is closed.
func closed(failure *Error) *Error {
	return &Error{
		Method: failure.Method, Code: codes.Canceled, Message: "the client is closed",
		status: status.New(codes.Canceled, "the client is closed"), isClosed: true,
	}
}

func (e *Error) Error() string {
	return fmt.Sprintf("headwater: %s: %s", e.Code, e.Message)
}

// Field returns the first invalid field, "" if there is none.
func (e *Error) Field() string {
	if len(e.Violations) == 0 {
		return ""
	}
	return e.Violations[0].Field
}

// Is lets errors.Is compare an error with the kinds.
func (e *Error) Is(target error) bool {
	if target == ErrClosed {
		return e.isClosed
	}
	wanted, ok := target.(kind)
	return ok && e.Code == codes.Code(wanted)
}

// Unwrap lets errors.Is compare an error with the context's errors.
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

// GRPCStatus lets status.FromError and status.Code read the error.
func (e *Error) GRPCStatus() *status.Status { return e.status }

// Away reports whether the server could not respond in time, through no fault of the request.
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

// AsError converts the error of a call or a stream; nil stays nil.
func AsError(method string, err error) *Error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	converted := invalidIfTooLarge(status.Convert(err))
	failure := &Error{
		Method: method, Code: converted.Code(), Message: converted.Message(), status: converted,
	}
	for _, detail := range converted.Details() {
		failure.read(detail)
	}
	return failure
}

func (e *Error) read(detail any) {
	switch typed := detail.(type) {
	case *errdetails.BadRequest:
		for _, violation := range typed.GetFieldViolations() {
			e.Violations = append(e.Violations, Violation{violation.GetField(), violation.GetDescription()})
		}
	case *errdetails.PreconditionFailure:
		for _, violation := range typed.GetViolations() {
			e.Conditions = append(e.Conditions, violation.GetDescription())
		}
	case *errdetails.RetryInfo:
		delay := typed.GetRetryDelay().AsDuration()
		e.RetryAfter = &delay
	}
}
