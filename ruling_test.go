package dbmend

import "testing"

// FuzzRuling: what the journal says of the history that ruled is what is written of it
// again, or an error.
func FuzzRuling(f *testing.F) {
	f.Add("5c1f//schema_migrations/golang-migrate")
	f.Add("//a/b/goose")
	f.Add("0/public/a\x00/nobody")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRuling(text)
		if err == nil && r.String() != text {
			t.Errorf("%q is read as %q", text, r)
		}
		if err != nil && (r.runner != nil || r.digest != "") {
			t.Errorf("%q: %v, and %q", text, err, r.digest)
		}
	})
}
