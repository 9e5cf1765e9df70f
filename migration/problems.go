package migration

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// problems are the errors of a set, of which all that a person can use are
// reported together.
type problems struct {
	found []problem
	more  int
}

// A problem is an error of one file.
type problem struct {
	path string
	err  error
}

const maxProblems = 100

func (p *problems) add(path string, err error) {
	switch {
	case err == nil:
	case len(p.found) < maxProblems:
		p.found = append(p.found, problem{path, err})
	default:
		p.more++
	}
}

// err returns all of them as one error, file by file, and nil where there are
// none.
func (p *problems) err() error {
	slices.SortStableFunc(p.found, func(a, b problem) int { return strings.Compare(a.path, b.path) })
	var errs []error
	for _, problem := range p.found {
		errs = append(errs, problem.err)
	}
	if p.more > 0 {
		errs = append(errs, fmt.Errorf("and %d more errors", p.more))
	}
	return errors.Join(errs...)
}
