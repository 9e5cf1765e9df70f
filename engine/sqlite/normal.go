package sqlite

import "strings"

// This file contains the normal forms: one spelling for all texts that mean the
// same to SQLite. DESIGN.md lists the rules; each has its line in normal_test.go.

// reserved are the words that SQLite takes for identifiers only in quotes, and
// those which, left bare, can mean something else than in quotes: the kinds of
// join, the current times, the truth values.
var reserved = func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(`add all alter and as autoincrement between case check collate commit
		constraint create default deferrable delete distinct drop else escape except exists foreign from group
		having in index insert intersect into is isnull join limit not nothing notnull null on or order primary
		references returning select set table then to transaction union unique update using values when where
		cross full inner left natural outer right
		current_date current_time current_timestamp true false`) {
		words[w] = true
	}
	return words
}()

// identifier writes a folded name as an expression in normal form has it: bare
// where that can mean nothing else.
func identifier(name string) string {
	if isPlain(name) && !reserved[name] {
		return name
	}
	return quote(name)
}

// isPlain reports whether the name reads as one word.
func isPlain(name string) bool {
	for i := 0; i < len(name); i++ {
		if c := name[i]; class[c] != letter && (i == 0 || !isIdent(c)) {
			return false
		}
	}
	return name != ""
}

// identifiers joins names as a list in normal form has them.
func identifiers(names []string) string {
	if len(names) == 1 {
		return identifier(names[0])
	}
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = identifier(name)
	}
	return strings.Join(list, ", ")
}

// A speller writes a name in double quotes of which the place does not tell
// whether it is an identifier: to SQLite it is a string if nothing has the name.
type speller func(name string) string

// normal returns the tokens in normal form: keywords and identifiers in lower
// case and without needless quotes, one operator for one meaning, and blanks
// that depend on the tokens alone.
func normal(tokens []token, ambiguous speller) string {
	var b strings.Builder
	var before token
	sign := false // the token before is a sign, not an operator between two values
	for i, t := range tokens {
		if i > 0 && !sign && apart(before, t) {
			b.WriteByte(' ')
		}
		b.WriteString(spell(tokens, i, ambiguous))
		sign = (t.is("-") || t.is("+") || t.is("~")) && (i == 0 || opens(before))
		before = t
	}
	return b.String()
}

// spell returns the normal form of tokens[i].
func spell(tokens []token, i int, ambiguous speller) string {
	t := tokens[i]
	switch t.kind {
	case word, blob:
		return fold(t.text)
	case number:
		return strings.ReplaceAll(fold(t.text), "_", "")
	case quoted:
		if t.text[0] == '"' && !isCertain(tokens, i) {
			return ambiguous(t.name())
		}
		return identifier(fold(t.name()))
	case mark:
		switch t.text {
		case "==":
			return "="
		case "!=":
			return "<>"
		}
	}
	return t.text
}

// apart reports whether a blank stands between two tokens.
func apart(before, t token) bool {
	switch {
	case t.is(",") || t.is(")") || t.is(".") || t.is(";"):
		return false
	case before.is("(") || before.is("."):
		return false
	case t.is("("):
		return before.kind == mark || before.kind == word && reserved[fold(before.text)]
	}
	return true
}

// opens reports whether a value must follow the token, so that a sign behind it
// belongs to that value.
func opens(t token) bool {
	return t.kind == mark && t.text != ")" || t.kind == word && reserved[fold(t.text)]
}

// isCertain reports whether the place of tokens[i] admits an identifier only:
// beside a dot, as a function's name, behind AS, COLLATE and what leads to a
// table.
func isCertain(tokens []token, i int) bool {
	if i+1 < len(tokens) && (tokens[i+1].is(".") || tokens[i+1].is("(")) {
		return true
	}
	if i == 0 {
		return false
	}
	switch before := tokens[i-1]; {
	case before.is("."), before.is("as"), before.is("collate"), before.is("join"), before.is("into"), before.is("update"):
		return true
	case before.is("from"): // but a value behind IS DISTINCT FROM
		return i == 1 || !tokens[i-2].is("distinct")
	}
	return false
}

// body returns the normal form of a view's or trigger's text, whose names belong
// to tables that are not at hand. A name in double quotes counts as an
// identifier if the text has it as one elsewhere. Where nothing tells, its case
// is kept: in a string it has a meaning.
func body(tokens []token) string {
	var certain map[string]bool
	return normal(tokens, func(name string) string {
		if certain == nil {
			certain = map[string]bool{}
			for i, t := range tokens {
				if t.kind == word || t.kind == quoted && (t.text[0] != '"' || isCertain(tokens, i)) {
					certain[fold(t.name())] = true
				}
			}
		}
		if folded := fold(name); folded == name || certain[folded] {
			return identifier(folded)
		}
		return quote(name)
	})
}

// unwrap takes off parentheses around the whole, but for those of a subquery.
func unwrap(tokens []token) []token {
	for len(tokens) > 2 && tokens[0].is("(") && !tokens[1].is("select") && closing(tokens, 0) == len(tokens)-1 {
		tokens = tokens[1 : len(tokens)-1]
	}
	return tokens
}

// closing returns the index of the parenthesis that closes the one at i, or -1.
func closing(tokens []token, i int) int {
	depth := 0
	for ; i < len(tokens); i++ {
		switch {
		case tokens[i].is("("):
			depth++
		case tokens[i].is(")"):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// split cuts the tokens at the commas outside parentheses.
func split(tokens []token) [][]token {
	var parts [][]token
	depth, start := 0, 0
	for i, t := range tokens {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.is(",") && depth == 0:
			parts = append(parts, tokens[start:i])
			start = i + 1
		}
	}
	return append(parts, tokens[start:])
}

// normalType returns a declared type in normal form: "VARCHAR(20)".
func normalType(tokens []token) string {
	if len(tokens) == 1 && tokens[0].kind == word {
		return upper(tokens[0].text)
	}
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 && t.kind != mark && tokens[i-1].kind != mark {
			b.WriteByte(' ')
		}
		b.WriteString(upper(t.text))
	}
	return b.String()
}

// upper returns s with ASCII letters in upper case.
func upper(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'a' && c <= 'z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'a' && b[i] <= 'z' {
					b[i] -= 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// normalDefault returns a default value in normal form, and "" for NULL, which
// is what a column without a default gets.
func normalDefault(tokens []token) string {
	tokens = unwrap(tokens)
	if len(tokens) != 1 {
		return normal(tokens, literal)
	}
	switch t := tokens[0]; {
	case t.is("null"):
		return ""
	case t.is("true"):
		return "1"
	case t.is("false"):
		return "0"
	case t.is("current_date"), t.is("current_time"), t.is("current_timestamp"):
		return fold(t.text)
	case t.kind == word, t.kind == quoted: // SQLite takes a lone name for a string
		return literal(t.name())
	}
	return normal(tokens, literal)
}
