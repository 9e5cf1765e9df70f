package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/schema"
)

// Digest returns a checksum of sqlite_schema: all that SQLite knows of a schema is in
// the texts that made it.
func (d *database) Digest(ctx context.Context, without []schema.Key) (string, error) {
	rows, err := d.Query(ctx, `SELECT type, name, tbl_name, sql FROM main.sqlite_schema
		WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY type, name`)
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	defer rows.Close()
	h := sha256.New()
	for rows.Next() {
		var kind, name, table, text string
		if err := rows.Scan(&kind, &name, &table, &text); err != nil {
			return "", fmt.Errorf("digest: %w", err)
		}
		if !slices.Contains(without, schema.Key{Kind: schema.Table, Name: fold(table)}) {
			fmt.Fprintf(h, "%q %q %q %q\n", kind, name, table, text)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), rows.Err()
}
