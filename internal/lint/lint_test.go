package lint_test

import (
	"os"
	"testing"

	"github.com/dbmend/dbmend/internal/lint"
)

// TestTree is the lint: one subtest for each rule, over the project itself.
func TestTree(t *testing.T) {
	tree, err := lint.Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range lint.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			found := rule.Check(tree)
			for _, f := range found {
				t.Errorf("%s", f)
			}
			if len(found) > 0 {
				t.Errorf("why: %s", rule.Why)
			}
		})
	}
}
