package mysql

import (
	"context"
	"errors"
	"fmt"

	"github.com/dbmend/dbmend/schema"
)

// defaults are what the server gives a table whose statement does not say otherwise.
type defaults struct{ charset, collation, storage string }

// Default has the tables that are made on this scratch database from now on get the
// character set, the collation and, with storage, the storage engine of a table that
// is there, wherever their statement does not say otherwise; of nil those that the
// database began with. lent reports whether these are others.
func (d *database) Default(ctx context.Context, like *schema.Object, withStorage bool) (lent bool, err error) {
	if d.scratch == "" {
		return false, errors.New("default: this is no scratch database")
	}
	if d.own == (defaults{}) {
		err := d.conn.QueryRowContext(ctx, "SELECT @@character_set_database, @@collation_database, lower(@@default_storage_engine)").
			Scan(&d.own.charset, &d.own.collation, &d.own.storage)
		if err != nil {
			return false, fmt.Errorf("default: %w", err)
		}
		d.given = d.own
	}
	want := d.own
	if set := like.Fact(charset); set != "" && like.Unsupported == "" {
		want.charset, want.collation = set, like.Fact(collation)
		if want.charset == d.own.charset && want.collation == "" {
			want.collation = d.own.collation
		}
	}
	if withStorage && like.Fact(storage) != "" && like.Unsupported == "" {
		want.storage = like.Fact(storage)
	}
	if err := d.give(ctx, want); err != nil {
		return false, fmt.Errorf("default: %w", err)
	}
	return want != d.own, nil
}

// give changes the defaults to others.
func (d *database) give(ctx context.Context, want defaults) error {
	if want.charset != d.given.charset || want.collation != d.given.collation {
		statement := "ALTER DATABASE " + quote(d.name) + " CHARACTER SET " + quote(want.charset)
		if want.collation != "" {
			statement += " COLLATE " + quote(want.collation)
		}
		if _, err := d.Exec(ctx, statement); err != nil {
			return err
		}
		d.given.charset, d.given.collation = want.charset, want.collation
	}
	if want.storage != d.given.storage {
		if _, err := d.Exec(ctx, "SET SESSION default_storage_engine = "+literal(want.storage)); err != nil {
			return err
		}
		d.given.storage = want.storage
	}
	return nil
}
