package headwater

import (
	"fmt"
	"regexp"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The texts of the server's gRPC, of this client's gRPC, and of a gateway.
var tooLarge = regexp.MustCompile(
	`(?i)(received|sent|send) message larger than max(?: \((\d+) vs\.? (\d+)\))?|larger than gateway_body_bytes_max`)

// invalidIfTooLarge turns gRPC's status of a message that is too large, which is that of an overload,
// into the one of an invalid request: no later try helps.
func invalidIfTooLarge(from *status.Status) *status.Status {
	found := tooLarge.FindStringSubmatch(from.Message())
	if from.Code() != codes.ResourceExhausted || found == nil {
		return from
	}
	message, advice := "request", "send less"
	if strings.EqualFold(found[1], "sent") {
		message, advice = "answer", "ask for less"
	}
	text := from.Message()
	if found[2] != "" {
		text = fmt.Sprintf("the %s has %s bytes, the limit is %s", message, found[2], found[3])
	}
	return status.Newf(codes.InvalidArgument, "%s: %s in one call", text, advice)
}
