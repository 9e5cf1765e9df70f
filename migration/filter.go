package migration

import (
	"fmt"
	"slices"
	"strings"
)

// A Filter chooses among changesets of Liquibase, as its options --contexts and
// --label-filter do. The zero value leaves out none, as Liquibase without them.
type Filter struct {
	Contexts []string // a changeset is left out if the contexts it names are not met by these
	Labels   string   // an expression that the labels of a changeset have to meet; "" for all
}

// meets reports whether items meet an expression of Liquibase's: names with and,
// or, not, !, parentheses, and commas, which stand for or. Items that are none meet
// every name, unless @ is ahead of it. Case does not matter.
// (liquibase-standard, util/ExpressionMatcher.java)
func meets(expression string, items []string) (bool, error) {
	p := &expressionParser{items: items}
	spaced := strings.NewReplacer("(", " ( ", ")", " ) ", ",", " , ", "!", " ! ", "@", " @ ").Replace(expression)
	p.words = strings.Fields(strings.ToLower(spaced))
	if len(p.words) == 0 {
		return true, nil
	}
	met, err := p.or(0)
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("the expression %.80q is not read beyond %.40q", printed(expression), printed(p.words[0]))
	}
	return met, err
}

type expressionParser struct {
	words []string
	items []string
}

// takes passes over the next word if it is one of these.
func (p *expressionParser) takes(words ...string) bool {
	if len(p.words) == 0 || !slices.Contains(words, p.words[0]) {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *expressionParser) or(depth int) (bool, error) {
	met, err := p.and(depth)
	for err == nil && p.takes("or", ",") {
		var other bool
		other, err = p.and(depth)
		met = met || other
	}
	return met, err
}

func (p *expressionParser) and(depth int) (bool, error) {
	met, err := p.name(depth)
	for err == nil && p.takes("and") {
		var other bool
		other, err = p.name(depth)
		met = met && other
	}
	return met, err
}

// name reads a name or what is in parentheses, with what is ahead of it.
func (p *expressionParser) name(depth int) (bool, error) {
	not, required := false, false
	for {
		switch {
		case depth > maxDepth:
			return false, fmt.Errorf("the expression has parentheses more than %d deep", maxDepth)
		case p.takes("!", "not"):
			not = !not
		case p.takes("@"):
			required = true
		case p.takes("("):
			met, err := p.or(depth + 1)
			if err == nil && !p.takes(")") {
				err = fmt.Errorf("a parenthesis of the expression is not closed")
			}
			return met != not, err
		case len(p.words) == 0 || slices.Contains([]string{")", ",", "and", "or"}, p.words[0]):
			return false, fmt.Errorf("the expression lacks a name")
		default:
			word := p.words[0]
			p.words = p.words[1:]
			switch {
			case word == "nocontexts" && !required:
				return not != (len(p.items) == 0), nil
			case len(p.items) == 0 && !required:
				return true, nil
			}
			return not != slices.ContainsFunc(p.items, func(item string) bool {
				return strings.EqualFold(strings.TrimPrefix(item, "@"), word)
			}), nil
		}
	}
}

// isFor reports whether a list of databases, of which ! excludes one, has the
// database; ok is false where the name that we have could be that of two, and the
// list tells them apart. (liquibase-standard, database/DatabaseList.java)
func isFor(list, database string) (is, ok bool) {
	names := map[string][]string{"postgres": {"postgresql"}, "mysql": {"mysql", "mariadb"}}[database]
	if names == nil {
		names = []string{database}
	}
	for i, name := range names {
		one := listHas(list, name)
		if i > 0 && one != is {
			return false, false
		}
		is = one
	}
	return is, true
}

func listHas(list, name string) bool {
	var named []string
	said := map[string]bool{}
	for part := range strings.SplitSeq(strings.ToLower(list), ",") {
		if part = strings.TrimSpace(part); part != "" {
			said[part] = true
			if part[0] != '!' {
				named = append(named, part)
			}
		}
	}
	switch {
	case len(said) == 0 || said["all"]:
		return true
	case said["none"] || said["!"+name]:
		return false
	}
	return len(named) == 0 || said[name]
}
