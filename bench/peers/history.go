package peers

import "fmt"

// A Migration is one of the history that is measured: its number, from 1, and its
// statements, which every engine understands.
type Migration struct {
	Number     int
	Statements []string
}

// History returns the migrations from one number to another, both included: each
// makes a table and two indexes, every fifth also a column of an older table.
func History(from, to int) []Migration {
	list := make([]Migration, 0, to-from+1)
	for i := from; i <= to; i++ {
		m := Migration{i, []string{
			fmt.Sprintf("CREATE TABLE table_%d (\n  id integer NOT NULL PRIMARY KEY,\n  name varchar(80) NOT NULL,\n  owner integer,\n"+
				"  amount numeric(10,2) DEFAULT 0,\n  state varchar(10) DEFAULT 'new' NOT NULL CHECK (state IN ('new', 'old'))\n)", i),
			fmt.Sprintf("CREATE INDEX table_%d_name ON table_%d (name)", i, i),
			fmt.Sprintf("CREATE UNIQUE INDEX table_%d_owner ON table_%d (owner, name)", i, i),
		}}
		if i%5 == 0 {
			m.Statements = append(m.Statements, fmt.Sprintf("ALTER TABLE table_%d ADD COLUMN note_%d varchar(200)", i/2, i))
		}
		list = append(list, m)
	}
	return list
}

// Script returns the statements as a script.
func (m Migration) Script() string {
	var script string
	for _, s := range m.Statements {
		script += s + ";\n"
	}
	return script
}
