package cutting_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine/cutting"
	"github.com/dbmend/dbmend/migration"
)

// TestChecksumIsKept holds what is hashed to what databases have kept: the kind,
// the length and the text of each token.
func TestChecksumIsKept(t *testing.T) {
	var c cutting.Checksum
	for range 2 { // a checksum that was taken begins anew
		c.Add(0, "SELECT", true)
		c.Add(2, "It's", false)
		sum := sha256.Sum256([]byte("\x00\x06select\x02\x04It's"))
		if got, want := c.Take(), hex.EncodeToString(sum[:]); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestChecksumOfMuch has more tokens than are held back before they are hashed.
func TestChecksumOfMuch(t *testing.T) {
	var (
		c     cutting.Checksum
		bytes strings.Builder
	)
	for range 10_000 {
		c.Add(1, "a", false)
		bytes.WriteString("\x01\x01a")
	}
	sum := sha256.Sum256([]byte(bytes.String()))
	if got, want := c.Take(), hex.EncodeToString(sum[:]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLowerLeavesOtherAlphabetsAlone(t *testing.T) {
	for in, want := range map[string]string{"": "", "notes": "notes", "Notes_Ä\xff[": "notes_Ä\xff["} {
		if got := cutting.Lower(in); got != want {
			t.Errorf("Lower(%q) is %q, want %q", in, got, want)
		}
	}
}

// TestCutIsBounded has a source that never ends, statement by statement.
func TestCutIsBounded(t *testing.T) {
	s := cutting.Script{Source: "a\nb"}
	endless := func() (migration.Statement, bool, error) { return migration.Statement{Text: "b", Line: 2}, true, nil }
	_, err := s.Cut("NUL", endless)
	var syntax *migration.SyntaxError
	if !errors.As(err, &syntax) || syntax.Line != 2 || syntax.Excerpt != "b" || syntax.Reason != "more than 500000 statements" {
		t.Errorf("got %v", err)
	}
}

// Behind the end of a source lie NULs, and no line end is as good as one there.
func TestReadingBehindTheEnd(t *testing.T) {
	if cutting.At("a", 0) != 'a' || cutting.At("a", 1) != 0 || cutting.At("", 7) != 0 {
		t.Error("At")
	}
	if cutting.Index("abc", "c") != 2 || cutting.Index("abc", "d") != 3 {
		t.Error("Index")
	}
	for in, want := range map[string]string{"": "", "a": "a", "a\nb\nc": "a", "\nb": "", "a\r\nb": "a\r"} {
		if got := cutting.Line(in); got != want {
			t.Errorf("the line of %q is %q, want %q", in, got, want)
		}
	}
}

func TestDigits(t *testing.T) {
	for c := range 256 {
		b := byte(c)
		if got, want := cutting.IsDigit(b), strings.IndexByte("0123456789", b) >= 0; got != want {
			t.Errorf("IsDigit(%q) is %v", b, got)
		}
		if got, want := cutting.IsHex(b), strings.IndexByte("0123456789abcdefABCDEF", b) >= 0; got != want {
			t.Errorf("IsHex(%q) is %v", b, got)
		}
	}
}
