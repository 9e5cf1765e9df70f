package migration_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// lineCutter is the smallest thing that cuts: a statement ends with a line that
// ends in a semicolon. Like an engine's cutter it drops comments around
// statements and follows directives in them, knows the first two words, and
// refuses a string that is not closed; unlike one it sees ends inside a trigger.
type lineCutter struct{}

func (lineCutter) Cut(source string) ([]migration.Statement, error) {
	var (
		all   []migration.Statement
		said  []migration.Comment
		text  string
		from  int
		lines = strings.SplitAfter(source, "\n")
	)
	for i, l := range lines {
		trimmed := strings.TrimSpace(l)
		switch {
		case text == "" && (trimmed == "" || trimmed == ";"):
		case text == "" && strings.HasPrefix(trimmed, "--"):
			said = append(said, migration.Comment{Text: trimmed, Line: i + 1})
		case strings.Count(l, "'")%2 == 1:
			return nil, &migration.SyntaxError{Line: i + 1, Reason: "a string is not closed"}
		case text == "":
			from, text = i+1, l
		default:
			text += l
		}
		if text == "" || i < len(lines)-1 && !strings.HasSuffix(trimmed, ";") {
			continue
		}
		directives, err := migration.ParseDirectives(said)
		if err != nil {
			return nil, err
		}
		s := statement(len(all)+1, from, strings.TrimSuffix(strings.TrimSpace(text), ";"))
		s.Rerunnable = directives.Rerunnable
		all, said, text = append(all, s), nil, ""
	}
	return all, nil
}

func statement(number, line int, text string) migration.Statement {
	words := strings.Fields(strings.ToLower(text))
	class := migration.Schema
	if verb := words[0]; verb == "insert" || verb == "update" || verb == "delete" {
		class = migration.Data
	}
	sum := sha256.Sum256([]byte(strings.Join(words, " ")))
	return migration.Statement{
		Number: number,
		Text:   text,
		Line:   line,
		Class:  class,
		Verb:   strings.Join(words[:min(2, len(words))], " "),
		Sum:    hex.EncodeToString(sum[:]),
	}
}
