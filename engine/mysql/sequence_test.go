package mysql

import "testing"

// A copy of a database has its sequences go on behind the numbers that are given out, and a
// copy of a scratch database right behind them.
func TestSequencesGoOn(t *testing.T) {
	live := open(t)
	must(t, live,
		"CREATE SEQUENCE `num``bers` START WITH 5 INCREMENT BY 2 CACHE 10", "CREATE SEQUENCE unused",
		"CREATE TABLE notes (id INT PRIMARY KEY DEFAULT (nextval(`num``bers`)), text VARCHAR(9))",
		"INSERT INTO notes (text) VALUES ('a'), ('b')",
	)
	next := func(from *database) (n int) {
		t.Helper()
		numbers, err := from.Numbers(t.Context(), inspected(t, from))
		if err != nil {
			t.Fatal(err)
		}
		if len(numbers) != 1 {
			t.Errorf("%q: one sequence has given out numbers", numbers)
		}
		copied := scratchOf(t, live)
		if err := copied.Build(t.Context(), inspected(t, live)); err != nil {
			t.Fatal(err)
		}
		must(t, copied, numbers...)
		if err := copied.QueryRow(t.Context(), "SELECT nextval(`num``bers`)").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := next(live); n != 25 {
		t.Errorf("the copy goes on with %d; ten numbers from 5 on were at hand", n)
	}
	replay := scratchOf(t, live)
	if err := replay.Build(t.Context(), inspected(t, live)); err != nil {
		t.Fatal(err)
	}
	must(t, replay, "INSERT INTO notes (text) VALUES ('a'), ('b')")
	if n := next(replay); n != 9 {
		t.Errorf("the copy goes on with %d; 7 was given last", n)
	}
}
