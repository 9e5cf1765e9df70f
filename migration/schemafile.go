package migration

import (
	"errors"
	"regexp"
	"strings"
)

// A SchemaFile is a script that makes the whole schema, as tools dump it: the
// structure.sql of Rails, the schema.sql of dbmate. At its end such a file fills the
// tracking table, so that a database made with it counts as up to date.
type SchemaFile struct {
	Name string
	// Text is the script without the statements that fill the tracking table, and
	// without what only the shell of an engine understands: pg_dump's \restrict,
	// mariadb-dump's sandbox mode, the tables that SQLite makes itself. Every other line is where it was.
	Text string
	// Versions are those that the file records, in its order; nil where it records
	// none.
	Versions []Version
	Checksum string // SHA-256 of the bytes of the file, in hexadecimal
}

// historyTable is what Rails and dbmate call their tracking table.
const historyTable = "schema_migrations"

var (
	// shellLine is what pg_dump writes around a dump, and what mariadb-dump writes ahead
	// of one, so that their shells do not run what somebody has smuggled into it.
	shellLine   = regexp.MustCompile(`(?m)^(?:\\(?:un)?restrict [0-9A-Za-z]+|/\*M?!999999\\- enable the sandbox mode \*/)[ \t]*$`)
	historyHead = regexp.MustCompile(`(?is)\Ainsert\s+into\s+\S+\s*\(\s*["` + "`" + `]?version["` + "`" + `]?\s*\)\s*values\s*`)
	historyRow  = regexp.MustCompile(`\A\(\s*'([^']*)'\s*\)\s*(,|\z)\s*`)
)

// ParseSchema reads a script that makes the whole schema. Name is how errors call
// it.
//
// Errors: a [SyntaxError] for what is not UTF-8, what cannot be cut, and rows of
// schema_migrations that are not written as Rails and dbmate write them, since what
// they record would not be known.
func ParseSchema(name string, content []byte, cutter Cutter) (*SchemaFile, error) {
	f := newFile(name, content)
	if err := f.check(); err != nil {
		return nil, err
	}
	whole := f.whole()[0]
	// The lines stay where they are.
	whole.text = shellLine.ReplaceAllStringFunc(whole.text, func(line string) string { return strings.Repeat(" ", len(line)) })
	statements, err := cutter.Cut(whole.text)
	if err != nil {
		return nil, f.located(err, chunk{line: 1}.at)
	}
	s := &SchemaFile{Name: name, Checksum: f.checksum}
	var b strings.Builder
	from := 0
	for _, one := range statements {
		switch {
		case firstWord(one.Verb) == "insert" && strings.EqualFold(one.Target, historyTable):
			versions, err := historyRows(one.Text)
			if err != nil {
				return nil, f.errorAt(one.Line, err.Error(), "")
			}
			s.Versions = append(s.Versions, versions...)
		case one.Verb == "create table" && strings.HasPrefix(strings.ToLower(one.Target), "sqlite_"):
			// SQLite makes it itself.
		default:
			continue
		}
		start, end := whole.span(one)
		if after := whole.text[end:]; strings.HasPrefix(strings.TrimSpace(after), semicolon) {
			end += strings.Index(after, semicolon) + 1
		}
		b.WriteString(whole.text[from:start] + strings.Repeat("\n", strings.Count(whole.text[start:end], "\n")))
		from = end
	}
	s.Text = b.String() + whole.text[from:]
	return s, nil
}

// historyRows reads the versions out of an INSERT.
func historyRows(text string) ([]Version, error) {
	head := historyHead.FindString(text)
	rest := text[len(head):]
	var versions []Version
	for head != "" {
		row := historyRow.FindStringSubmatch(rest)
		if row == nil || row[1] == "" {
			break
		}
		versions = append(versions, Version(row[1]))
		if rest = rest[len(row[0]):]; row[2] == "" {
			return versions, nil
		}
	}
	return nil, errors.New("fills " + historyTable + " in a form that is not read: the form is (version) VALUES ('1'), ('2')")
}
