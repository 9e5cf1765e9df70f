package cutting

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// A Checksum is the SHA-256 of a statement's tokens: the kind and the text of
// each, with the length of the text between them so that no two lists of tokens
// read alike. It is kept in databases: never change what is hashed. The zero
// Checksum is ready.
type Checksum struct {
	hash hash.Hash
	buf  []byte
}

// Add adds a token; folded says that capitals and small letters of ASCII are the
// same in it.
func (c *Checksum) Add(kind byte, text string, folded bool) {
	c.buf = append(c.buf, kind)
	c.buf = binary.AppendUvarint(c.buf, uint64(len(text)))
	if folded {
		c.buf = appendLower(c.buf, text)
	} else {
		c.buf = append(c.buf, text...)
	}
	if len(c.buf) > 4096 {
		c.flush()
	}
}

func (c *Checksum) flush() {
	if c.hash == nil {
		c.hash = sha256.New()
	}
	c.hash.Write(c.buf)
	c.buf = c.buf[:0]
}

// Take returns the checksum in hexadecimal and begins a new one.
func (c *Checksum) Take() string {
	c.flush()
	var sum [sha256.Size]byte
	c.hash.Sum(sum[:0])
	c.hash.Reset()
	return hex.EncodeToString(sum[:])
}
