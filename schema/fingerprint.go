package schema

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// A Fingerprint identifies the meaning of a snapshot: equal snapshots have equal
// fingerprints, whatever the order in which they were filled. The zero value is
// the fingerprint of an empty schema.
//
// It is the sum, modulo 2^256, of the SHA-256 of every object, so that it can be
// kept up to date object by object ([Fingerprint.Apply]) instead of being taken
// from the whole schema again (docs/decisions/0005-fingerprint-is-a-sum.md). It
// recognises accidents, not enemies.
type Fingerprint [4]uint64

// Fingerprint returns the fingerprint of the snapshot.
func (s *Snapshot) Fingerprint() Fingerprint {
	var f Fingerprint
	for _, o := range s.objects {
		f = f.plus(digest(o))
	}
	return f
}

// Apply returns the fingerprint of the snapshot that the changes lead to.
func (f Fingerprint) Apply(changes []Change) Fingerprint {
	for _, c := range changes {
		if c.Before != nil {
			f = f.minus(digest(c.Before))
		}
		if c.After != nil {
			f = f.plus(digest(c.After))
		}
	}
	return f
}

// Replace returns the fingerprint of the snapshot that has some objects in the place of
// others: [Fingerprint.Apply] for those who need not know which of them differ.
func (f Fingerprint) Replace(before, after *Snapshot) Fingerprint {
	return f.minus(before.Fingerprint()).plus(after.Fingerprint())
}

// String returns 64 hexadecimal digits.
func (f Fingerprint) String() string {
	var b [32]byte
	for i, word := range f {
		binary.BigEndian.PutUint64(b[i*8:], word)
	}
	return hex.EncodeToString(b[:])
}

// ParseFingerprint reads what [Fingerprint.String] writes.
func ParseFingerprint(text string) (Fingerprint, error) {
	var f Fingerprint
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != 32 {
		return f, fmt.Errorf("fingerprint %.80q is not 64 hexadecimal digits", text)
	}
	for i := range f {
		f[i] = binary.BigEndian.Uint64(b[i*8:])
	}
	return f, nil
}

// digest hashes what makes an object equal to another: its key and its facts,
// each with its length ahead so that no two objects can read alike.
func digest(o *Object) Fingerprint {
	buf := make([]byte, 0, 256)
	add := func(s string) {
		buf = binary.AppendUvarint(buf, uint64(len(s)))
		buf = append(buf, s...)
	}
	add(string(o.Key.Kind))
	add(o.Key.Space)
	add(o.Key.Table)
	add(o.Key.Name)
	for _, fact := range o.Facts {
		add(fact.Name)
		add(fact.Value)
	}
	sum := sha256.Sum256(buf)
	var f Fingerprint
	for i := range f {
		f[i] = binary.BigEndian.Uint64(sum[i*8:])
	}
	return f
}

func (f Fingerprint) plus(g Fingerprint) Fingerprint {
	var carry uint64
	for i := len(f) - 1; i >= 0; i-- {
		f[i], carry = bits.Add64(f[i], g[i], carry)
	}
	return f
}

func (f Fingerprint) minus(g Fingerprint) Fingerprint {
	var borrow uint64
	for i := len(f) - 1; i >= 0; i-- {
		f[i], borrow = bits.Sub64(f[i], g[i], borrow)
	}
	return f
}
