package journal_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/dbmend/dbmend/journal"
)

func TestRunsSortByTimeAndDoNotRepeat(t *testing.T) {
	form := regexp.MustCompile(`^\d{8}T\d{6}\.\d{3}Z-[a-z2-7]{13}$`)
	seen := map[string]bool{}
	for range 1000 {
		run := journal.NewRun()
		if !form.MatchString(run) || seen[run] {
			t.Fatalf("run %q is of another form, or there twice", run)
		}
		seen[run] = true
	}
	first := journal.NewRun()
	time.Sleep(2 * time.Millisecond)
	if second := journal.NewRun(); second <= first {
		t.Errorf("%s does not come after %s", second, first)
	}
}
