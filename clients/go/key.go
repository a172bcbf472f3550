package headwater

import (
	"context"
	"errors"
)

// bearer sends a key as the credentials of each call.
type bearer string

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

// RequireTransportSecurity is false: inside a shop's own network there is often no TLS.
func (b bearer) RequireTransportSecurity() bool { return false }

// checkKey refuses a key that a header cannot contain.
func checkKey(key string) error {
	for _, character := range []byte(key) {
		if character <= ' ' || character > '~' {
			return errors.New("headwater: a key has printable ASCII characters only, and no spaces")
		}
	}
	return nil
}
