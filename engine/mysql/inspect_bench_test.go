package mysql

import (
	"fmt"
	"testing"

	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/migration"
)

// large makes a schema of n tables, with keys, views and triggers.
func large(b *testing.B, n int) (*database, string) {
	name := testserver.MariaDB(b)
	db := take(b, name)
	for i := range n {
		must(b, db, fmt.Sprintf(`CREATE TABLE t%d (id int AUTO_INCREMENT PRIMARY KEY, parent int, name varchar(80) NOT NULL DEFAULT 'x', body text,
  made datetime DEFAULT CURRENT_TIMESTAMP, price decimal(10,2), e int, f int, g bigint unsigned, extra json, day date,
  UNIQUE (name, e), KEY k1 (made), KEY k2 (price, e), CHECK (e > 0), FOREIGN KEY (parent) REFERENCES t%d (id))`, i, max(i-1, 0)))
		if i%10 == 0 {
			must(b, db, fmt.Sprintf("CREATE VIEW v%d AS SELECT id, name FROM t%d WHERE e > 3", i, i),
				fmt.Sprintf("CREATE TRIGGER tr%d BEFORE INSERT ON t%d FOR EACH ROW SET new.e = 1", i, i))
		}
	}
	return db, name
}

// BenchmarkInspect reads 1,000 tables, as we do and as the server's own dump tool.
func BenchmarkInspect(b *testing.B) {
	db, name := large(b, 1000)
	b.Run("inspect", func(b *testing.B) {
		for b.Loop() {
			inspected(b, db)
		}
	})
	b.Run("dump", func(b *testing.B) {
		for b.Loop() {
			dump(b, name, "--no-data", "--routines", "--events", "--triggers")
		}
	})
	b.Run("watch", func(b *testing.B) {
		w, err := db.Watch(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		for i := 0; b.Loop(); i++ {
			must(b, db, fmt.Sprintf("ALTER TABLE t500 COMMENT '%d'", i))
			if changes, err := w.Changes(b.Context(), migration.Statement{}); err != nil || len(changes) != 1 {
				b.Fatalf("%d changes, error %v", len(changes), err)
			}
		}
	})
	b.Run("build", func(b *testing.B) {
		s := inspected(b, db)
		for b.Loop() {
			scratch, err := db.Scratch(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if err := scratch.Build(b.Context(), s); err != nil {
				b.Fatal(err)
			}
			if err := scratch.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
