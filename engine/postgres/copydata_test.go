package postgres

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitCopy(t *testing.T) {
	type parts struct{ Command, Rows string }
	for statement, want := range map[string]parts{
		"COPY a FROM stdin;\n\\.":                            {"COPY a FROM stdin", ""},
		"copy a (b, c) from STDIN;\n1\t2\n\\N\t';\n\\.":      {"copy a (b, c) from STDIN", "1\t2\n\\N\t';\n"},
		"COPY a FROM stdin; -- three\n1\n\n2\n\\.":           {"COPY a FROM stdin", "1\n\n2\n"},
		"COPY a FROM stdin;\r\n1\r\n\\.":                     {"COPY a FROM stdin", "1\r\n"},
		"COPY a(b) FROM stdin WITH (NULL ';');\n\\.\\.\n\\.": {"COPY a(b) FROM stdin WITH (NULL ';')", "\\.\\.\n"},
		"COPY BINARY a FROM STDOUT;\nx\n\\.":                 {"COPY BINARY a FROM STDOUT", "x\n"},
	} {
		command, rows, ok := splitCopy(statement)
		if diff := cmp.Diff(want, parts{command, rows}); diff != "" || !ok {
			t.Errorf("%q, %v (-want +got):\n%s", statement, ok, diff)
		}
	}
	for _, statement := range []string{
		"", "COPY", "COPY a FROM stdin", "COPY a FROM stdin;", "COPY a FROM stdin;\n1\n", "COPY a FROM 'file';\n1\n\\.", "COPY a TO stdout;\n\\.",
		"COPY (SELECT 1 FROM stdin) TO stdout;\n\\.", "COPY a FROM PROGRAM 'stdin';\n\\.", "SELECT 1 FROM stdin;\n\\.", "INSERT INTO copy SELECT a FROM stdin;\n\\.",
	} {
		if command, rows, ok := splitCopy(statement); ok {
			t.Errorf("%q: command %q and rows %q", statement, command, rows)
		}
	}
}
