package postgres

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// A checksum is the SHA-256 of a statement's tokens: the kind and the text of
// each, with the length of the text between them so that no two lists of tokens
// read alike. It is kept in databases: never change what is hashed.
//
// Bare words are folded, because formatters change the case of keywords and
// PostgreSQL ignores it. Everything in quotes counts as written, and so do the
// rows behind a COPY, byte for byte.
type checksum struct {
	hash hash.Hash
	buf  []byte
}

func (c *checksum) add(t token) {
	c.buf = append(c.buf, byte(t.kind))
	c.buf = binary.AppendUvarint(c.buf, uint64(len(t.text)))
	if t.kind == word {
		c.buf = appendLower(c.buf, t.text)
	} else {
		c.buf = append(c.buf, t.text...)
	}
	if len(c.buf) > 4096 {
		c.flush()
	}
}

func (c *checksum) flush() {
	if c.hash == nil {
		c.hash = sha256.New()
	}
	c.hash.Write(c.buf)
	c.buf = c.buf[:0]
}

// take returns the checksum in hexadecimal and begins a new one.
func (c *checksum) take() string {
	c.flush()
	var sum [sha256.Size]byte
	c.hash.Sum(sum[:0])
	c.hash.Reset()
	return hex.EncodeToString(sum[:])
}
