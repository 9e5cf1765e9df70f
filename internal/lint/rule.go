package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Rule is one thing that the whole tree keeps to.
type Rule struct {
	Name string // a few words that say what holds
	Why  string // the reason, in a sentence that helps whoever broke it

	check func(*Tree) []Finding
}

// Check returns what breaks the rule, by path and line; none is good.
func (r Rule) Check(t *Tree) []Finding {
	found := r.check(t)
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	return found
}

// A Finding is one place that breaks a rule.
type Finding struct {
	Path string // the file, with slashes, from the top of the tree
	Line int    // counted from 1; zero where the file as a whole is meant
	What string // what is there
}

// String returns "path:line: what", which editors turn into a link.
func (f Finding) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.Path, f.What)
	}
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.What)
}

// Rules returns all rules.
func Rules() []Rule {
	rules := layers()
	return append(rules,
		engineRule(),
		speechRule(),
		initRule(),
		packageNameRule(),
		packageCommentRule(),
		commentRule(),
		formatRule(),
		lengthRule(),
		machineRule(),
		linkRule(),
		indexRule(),
	)
}
