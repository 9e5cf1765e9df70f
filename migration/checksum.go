package migration

import (
	"crypto/sha256"
	"encoding/hex"
)

// checksumOf returns the checksum of the bytes of a file.
func checksumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// sum returns the checksum of the names and checksums. Names hold no line ends:
// readFile refuses them.
func (s *Set) sum() string {
	h := sha256.New()
	var line []byte
	for _, m := range s.Migrations {
		line = append(append(append(append(line[:0], m.Checksum...), "  "...), m.Path...), '\n')
		h.Write(line)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sumOf returns the checksum of the statements' checksums, in order.
func sumOf(statements []Statement) string {
	h := sha256.New()
	var line []byte
	for i := range statements {
		line = append(append(line[:0], statements[i].Sum...), '\n')
		h.Write(line)
	}
	return hex.EncodeToString(h.Sum(nil))
}
