package sqlite

import "testing"

// TestStoredIsWhatAColumnHolds asks SQLite what a column makes of values, and compares it
// with the expression that says so.
func TestStoredIsWhatAColumnHolds(t *testing.T) {
	db := memory(t)
	for _, declared := range []string{"TEXT", "VARCHAR(20)", "INTEGER", "BIGINT", "REAL", "NUMERIC", "BOOLEAN", "DATETIME", "BLOB", ""} {
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE held (v "+declared+")"); err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{"NULL", "1", "-7", "2.5", "'12'", "'high'", "''", "'007'", "x'3132'"} {
			if _, err := db.ExecContext(t.Context(), "DELETE FROM held; INSERT INTO held VALUES ("+value+")"); err != nil {
				t.Fatal(err)
			}
			var differ int
			query := "SELECT count(*) FROM (SELECT v FROM held EXCEPT SELECT " + stored("given", declared) + " FROM (SELECT " + value + " AS given))"
			if err := db.QueryRowContext(t.Context(), query).Scan(&differ); err != nil {
				t.Fatal(err)
			}
			// Only of this one it does not say what a column of numbers makes.
			if told := value != "'007'" || declared == "TEXT" || declared == "VARCHAR(20)" || declared == "BLOB" || declared == ""; told != (differ == 0) {
				t.Errorf("%s in a column of type %q: %s", value, declared, stored("given", declared))
			}
		}
		if _, err := db.ExecContext(t.Context(), "DROP TABLE held"); err != nil {
			t.Fatal(err)
		}
	}
}
