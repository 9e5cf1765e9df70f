package migration

import (
	"fmt"
	"path"
	"strings"
)

// hints are remarks, bounded: nobody reads the hundredth.
type hints struct {
	said []string
	more int
}

const maxHints = 20

func (h *hints) add(hint string) {
	switch {
	case hint == "":
	case len(h.said) < maxHints:
		h.said = append(h.said, hint)
	default:
		h.more++
	}
}

// all returns the hints, the last of which counts those not said.
func (h *hints) all() []string {
	if h.more == 0 {
		return h.said
	}
	return append(h.said, fmt.Sprintf("and %d more hints like these", h.more))
}

// hintAt says what a person may wonder about a file or folder that is left out,
// and "" where nobody would.
func hintAt(name string, isDir bool) string {
	ext := path.Ext(name)
	sql, digit := strings.EqualFold(ext, ".sql"), startsWithDigit(name)
	name = show(name)
	switch {
	case isDir && (digit || sql):
		return name + " is a folder: only files directly in the folder of migrations are read"
	case isDir:
		return ""
	case digit && ext == ".go" && !strings.HasSuffix(name, "_test.go"):
		return name + " is left out: migrations written in Go are not run"
	case !sql:
		return ""
	case ext != ".sql":
		return name + " is left out: its name does not end in .sql in lower case"
	case strings.IndexByte("VUBR", name[0]) >= 0 && strings.Contains(name, "__"):
		return name + " is left out: it is named as Flyway names its files"
	default:
		return name + " is not a migration (no version); name it with --schema if it makes the whole schema"
	}
}
