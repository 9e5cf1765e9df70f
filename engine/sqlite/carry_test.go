package sqlite

import (
	"testing"
)

// What a type does to values is what SQLite itself does.
func TestAffinity(t *testing.T) {
	for _, kind := range []string{
		"", "INT", "CHARINT", "FLOATING POINT", "bigint", "TEXT", "NCHAR(5)", "CLOB", "BLOB", "BLOBTEXT", "TEXTBLOB", "BLOBINT",
		"REAL", "FLOAT", "DOUBLE PRECISION", "REALBLOB", "BLOBREAL", "NUMERIC", "DECIMAL(10,5)", "DATE", "BOOLEAN", "STRING", "ANY",
	} {
		t.Run(kind, func(t *testing.T) {
			conn := memory(t)
			run(t, conn, "CREATE TABLE notes (a "+kind+")", "INSERT INTO notes VALUES ('007'), (7), (7.0)")
			var have string
			if err := conn.QueryRowContext(t.Context(), "SELECT group_concat(typeof(a)) FROM notes").Scan(&have); err != nil {
				t.Fatal(err)
			}
			want := map[affinity]string{
				blobAffinity: "text,integer,real", textAffinity: "text,text,text",
				numericAffinity: "integer,integer,integer", realAffinity: "real,real,real",
			}[affinityOf(kind, false)]
			if have != want {
				t.Errorf("SQLite stores %s, taken for %s", have, want)
			}
		})
	}
}
