package migration

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// drizzle is the format of Drizzle Kit: numbered files whose order is in
// meta/_journal.json; in its newer form a folder for each migration, with
// migration.sql and snapshot.json in it, in the order of the folders' names. A
// comment --> statement-breakpoint stands between statements. Nothing reverts.
var drizzle = &format{
	name:  "drizzle",
	marks: prefix("> statement-breakpoint"),
	keeps: func(path string) bool {
		return path == drizzleJournal || inFolder("snapshot.json")(path)
	},
	over:      []string{"prisma"},
	takes:     func(path string) bool { return isFlatSQL(path) || inFolder("migration.sql")(path) },
	prepare:   prepareDrizzle,
	parse:     parseDrizzle,
	order:     func(a, b *file) int { return cmp.Or(cmp.Compare(a.place, b.place), byFolder(a, b)) },
	deep:      true,
	timestamp: true,
}

const (
	drizzleJournal    = "meta/_journal.json"
	drizzleBreakpoint = "--> statement-breakpoint"
)

// A drizzleEntry is what the journal says of a migration.
type drizzleEntry struct {
	Tag  string  `json:"tag"`
	When float64 `json:"when"` // JSON's numbers are floating; milliseconds fit
}

// prepareDrizzle puts the files in the order of the journal, where there is one,
// and leaves out those that it does not name, as Drizzle does.
func prepareDrizzle(d *folder, files []*file, _ LoadOptions) []*file {
	about, ok := d.beside(drizzleJournal)
	var kept []*file
	if !ok {
		for _, f := range files {
			if strings.Contains(f.path, "/") {
				kept = append(kept, f)
				continue
			}
			d.problems.add(f.path, f.errorAt(0, "is in no "+drizzleJournal+", without which Drizzle runs nothing", "the journal lies beside the migrations"))
		}
		return kept
	}
	journal, err := about.journal()
	if err != nil {
		d.problems.add(about.path, err)
		return nil
	}
	at := map[string]*file{}
	for _, f := range files {
		at[f.path] = f
	}
	for i, e := range journal {
		f := at[e.Tag+".sql"]
		switch {
		case f == nil:
			d.problems.add(about.path, about.errorAt(0, fmt.Sprintf("names the migration %.100q, which is not there", e.Tag), ""))
			continue
		case f.place > 0:
			d.problems.add(about.path, about.errorAt(0, fmt.Sprintf("names the migration %.100q twice", e.Tag), ""))
			continue
		}
		if f.place, f.made = i+1, int64(e.When); f.version == "" {
			f.version = Version(fmt.Sprintf("%04d", i))
		}
		kept = append(kept, f)
	}
	for _, f := range files {
		if f.place == 0 {
			d.hints.add(f.path + " is left out: " + drizzleJournal + " does not name it")
		}
	}
	return kept
}

// journal reads a journal.
func (f *file) journal() ([]drizzleEntry, error) {
	var journal struct {
		Entries []drizzleEntry `json:"entries"`
	}
	err := json.Unmarshal([]byte(f.source), &journal)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, f.errorAt(f.lineOf(int(min(max(syntax.Offset, 0), int64(len(f.source))))), "is not JSON", "")
	case err != nil:
		return nil, f.errorAt(0, "is not what Drizzle writes: entries with tag and when", "")
	}
	return journal.Entries, nil
}

func parseDrizzle(f *file, options LoadOptions) error {
	if strings.Contains(f.path, "/") {
		if err := parseFolder(f, options); err != nil {
			return err
		}
		at, err := time.Parse(timestamp, f.key[:min(len(timestamp), len(f.key))])
		if err != nil {
			return f.errorAt(0, "lies in a folder whose name does not begin with a time", "Drizzle begins it with year, month, day, hour, minute and second")
		}
		f.made = at.UnixMilli()
	}
	if f.place > 0 {
		f.key = "" // it is known by its time
	}
	f.up = nil
	rest, line := f.source, 1
	for found := true; found; {
		var text string
		text, rest, found = strings.Cut(rest, drizzleBreakpoint)
		f.up = append(f.up, chunk{text: text, line: line, body: true})
		line += strings.Count(text, "\n")
	}
	return nil
}

// DrizzleHash returns what Drizzle keeps as the hash of a migration that [Load]
// returned: the SHA-256 of its file, in hexadecimal. It knows a migration by
// [Migration.Made], and in its newer form by its Key. (drizzle-orm/src/migrator.ts, readMigrationFiles)
func DrizzleHash(m *Migration) string { return checksumOf([]byte(m.source.raw)) }
