package peers

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// results is what all benchmarks have measured.
var results board

// TestMain prints the tables behind the benchmarks.
func TestMain(m *testing.M) {
	code := m.Run()
	results.write(os.Stdout)
	os.Exit(code)
}

// A board has tables of rows of cells, in the order in which they came.
type board struct{ tables []*table }

type table struct {
	title   string
	columns []string
	rows    []string
	rounds  int
	cells   map[[2]string]string
}

// add puts a cell on the board. A benchmark may run more than once: the last counts.
func (b *board) add(title, row, column string, rounds int, took time.Duration, ratio float64) {
	i := slices.IndexFunc(b.tables, func(t *table) bool { return t.title == title })
	if i < 0 {
		i = len(b.tables)
		b.tables = append(b.tables, &table{title: title, cells: map[[2]string]string{}})
	}
	t := b.tables[i]
	if !slices.Contains(t.columns, column) {
		t.columns = append(t.columns, column)
	}
	if !slices.Contains(t.rows, row) {
		t.rows = append(t.rows, row)
	}
	cell := duration(took)
	if column != t.columns[0] {
		cell += fmt.Sprintf(" (%s)", factor(ratio))
	}
	t.rounds, t.cells[[2]string{row, column}] = rounds, cell
}

// write writes the tables in Markdown.
func (b *board) write(w io.Writer) {
	for _, t := range b.tables {
		fmt.Fprintf(w, "\n### %s\n\n| |", t.title)
		for _, c := range t.columns {
			fmt.Fprintf(w, " %s |", c)
		}
		fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("---:|", len(t.columns)))
		for _, r := range t.rows {
			fmt.Fprintf(w, "| %s |", r)
			for _, c := range t.columns {
				fmt.Fprintf(w, " %s |", t.cells[[2]string{r, c}])
			}
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "\nMedians of %d rounds%s.\n", t.rounds, load())
	}
}

// load says how busy the machine is, where that can be read.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(text))
	return fmt.Sprintf("; %d processors, load %s over the last minute and %s over fifteen", runtime.NumCPU(), fields[0], fields[2])
}

// duration writes a time with the digits that it deserves.
func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.3f ms", d.Seconds()*1e3)
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// factor writes a ratio.
func factor(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.2f x", x)
	}
	return fmt.Sprintf("%.0f x", x)
}
