package migration

import (
	"fmt"
	"regexp"
	"strings"
)

// tern is the format of tern: one file, in which a line ---- create above / drop
// below ---- stands between what upgrades and what reverts. A file without it has
// only the first. Versions go up from 1 without a gap.
//
// To tern, each file is a template of Go's. Templates are not filled in here: what
// they would put in is known to tern alone.
var tern = &format{
	name:    "tern",
	marks:   prefix("create above / drop below", "tern:"),
	keeps:   func(path string) bool { return path == "tern.conf" },
	takes:   ternName.MatchString,
	prepare: prepareTern,
	parse:   parseTern,
	divides: true,
	template: "-- Write your migrate up statements here\n\n\n" + ternDivider + "\n\n" +
		"-- Write your migrate down statements here. If this migration is irreversible\n" +
		"-- Then delete the separator line above.\n",
}

const (
	ternDivider = "---- create above / drop below ----"
	ternNoTx    = "---- tern: disable-tx ----"
)

var (
	ternName = regexp.MustCompile(`\A\d+_.+\.sql\z`)
	// ternAction is a template's action; of those, a comment is plainly nothing.
	ternAction  = regexp.MustCompile(`(?s)\{\{.*?(\}\}|\z)`)
	ternComment = regexp.MustCompile(`(?s)\A\{\{(- )?/\*.*\*/( -)?\}\}\z`)
)

// prepareTern finds gaps, which tern refuses.
func prepareTern(d *folder, files []*file, _ LoadOptions) []*file {
	there := map[string]bool{}
	for _, f := range files {
		there[f.version.Normal()] = true
	}
	for i := range files {
		if n := fmt.Sprint(i + 1); !there[n] {
			d.problems.add(files[0].path, files[0].errorAt(0,
				"is of a set that lacks the migration "+n+", without which tern runs none", "tern numbers from 1, without a gap"))
			break
		}
	}
	return files
}

func parseTern(f *file, _ LoadOptions) error {
	source, err := f.withoutActions()
	if err != nil {
		return err
	}
	up, down, reverts := strings.Cut(source, ternDivider)
	f.up = []chunk{{text: up, line: 1}}
	f.noTransaction = hasLine(up, ternNoTx)
	if reverts {
		// What is behind the marker on its line is SQL to tern.
		f.down = []chunk{{text: down, line: strings.Count(up, "\n") + 1}}
		f.noTransactionDown = hasLine(down, ternNoTx)
	}
	dividers := 0
	for l := range lines(source) {
		if dividers += strings.Count(l.text, ternDivider); dividers > 1 {
			return f.errorAt(l.number, "a second `"+ternDivider+"`", "")
		}
		if l.text == ternNoTx {
			continue
		}
		for _, said := range comments(strings.Replace(l.text, ternDivider, "", 1)) {
			if f.format.marks(said) {
				return f.errorAt(l.number, "tern does not read this as one of its markers",
					"they are `"+ternDivider+"`, once, and `"+ternNoTx+"` on a line of its own; if it is none, word the comment differently")
			}
		}
	}
	return nil
}

// withoutActions takes the comments of templates out of the source, and leaves
// the lines where they are. Any other action is an error.
func (f *file) withoutActions() (string, error) {
	var b strings.Builder
	from := 0
	for _, at := range ternAction.FindAllStringIndex(f.source, -1) {
		action := f.source[at[0]:at[1]]
		if !ternComment.MatchString(action) {
			said := strings.Join(strings.Fields(strings.Trim(action, "{}-")), " ")
			return "", f.errorAt(f.lineOf(at[0]), fmt.Sprintf("the template's action %.60q, which only tern can fill in", strings.ToValidUTF8(said, "?")),
				"write the SQL out that tern would run")
		}
		b.WriteString(f.source[from:at[0]] + strings.Repeat("\n", strings.Count(action, "\n")))
		from = at[1]
	}
	return b.String() + f.source[from:], nil
}

// hasLine reports whether a line of the text is just this one.
func hasLine(text, want string) bool {
	for l := range lines(text) {
		if l.text == want {
			return true
		}
	}
	return false
}
