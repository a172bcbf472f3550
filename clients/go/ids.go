package headwater

import (
	"crypto/rand"
	"encoding/hex"
)

// newID returns 32 hexadecimal characters that nobody else makes.
func newID() string {
	var bytes [16]byte
	rand.Read(bytes[:]) // never fails, says crypto/rand
	return hex.EncodeToString(bytes[:])
}
