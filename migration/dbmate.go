package migration

import (
	"slices"
	"strings"
)

// dbmate is the format of dbmate: one file with a section that upgrades, headed
// by -- migrate:up, and one that reverts, headed by -- migrate:down.
//
// dbmate itself wants both; here the second may be missing.
var dbmate = &format{
	name: "dbmate",
	marks: func(comment string) bool {
		if !hasPrefixFold(comment, "migrate:") {
			return false
		}
		return prefix("up", "down")(strings.TrimLeft(comment[len("migrate:"):], " \t"))
	},
	over:      []string{"atlas"},
	parse:     parseDbmate,
	divides:   true,
	must:      true,
	timestamp: true,
	template:  "-- migrate:up\n\n\n-- migrate:down\n\n",
}

func parseDbmate(f *file, _ LoadOptions) error {
	var up, down line // the markers; number zero until seen
	for l := range lines(f.source) {
		section, options := dbmateMarker(l.text)
		switch {
		case section == "up" && up.number > 0:
			return f.errorAt(l.number, "a second section `-- migrate:up`: dbmate runs it, and fails to record the version a second time",
				"make it a file of its own")
		case section == "down" && down.number > 0:
			return f.errorAt(l.number, "a second section `-- migrate:down`, which dbmate refuses", "")
		case section == "up" && down.number > 0:
			return f.errorAt(l.number, "`-- migrate:up` comes behind `-- migrate:down`", "")
		case section == "up":
			up = l
			f.noTransaction = slices.Contains(options, "transaction:false")
		case section == "down" && up.number == 0:
			return f.errorAt(l.number, "`-- migrate:down` without `-- migrate:up` ahead of it", "")
		case section == "down":
			down = l
			f.noTransactionDown = slices.Contains(options, "transaction:false")
		case up.number == 0 && !l.isIdle():
			return f.errorAt(l.number, "something stands ahead of `-- migrate:up`", "only blank lines and comments with -- may")
		default:
			if err := f.stray(l); err != nil {
				return err
			}
		}
	}
	if up.number == 0 {
		return f.errorAt(0, "has no `-- migrate:up`", "")
	}
	end := len(f.source)
	if down.number > 0 {
		f.down = []chunk{{text: f.source[down.next:], line: down.number + 1}}
		end = down.start
	}
	f.up = []chunk{{text: f.source[up.next:end], line: up.number + 1}}
	return nil
}

// dbmateMarker returns which section a line begins, and the marker's options; ""
// for any other line.
func dbmateMarker(text string) (section string, options []string) {
	rest, ok := strings.CutPrefix(text, "--")
	if !ok {
		return "", nil
	}
	words := strings.Fields(rest)
	if len(words) == 0 {
		return "", nil
	}
	switch words[0] {
	case "migrate:up":
		return "up", words[1:]
	case "migrate:down":
		return "down", words[1:]
	}
	return "", nil
}
