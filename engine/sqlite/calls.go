package sqlite

import "strings"

// reaching are the functions of SQLite, its shell and its usual extensions that
// read or write other files, or load or start code.
var reaching = [...]string{"load_extension", "fts3_tokenizer", "writefile", "readfile", "fsdir", "edit"}

// calls finds, among the tokens of a statement, a call of a function that
// reaches beyond the database.
type calls struct {
	found string   // its name, folded; "" until there is one
	last  [2]token // the one before the last, and the last
}

func (c *calls) read(t token) {
	before, name := c.last[0], c.last[1]
	c.last = [2]token{name, t}
	if c.found != "" || t.kind != mark || t.text != "(" || name.kind != word && name.kind != quoted {
		return
	}
	called := name.name()
	for _, f := range reaching {
		if strings.EqualFold(called, f) && !announcesTable(before) {
			c.found = f
		}
	}
}

// announcesTable reports whether a name behind the token, with a parenthesis
// behind it, is that of a table and its columns, and no call.
func announcesTable(t token) bool {
	return t.is("into") || t.is("table") || t.is("view") || t.is("exists") || t.is("references") || t.is("with") || t.is("recursive")
}
