package migration

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

const (
	atlasSum   = "atlas.sum"
	atlasHash1 = "h1:"
	rehash     = "if the change is meant, write it down with `atlas migrate hash`"
)

// An atlasLine is a line of atlas.sum: a file and its hash.
type atlasLine struct{ name, hash string }

// prepareAtlas computes the hashes and compares them with those of atlas.sum.
func prepareAtlas(d *folder, files []*file, _ LoadOptions) []*file {
	slices.SortFunc(files, byName)
	want := atlasLines(files)
	about, ok := d.beside(atlasSum)
	switch {
	case len(d.problems.found) > 0: // a file is missing for a reason that is told already
	case ok:
		have, err := about.atlasLines()
		if err == nil {
			err = compareAtlas(want, have, about)
		}
		if err != nil {
			d.problems.add(err.Path, err)
		}
	case len(files) > 0 && !d.has(atlasSum):
		d.hints.add(atlasSum + " is missing: nothing tells whether the files are those that Atlas knows")
	}
	return files
}

// atlasLines returns what atlas.sum has to say of the files, and notes it in them.
// Each hash is of all names and contents up to and with the file.
func atlasLines(files []*file) []atlasLine {
	var sums []atlasLine
	h := sha256.New()
	for _, f := range files {
		h.Write([]byte(f.path))
		first, _, _ := strings.Cut(f.raw, "\n")
		if said := atlasDirective.FindStringSubmatch(first); said != nil && said[2] == "sum" && strings.TrimSpace(said[3]) == "ignore" {
			continue
		}
		h.Write([]byte(f.raw))
		f.hash = base64.StdEncoding.EncodeToString(h.Sum(nil))
		sums = append(sums, atlasLine{f.path, f.hash})
	}
	return sums
}

// atlasLines reads atlas.sum, whose first line has the hash of all others.
func (f *file) atlasLines() ([]atlasLine, *SyntaxError) {
	var sums []atlasLine
	total := ""
	for l := range lines(f.source) {
		name, hash, ok := strings.Cut(l.text, atlasHash1)
		switch name = strings.TrimSpace(name); {
		case !ok, (l.number == 1) != (name == ""):
			return nil, f.errorAt(l.number, "is no line of "+atlasSum, rehash)
		case l.number == 1:
			total = hash
		default:
			sums = append(sums, atlasLine{name, hash})
		}
	}
	if total != sumOfAtlas(sums) {
		return nil, f.errorAt(1, "is not the hash of the lines below", "two versions of the file may have been merged; "+rehash)
	}
	return sums, nil
}

func sumOfAtlas(sums []atlasLine) string {
	h := sha256.New()
	for _, l := range sums {
		h.Write([]byte(l.name + l.hash))
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// compareAtlas names the first file of which atlas.sum says something else.
func compareAtlas(want, have []atlasLine, about *file) *SyntaxError {
	for i := range max(len(want), len(have)) {
		switch {
		case i < len(want) && i < len(have) && want[i] == have[i]:
		case i < len(want) && i < len(have) && want[i].name == have[i].name:
			return &SyntaxError{Path: want[i].name, Reason: "is not what " + atlasSum + " says of it", Hint: rehash}
		case i < len(have) && !slices.ContainsFunc(want, func(l atlasLine) bool { return l.name == have[i].name }):
			return about.errorAt(i+2, "names a file that is not there: "+printed(cmp.Or(have[i].name, "?")), rehash)
		default:
			return &SyntaxError{Path: want[min(i, len(want)-1)].name, Reason: "is not in " + atlasSum + ", or in another place", Hint: rehash}
		}
	}
	return nil
}
