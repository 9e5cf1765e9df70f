package postgres

import "strings"

// Pick returns an INSERT of literals for just these of its rows, as the author
// wrote them; nil for all else, see [Engine.Seed].
func (e Engine) Pick(statement string, rows []int) []string {
	seed, ok := e.Seed(statement)
	if !ok || len(rows) == 0 {
		return nil
	}
	r := newReader(statement)
	r.insertInto()
	r.skip("values")
	head := statement[:r.token.pos]
	var texts []string
	for more := true; more; more = r.skip(",") {
		from := r.token.pos
		r.group()
		texts = append(texts, statement[from:r.read])
	}
	picked := make([]string, len(rows))
	for i, n := range rows {
		if n < 0 || n >= len(seed.Rows) {
			return nil
		}
		picked[i] = texts[n]
	}
	tail := ""
	if !r.done() {
		tail = " " + statement[r.token.pos:]
	}
	return []string{head + strings.Join(picked, ", ") + tail}
}
