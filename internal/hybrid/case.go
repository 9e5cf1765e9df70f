package hybrid

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Case writes the state in the format of the cases in testdata, with what its
// tables must hold in the end.
func (s *State) Case(about string) string {
	var b strings.Builder
	for line := range strings.Lines(about) {
		b.WriteString("# " + strings.TrimRight(line, "\n") + "\n")
	}
	b.WriteString("# engines: " + s.History.engine.dialect().name + "\n\n")
	for _, m := range s.History.Migrations {
		fmt.Fprintf(&b, "-- migrations/%s --\n%s", m.File(), m.Text())
	}
	if s.Shape != NoHistory {
		b.WriteString("-- recorded --\n")
		for i, m := range s.History.Migrations[:s.Count] {
			b.WriteString(m.Version)
			if s.Begun && i+1 == s.Count {
				b.WriteString("!")
			}
			b.WriteString("\n")
		}
	}
	b.WriteString("-- live.sql --\n")
	for _, statement := range s.Live {
		b.WriteString(statement + ";\n")
	}
	if s.Class == Doubtful {
		b.WriteString("-- expect --\nrefuse\n")
		return b.String()
	}
	b.WriteString("-- expect --\nheal\n-- asserts --\n")
	for _, table := range s.Expected.Tables() {
		columns := s.Expected.told(table)
		if len(columns) == 0 {
			continue
		}
		fmt.Fprintf(&b, "select %s from %s order by %s  =>  %s\n", strings.Join(columns, ", "), table, ordinals(len(columns)), asJSON(s.Expected.compared(table)))
	}
	return b.String()
}

func ordinals(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprint(i+1))
	}
	return strings.Join(list, ", ")
}

// asJSON returns rows with every value as a string.
func asJSON(rows []string) string {
	result := [][]string{}
	for _, row := range rows {
		_, literals := fields(row)
		var cells []string
		for _, v := range literals {
			if text, ok := strings.CutPrefix(v, "'"); ok {
				v = strings.ReplaceAll(strings.TrimSuffix(text, "'"), "''", "'")
			}
			cells = append(cells, v)
		}
		result = append(result, cells)
	}
	slices.SortFunc(result, slices.Compare)
	text, err := json.Marshal(result)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
