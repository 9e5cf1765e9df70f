package check

import (
	"fmt"
	"io"
	"strings"
)

// WriteGitHub writes the findings as commands of GitHub's workflows, one a line, which
// a run shows as annotations of the lines in question. Foreign text cannot end a
// command or begin another one: it is escaped as GitHub's own toolkit does.
func WriteGitHub(w io.Writer, r *Report) error {
	level := map[Severity]string{Note: "notice", Warning: "warning", Error: "error"}
	var b strings.Builder
	for i := range r.Findings {
		f := &r.Findings[i]
		b.WriteString("::" + level[f.Severity] + " ")
		if f.Place.Path != "" {
			b.WriteString("file=" + property(f.Place.Path) + ",")
		}
		if f.Place.Line > 0 {
			fmt.Fprintf(&b, "line=%d,", f.Place.Line)
		}
		b.WriteString("title=" + property("dbmend check: "+string(f.Rule)) + "::" + value(f.message()) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var (
	valueEscapes    = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func value(text string) string    { return valueEscapes.Replace(readable(text)) }
func property(text string) string { return propertyEscapes.Replace(readable(text)) }
