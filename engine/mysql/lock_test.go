package mysql

import (
	"errors"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

func TestLockNames(t *testing.T) {
	seen := map[string]string{}
	for _, database := range []string{"a", "b", strings.Repeat("a", 57), strings.Repeat("a", 58), strings.Repeat("a", 64), strings.Repeat("a", 63) + "b", strings.Repeat("表", 30)} {
		name := lockName(database)
		if len(name) > 64 || !strings.HasPrefix(name, "dbmend/") {
			t.Errorf("%q", name)
		}
		if other, ok := seen[name]; ok {
			t.Errorf("%s and %s share %s", database, other, name)
		}
		seen[name] = database
	}
}

// Who waits in vain is told who holds the lock; a lock that somebody has let go is
// told when it is given back.
func TestLockTells(t *testing.T) {
	one := open(t)
	other := beside(t, one)
	unlock, err := one.Lock(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Lock(t.Context(), 0); !errors.Is(err, engine.ErrLocked) || !strings.Contains(err.Error(), "connection ") {
		t.Errorf("error %v", err)
	}
	if _, err := one.Lock(t.Context(), 0); err == nil {
		t.Error("it was taken twice")
	}
	must(t, one, "DO RELEASE_ALL_LOCKS()")
	if err := unlock(); err == nil {
		t.Error("that it was lost is not told")
	}
}
