package mysql

import (
	"slices"
	"strings"
)

// Pick returns an INSERT of just these of a statement's rows, counted from zero
// and in rising order, as the author wrote them; nil where [Engine.Seed] is false
// and where there is no such row.
func (Engine) Pick(statement string, rows []int) []string {
	s, ok := readSeed(statement)
	if !ok || len(rows) == 0 || slices.Min(rows) < 0 || slices.Max(rows) >= len(s.rows) {
		return nil
	}
	if s.places == nil {
		return []string{statement}
	}
	kept := make([]string, len(rows))
	for i, n := range rows {
		kept[i] = statement[s.places[n][0]:s.places[n][1]]
	}
	head, tail := statement[:s.places[0][0]], statement[s.places[len(s.places)-1][1]:]
	return []string{head + strings.Join(kept, ", ") + tail}
}
