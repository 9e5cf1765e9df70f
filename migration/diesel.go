package migration

import (
	"path"
	"strings"
	"time"
)

// diesel is the format of Diesel: a folder for each migration, with up.sql, perhaps
// down.sql, and perhaps metadata.toml. The version is what the folder's name has
// ahead of the first underscore, without hyphens.
var diesel = &format{
	name:      "diesel",
	named:     inFolder("up.sql"),
	takes:     func(path string) bool { return inFolder("up.sql")(path) || inFolder("down.sql")(path) },
	prepare:   prepareDiesel,
	parse:     parseDiesel,
	order:     byKey,
	deep:      true,
	pairs:     true,
	timestamp: true,
	file: func(version, name string) (up, down string) {
		// A time is written with hyphens, as Diesel's own command does.
		if at, err := time.Parse(timestamp, version); err == nil {
			version = at.Format("2006-01-02-150405")
		}
		dir := version + "_" + name
		return dir + "/up.sql", dir + "/down.sql"
	},
}

// inFolder returns what tells the paths of files of one name in folders directly
// below the root.
func inFolder(name string) func(string) bool {
	return func(path string) bool {
		dir, file, nested := strings.Cut(path, "/")
		return nested && file == name && !strings.HasPrefix(dir, ".")
	}
}

// prepareDiesel reads what lies beside the scripts.
func prepareDiesel(d *folder, files []*file, _ LoadOptions) []*file {
	for _, f := range files {
		if about, ok := d.beside(path.Dir(f.path) + "/metadata.toml"); ok {
			inTransaction, err := about.runsInTransaction()
			d.problems.add(about.path, err)
			f.noTransaction, f.noTransactionDown = !inTransaction, !inTransaction
		}
	}
	return files
}

// runsInTransaction reads the one thing that Diesel looks for in metadata.toml. A
// file that does not say it means no: so Diesel reads it.
func (f *file) runsInTransaction() (bool, error) {
	said := false
	for l := range lines(f.source) {
		text, _, _ := strings.Cut(l.text, "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		key, value, ok := strings.Cut(text, "=")
		switch value = strings.TrimSpace(value); {
		case !ok || strings.TrimSpace(key) != "run_in_transaction":
			return false, f.errorAt(l.number, "says something that Diesel gives no meaning to", "Diesel looks for run_in_transaction")
		case value != "true" && value != "false":
			return false, f.errorAt(l.number, "run_in_transaction is neither true nor false", "")
		}
		said = value == "true"
	}
	return said, nil
}

func parseDiesel(f *file, _ LoadOptions) error {
	dir := path.Dir(f.path)
	version, rest, _ := strings.Cut(dir, "_")
	f.key, f.name = strings.ReplaceAll(version, "-", ""), rest
	if f.version = timeVersion(f.key); strings.Trim(f.key, "0123456789") != "" || f.key == "" {
		return f.errorAt(0, "lies in a folder whose name does not begin with a version", "a version is digits, with hyphens between them if need be")
	}
	if f.base() == "down.sql" {
		f.down, f.revert = f.whole(), true
		return nil
	}
	f.up = f.whole()
	return nil
}

// byKey is the order of tools that compare versions as texts.
func byKey(a, b *file) int { return strings.Compare(a.key, b.key) }
