package journal

import (
	"context"
	"database/sql"
	"strconv"
)

// Holds reports whether the migrations that [Recorded] would return are these and no
// others, in any order, each with its version, name and checksum. Where they were
// recorded one after the other, once each, that takes a third of the time.
//
// Errors: those of Recorded.
func Holds(ctx context.Context, db Database, want []Entry) (bool, error) {
	if straight, err := inOrder(ctx, db, want); err == nil && straight {
		return true, nil
	}
	entries, err := Recorded(ctx, db)
	if err != nil || len(entries) != len(want) {
		return false, err
	}
	recorded := make(map[string]Entry, len(entries))
	for _, e := range entries {
		recorded[e.Version.Normal()] = e
	}
	for _, w := range want {
		if e, ok := recorded[w.Version.Normal()]; !ok || e.Name != w.Name || e.Checksum != w.Checksum {
			return false, nil
		}
	}
	return true, nil
}

// inOrder reports whether the migration entries are these, one after the other. It keeps
// nothing of what it reads, and leaves it to Recorded to tell what is wrong.
func inOrder(ctx context.Context, db Database, want []Entry) (bool, error) {
	ask := query{where: quoter(db.Traits())("kind") + " = " + literal(Migrated)}
	rows, err := db.Query(ctx, ask.sql(db.Traits(), pick("entry", "outcome", "version", "name", "checksum")))
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var number, outcome, version, name, checksum sql.RawBytes
	last, n := int64(0), 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(&number, &outcome, &version, &name, &checksum); err != nil || n == len(want) {
			return false, err
		}
		e := Entry{Outcome: Outcome(outcome)}
		stands, err := e.recorded()
		at, odd := strconv.ParseInt(string(number), 10, 64)
		if w := &want[n]; err != nil || !stands || odd != nil || at <= last ||
			string(version) != string(w.Version) || string(name) != w.Name || string(checksum) != w.Checksum {
			return false, nil
		}
		last = at
	}
	return n == len(want), rows.Err()
}
