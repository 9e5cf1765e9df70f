package tracking

import (
	"context"
	"fmt"
	"strings"
)

// changelogLock is the table beside Liquibase's changelog.
const changelogLock = "databasechangeloglock"

// lockChangelog takes the lock that Liquibase takes, if there is one, so that the two
// do not work at the same time. It is an error if somebody holds it.
func (h *History) lockChangelog(ctx context.Context, db Database) (unlock func() error, err error) {
	t := h.table(db)
	lock := t.In(changelogLock)
	there, err := exists(ctx, db, t, changelogLock)
	if err != nil {
		return nil, h.failed(err)
	}
	if !there {
		return func() error { return nil }, nil
	}
	q := func(name string) string { return t.Column(name) }
	yes, no := dialect{"1", "true", "1"}.of(t.Traits), dialect{"0", "false", "0"}.of(t.Traits)
	set := func(locked, at, by string) (int64, error) {
		return db.Exec(ctx, "UPDATE "+lock+" SET "+q("locked")+" = "+locked+", "+q("lockgranted")+" = "+at+", "+q("lockedby")+" = "+by+
			" WHERE "+q("id")+" = 1 AND "+q("locked")+" <> "+locked)
	}
	n, err := set(yes, "CURRENT_TIMESTAMP", "'dbmend'")
	if err != nil {
		return nil, h.failed(err)
	}
	if n == 0 {
		held, by, err := h.holder(ctx, db, lock)
		if err != nil {
			return nil, err
		}
		if held {
			return nil, h.failed(fmt.Errorf("%s holds Liquibase's lock; if nobody does any more, liquibase release-locks lets go of it", show(by)))
		}
	}
	return func() error {
		if _, err := set(no, "NULL", "NULL"); err != nil {
			return h.failed(err)
		}
		return nil
	}, nil
}

// holderOfChangelog says who holds Liquibase's lock; "" for nobody.
func holderOfChangelog(ctx context.Context, db Database, h *History) (string, error) {
	t := h.table(db)
	if there, err := exists(ctx, db, t, changelogLock); err != nil || !there {
		return "", err
	}
	held, by, err := h.holder(ctx, db, t.In(changelogLock))
	if err != nil || !held {
		return "", err
	}
	return show(by) + " holds Liquibase's lock (if nobody does any more, liquibase release-locks lets go of it)", nil
}

// holder says who holds the lock, if anybody does.
func (h *History) holder(ctx context.Context, db Database, lock string) (held bool, by string, err error) {
	t := h.table(db)
	rows, err := db.Query(ctx, "SELECT "+number(t, "locked")+", "+text(t, "lockedby")+" FROM "+lock+" AS t WHERE "+column(t, "id")+" = 1")
	if err != nil {
		return false, "", h.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		var locked, who Cell
		if err := rows.Scan(&locked, &who); err != nil {
			return false, "", h.failed(err)
		}
		if held, _ = truth(locked); held {
			by = shorten(strings.ToValidUTF8(who.String, "\uFFFD"))
		}
	}
	if err := rows.Err(); err != nil {
		return false, "", h.failed(err)
	}
	return held, by, nil
}

// exists reports whether there is another table beside this one.
func exists(ctx context.Context, db Database, t Table, name string) (bool, error) {
	if t.Key.Name == strings.ToUpper(t.Key.Name) {
		name = strings.ToUpper(name)
	}
	query := dialect{
		"SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(?)",
		"SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1)",
		"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
	}.of(t.Traits)
	if familyOf(t.Traits) == postgres {
		name = t.In(name)
	}
	var n int
	err := db.QueryRow(ctx, query, name).Scan(&n)
	return n > 0, err
}
