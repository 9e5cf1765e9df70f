package main

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// A table is rows of cells, printed in aligned columns. Cells may be coloured. The
// last column is not filled up, so that no line ends in blanks.
type table struct {
	margin string
	rows   [][]string
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// print prints the rows; no rows print nothing. What is in the last column, the
// caller keeps as short as it has to be.
func (t *table) print(s *screen) {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	for _, row := range t.rows {
		var b strings.Builder
		b.WriteString(t.margin)
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+2))
			}
		}
		s.line(b.String())
	}
}
