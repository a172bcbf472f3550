package headwater

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// resolvers are the targets that gRPC, or a resolver that the caller has registered, resolves.
var resolvers = regexp.MustCompile(`^(dns|unix|unix-abstract|passthrough|xds|ipv4|ipv6|vsock):|^[a-z][a-z0-9+.-]*:///`)

// checkTarget refuses what is no address: gRPC would try port 443 in place of one that is missing.
func checkTarget(target string, encrypted bool) error {
	if resolvers.MatchString(target) || encrypted && target != "" && !strings.ContainsAny(target, ":/ ") {
		return nil
	}
	host, port, err := net.SplitHostPort(target)
	if number, bad := strconv.Atoi(port); err == nil && bad == nil && number > 0 && number < 1<<16 && !strings.Contains(host, "/") {
		return nil
	}
	return errors.New(`headwater: the target must be host:port, such as "127.0.0.1:50051"`)
}

// invalid returns the error of a request that is not sent, with the field that is wrong.
func invalid(field, description string) *Error {
	said := status.New(codes.InvalidArgument, field+" "+description)
	return &Error{
		Code: codes.InvalidArgument, Message: said.Message(), status: said,
		Violations: []Violation{{field, description}},
	}
}

// invalidIfNoText turns gRPC's error of a text that is not UTF-8 into one that names the field.
func invalidIfNoText(failure *Error, request any) *Error {
	message, ok := request.(proto.Message)
	if !ok || failure.Code != codes.Internal || !strings.Contains(failure.Message, "invalid UTF-8") {
		return failure
	}
	field := badText(message.ProtoReflect(), "")
	if field == "" {
		return failure
	}
	named := invalid(field, "is not UTF-8 text")
	named.Method = failure.Method
	return named
}

// badText returns the path of the first text that is not UTF-8, such as events[1].visitor_id; "" if all are.
func badText(message protoreflect.Message, path string) (found string) {
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		place := strings.TrimPrefix(path+"."+string(field.Name()), ".")
		switch {
		case field.IsMap():
			value.Map().Range(func(key protoreflect.MapKey, held protoreflect.Value) bool {
				found = badValue(field.MapKey(), key.Value(), place)
				if found == "" {
					found = badValue(field.MapValue(), held, fmt.Sprintf("%s[%q]", place, key.String()))
				}
				return found == ""
			})
		case field.IsList():
			for n := 0; n < value.List().Len() && found == ""; n++ {
				found = badValue(field, value.List().Get(n), fmt.Sprintf("%s[%d]", place, n))
			}
		default:
			found = badValue(field, value, place)
		}
		return found == ""
	})
	return found
}

func badValue(field protoreflect.FieldDescriptor, value protoreflect.Value, place string) string {
	switch {
	case field.Message() != nil:
		return badText(value.Message(), place)
	case field.Kind() == protoreflect.StringKind && !utf8.ValidString(value.String()):
		return place
	default:
		return ""
	}
}
