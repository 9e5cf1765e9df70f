package dbmend

import "testing"

func TestAStopwatchRecognisesTheTimeInItsForms(t *testing.T) {
	s := stopwatch{
		since: [2]string{"2026-03-14 10:26:53", "2026-03-14 09:26:53"}, // a server an hour ahead of UTC
		until: [2]string{"2026-03-14 10:26:54", "2026-03-14 09:26:54"},
	}
	for literal, want := range map[string]bool{
		"'2026-03-14 10:26:54'":             true, // the server's own
		"'2026-03-14 09:26:53'":             true, // UTC
		"'2026-03-14T09:26:53.589Z'":        true,
		"'2026-03-14 10:26:53.589124+01'":   true,
		"'2026-03-14 10:26:52'":             false, // a second before
		"'2026-03-14 10:26:55'":             false, // a second behind
		"'2026-03-14'":                      false, // a day tells too little
		"1773480413":                        true,  // seconds since 1970
		"'1773480413'":                      true,
		"1773480414250":                     true, // thousandths
		"1773480415":                        false,
		"NULL":                              false,
		"''":                                false,
		"9223372036854775807":               false,
		"-1":                                false,
		"'a note on 2026-03-14 09:26:53'":   false,
		"'2026-03-14x10:26:53 is the text'": true, // taken for one: it comes out alike in every ending
	} {
		if got := s.tells(literal); got != want {
			t.Errorf("%s: recognised %t, want %t", literal, got, want)
		}
	}
}
