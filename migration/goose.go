package migration

import (
	"regexp"
	"strings"
)

// goose is the format of goose: one file with sections headed by -- +goose Up
// and -- +goose Down.
//
// goose ends a statement at a line that ends in a semicolon, unless StatementBegin
// and StatementEnd are around it; here the engine's cutter decides, which is the
// same wherever goose gets it right.
var goose = &format{
	name:      "goose",
	marks:     func(comment string) bool { return hasPrefixFold(comment, gooseMark) },
	over:      []string{"atlas"},
	inGo:      func(path string) bool { return isGo(path) && gooseName.MatchString(path) },
	parse:     parseGoose,
	divides:   true,
	must:      true,
	timestamp: true,
	template:  "-- +goose Up\n\n\n-- +goose Down\n\n",
}

const gooseMark = "+goose"

// gooseName is how goose reads a name; it passes over any other. (migration.go,
// NumericComponent)
var gooseName = regexp.MustCompile(`\A[0-9]+_`)

// A gooseParser walks through a file, line by line.
type gooseParser struct{ sectionParser }

func parseGoose(f *file, options LoadOptions) error {
	switch {
	case !gooseName.MatchString(f.path):
		return f.errorAt(0, "is passed over by goose, which wants an underscore right behind the number",
			"rename it, or move it out of the folder")
	case f.version.Normal() == "0":
		return f.errorAt(0, "has the version 0, which goose keeps for itself", "")
	}
	source, err := substituteGoose(f, options.Env)
	if err != nil {
		return err
	}
	p := &gooseParser{sectionParser{file: f, up: "-- +goose Up", source: source}}
	for l := range lines(source) {
		if err := p.read(l); err != nil {
			return err
		}
	}
	return p.end()
}

// read takes one line: an annotation, or a part of the SQL.
func (p *gooseParser) read(l line) error {
	note, ok := gooseAnnotation(l.text)
	p.see(l)
	switch {
	case !ok:
		return p.plain(l)
	case strings.TrimLeft(l.text, " \t") != l.text:
		return p.fail(l, "blanks ahead of an annotation, which goose refuses", "begin the line with --")
	}
	switch note {
	case "up":
		if p.section != nil {
			return p.fail(l, "a second `-- +goose Up`", "")
		}
		return p.open(l, &p.file.up)
	case "down":
		switch {
		case p.section == nil:
			return p.fail(l, "`-- +goose Down` without `-- +goose Up` ahead of it", "")
		case p.file.down != nil:
			return p.fail(l, "a second `-- +goose Down`", "")
		}
		return p.open(l, &p.file.down)
	case "statementbegin":
		return p.beginBody(l)
	case "statementend":
		return p.endBody(l)
	case "no transaction":
		p.file.noTransaction, p.file.noTransactionDown = true, true
	case "envsub on", "envsub off": // done by substituteGoose
	default:
		return p.fail(l, "goose knows no such annotation",
			"goose takes every comment with "+gooseMark+" for an annotation; if it is none, word it differently")
	}
	return nil
}

// gooseAnnotation returns what a line annotates, in lower case: any comment of its
// own with +goose in it, as goose has it.
func gooseAnnotation(text string) (string, bool) {
	s := strings.TrimSpace(text)
	if !strings.HasPrefix(s, "--") || !strings.Contains(s, gooseMark) {
		return "", false
	}
	s = strings.Replace(strings.ReplaceAll(s, "--", ""), gooseMark, "", 1)
	return strings.ToLower(strings.TrimSpace(s)), true
}
