package mysql

import "strings"

// alter reads an ALTER. The verb of an ALTER TABLE is that of its actions if all
// are of one kind, and of renames if there is just one; else it is "alter table".
func (c classifier) alter() {
	c.modifiers()
	c.skip("ignore")
	switch kind := c.kind(); kind {
	case "":
	case "table":
		c.Verb = "alter table"
		c.Guard = c.skip("if", "exists")
		c.about()
		if c.skip("wait") {
			c.next()
		}
		c.skip("nowait")
		c.actions()
	case "view", "trigger":
		c.Verb = "alter " + kind
		c.about()
	case "procedure", "function", "event", "sequence":
		c.Verb = "alter " + kind
		c.Guard = c.skip("if", "exists")
		c.aboutOther()
	default:
		c.Verb = "alter " + kind
		if kind != "database" { // which need not be named
			c.aboutOther()
		}
		c.reach(beyond(kind))
	}
}

// An alteration is one of what an ALTER TABLE does, in words: "add column". Renames have
// names; space is the database that a table is moved to.
type alteration struct {
	verb     string
	old, new string
	space    string
	guard    bool
}

// actions reads what is done to the table. How it is done (ALGORITHM, LOCK) is no
// action.
func (c classifier) actions() {
	var all []alteration
	for !c.done() {
		if c.either("algorithm", "lock") == "" {
			a := c.action()
			if all = append(all, a); strings.HasSuffix(a.verb, " partition") {
				break // its commas are between partitions
			}
		}
		c.expression()
		c.skip(",")
	}
	if len(all) == 0 {
		return
	}
	for _, a := range all {
		if a.space != "" && c.Space == "" {
			c.Space = foldTable(a.space)
		}
		if a.verb != all[0].verb || a.old+a.new != "" && len(all) > 1 {
			return
		}
	}
	one := all[0]
	if one.verb != "" {
		c.Verb += " " + one.verb
	}
	c.OldName, c.NewName = one.old, one.new
	c.Guard = c.Guard || one.guard && len(all) == 1
}

// action reads the words of one action, and leaves the rest up to the comma.
func (c classifier) action() (a alteration) {
	switch c.either("add", "drop", "change", "modify", "rename", "alter", "convert", "truncate") {
	case "add":
		a.verb = c.adds()
		a.guard = c.skip("if", "not", "exists")
	case "drop":
		a.verb = c.drops()
		a.guard = c.skip("if", "exists")
	case "modify":
		c.skip("column")
		a.verb, a.guard = "modify column", c.skip("if", "exists")
	case "change":
		c.skip("column")
		a.verb, a.guard = "modify column", c.skip("if", "exists")
		_, from := c.name()
		_, to := c.name()
		if fold(from) != fold(to) {
			a.verb, a.old, a.new = "rename column", fold(from), fold(to)
		}
	case "rename":
		c.renames(&a)
	case "alter":
		a.verb = "alter column"
		switch {
		case c.either("index", "key") != "":
			a.verb = "alter index"
		case c.either("check", "constraint") != "":
			a.verb = "alter constraint"
		}
	case "convert":
		a.verb = "convert"
	case "truncate":
		c.skip("partition")
		a.verb = "truncate partition"
	}
	return a
}

// adds reads what is added.
func (c classifier) adds() string {
	switch {
	case c.either("index", "key", "unique", "fulltext", "spatial", "vector") != "":
		c.either("index", "key")
		return "add index"
	case c.either("constraint", "check") != "", c.skip("foreign", "key"), c.skip("primary", "key"):
		return "add constraint"
	case c.skip("partition"):
		return "add partition"
	case c.skip("period", "for"), c.skip("system", "versioning"):
		return ""
	}
	c.skip("column")
	return "add column"
}

// drops reads what is dropped.
func (c classifier) drops() string {
	switch {
	case c.either("index", "key") != "":
		return "drop index"
	case c.skip("primary", "key"), c.skip("foreign", "key"), c.either("constraint", "check") != "":
		return "drop constraint"
	case c.skip("partition"):
		return "drop partition"
	case c.skip("period", "for"), c.skip("system", "versioning"):
		return ""
	}
	c.skip("column")
	return "drop column"
}

// renames reads what is renamed: a column, an index, or the table.
func (c classifier) renames(a *alteration) {
	p := *c.phrase
	switch kind := c.either("column", "index", "key"); {
	case kind != "":
		a.guard = c.skip("if", "exists")
		_, from := c.name()
		if c.skip("to") {
			_, to := c.name()
			a.verb, a.old, a.new = "rename index", fold(from), fold(to)
			if kind == "column" {
				a.verb = "rename column"
			}
			return
		}
		*c.phrase = p // RENAME to a table that is called so
	default:
		c.either("to", "as", "=")
	}
	var to string
	a.verb = "rename"
	a.space, to = c.name()
	a.new = foldTable(to)
}
