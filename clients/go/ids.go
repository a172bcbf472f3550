package headwater

import (
	"crypto/rand"
	"encoding/hex"
)

// newID returns a unique id of 32 hexadecimal characters.
func newID() string {
	var bytes [16]byte
	rand.Read(bytes[:]) // crypto/rand documents that it never fails
	return hex.EncodeToString(bytes[:])
}
