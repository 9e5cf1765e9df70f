package sqlite

// This file reads the clauses of a column and of a table's constraints, as
// parse.y of SQLite has them.

// endsType reports whether the bare word begins a clause and so ends a type,
// which may be any words.
func endsType(t token) bool {
	return t.kind == word && (t.is("constraint") || t.is("default") || t.is("null") || t.is("not") ||
		t.is("primary") || t.is("unique") || t.is("check") || t.is("references") || t.is("collate") ||
		t.is("as") || t.is("deferrable"))
}

// atConstraint reports whether a constraint of the table begins, not a column.
func (r *reader) atConstraint() bool {
	t := r.peek()
	return t.is("constraint") || t.is("primary") || t.is("unique") || t.is("check") || t.is("foreign")
}

// column reads the definition of a column.
func (r *reader) column(d *definition) error {
	name, err := r.name()
	if err != nil {
		return err
	}
	c := column{name: name, folded: fold(name)}
	if err := r.declared(&c); err != nil {
		return err
	}
	constraint := ""
	for !r.done() && err == nil {
		if r.take("constraint") {
			constraint, err = r.name()
			continue
		}
		err = r.clause(d, &c, constraint)
		constraint = ""
	}
	d.columns = append(d.columns, c)
	return err
}

// declared reads a column's type.
func (r *reader) declared(c *column) error {
	start := r.next
	for r.peek().isName() && !endsType(r.peek()) {
		r.next++
	}
	switch {
	case r.next == start:
		return nil
	case r.peek().is("("):
		if _, err := r.group(); err != nil {
			return err
		}
	}
	tokens := r.tokens[start:r.next]
	// GENERATED ALWAYS reads like a part of the type, to SQLite too.
	for n := len(tokens); n > 1 && tokens[n-2].is("generated") && tokens[n-1].is("always"); n = len(tokens) {
		tokens = tokens[:n-2]
	}
	if len(tokens) == 0 {
		return nil
	}
	if first := tokens[0]; first.kind != word {
		// A type that begins with a quote is what is between the quotes.
		c.declared = first.name()
		tokens = tokenize(c.declared)
	} else {
		c.declared = r.source[first.pos:tokens[len(tokens)-1].end()]
	}
	c.kind = normalType(tokens)
	return nil
}

// clause reads one constraint or property of a column.
func (r *reader) clause(d *definition, c *column, constraint string) (err error) {
	switch {
	case r.take("default"):
		return r.value(c)
	case r.take("null"):
		_, err = r.conflict()
	case r.take("not", "null"):
		c.notNull = true
		c.conflict, err = r.conflict()
	case r.take("primary", "key"):
		k := key{name: constraint, primary: true}
		t := term{tokens: r.tokens[:1]}
		t.desc = r.oneOf("asc", "desc") == "desc"
		k.inverted = t.desc
		k.terms = []term{t}
		k.conflict, err = r.conflict()
		d.autoincrement = r.take("autoincrement") || d.autoincrement
		d.keys = append(d.keys, k)
	case r.take("unique"):
		k := key{name: constraint, terms: []term{{tokens: r.tokens[:1]}}}
		k.conflict, err = r.conflict()
		d.keys = append(d.keys, k)
	case r.take("check"):
		return r.check(d, constraint)
	case r.take("references"):
		return r.reference(d, reference{name: constraint, columns: []string{c.folded}})
	case r.take("collate"):
		var name string
		name, err = r.name()
		if c.collation = fold(name); c.collation == "binary" {
			c.collation = ""
		}
	case r.take("generated", "always", "as"), r.take("as"):
		c.generated, err = r.group()
		c.stored = r.take("stored")
		if !c.stored {
			r.take("virtual")
		}
	default:
		return r.deferral(d)
	}
	return err
}

// value reads a default: an expression in parentheses, a literal with or without
// a sign, or a name.
func (r *reader) value(c *column) (err error) {
	c.hasValue = true
	first := r.peek()
	if first.is("(") {
		c.value, err = r.group()
		if err != nil {
			return err
		}
		c.written = r.source[first.end():r.tokens[r.next-1].pos]
		return nil
	}
	start := r.next
	if r.take("+") {
		start = r.next // says nothing
	} else {
		r.take("-")
	}
	t := r.peek()
	if !t.isName() && t.kind != number && t.kind != blob {
		return r.stuck()
	}
	r.next++
	c.written = r.source[first.pos:t.end()]
	c.value = r.tokens[start:r.next]
	return nil
}

// check reads the expression of a check constraint. ON CONFLICT behind it is
// read and has no effect.
func (r *reader) check(d *definition, constraint string) error {
	expr, err := r.group()
	if err != nil {
		return err
	}
	d.checks = append(d.checks, check{constraint, expr})
	_, err = r.conflict()
	return err
}

// reference reads what follows REFERENCES.
func (r *reader) reference(d *definition, f reference) error {
	parent, err := r.name()
	if err != nil {
		return err
	}
	f.parent = fold(parent)
	if r.peek().is("(") {
		if f.parentColumns, err = r.names(); err != nil {
			return err
		}
	}
	for err == nil {
		switch {
		case r.take("on", "delete"):
			f.onDelete, err = r.action()
		case r.take("on", "update"):
			f.onUpdate, err = r.action()
		case r.take("on", "insert"): // read by SQLite, and without effect
			_, err = r.action()
		case r.take("match"):
			var name string
			name, err = r.name()
			f.match = fold(name)
		default:
			d.references = append(d.references, f)
			return nil
		}
	}
	return err
}

// action reads what happens to a row whose parent goes, "" for nothing.
func (r *reader) action() (string, error) {
	switch {
	case r.take("no", "action"):
		return "", nil
	case r.take("set", "null"):
		return "set null", nil
	case r.take("set", "default"):
		return "set default", nil
	}
	if how := r.oneOf("cascade", "restrict"); how != "" {
		return how, nil
	}
	return "", r.stuck()
}

// deferral reads when the foreign key just read is checked: SQLite lets this
// stand anywhere behind it.
func (r *reader) deferral(d *definition) error {
	not := r.take("not", "deferrable")
	if !not && !r.take("deferrable") {
		return r.stuck()
	}
	deferred := r.take("initially", "deferred")
	if !deferred && r.take("initially") && !r.take("immediate") {
		return r.stuck()
	}
	if n := len(d.references); n > 0 {
		d.references[n-1].deferred = deferred && !not
	}
	return nil
}

// constraints reads constraints of the table: SQLite needs no comma between them.
func (r *reader) constraints(d *definition) (err error) {
	constraint := ""
	for !r.done() && err == nil {
		if r.take("constraint") {
			constraint, err = r.name()
			continue
		}
		err = r.constraint(d, constraint)
		constraint = ""
	}
	return err
}

// constraint reads one constraint of the table.
func (r *reader) constraint(d *definition, name string) error {
	primary := r.take("primary", "key")
	switch {
	case primary || r.take("unique"):
		list, err := r.list()
		if err != nil {
			return err
		}
		if last := list[len(list)-1]; primary && len(last) > 1 && last[len(last)-1].is("autoincrement") {
			d.autoincrement = true
			list[len(list)-1] = last[:len(last)-1]
		}
		k := key{name: name, primary: primary}
		if k.terms, err = terms(list); err != nil {
			return err
		}
		k.conflict, err = r.conflict()
		d.keys = append(d.keys, k)
		return err
	case r.take("check"):
		return r.check(d, name)
	case r.take("foreign", "key"):
		columns, err := r.names()
		if err != nil {
			return err
		}
		if !r.take("references") {
			return r.stuck()
		}
		return r.reference(d, reference{name: name, columns: columns})
	}
	return r.deferral(d)
}
