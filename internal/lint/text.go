package lint

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"
)

// machinePath matches absolute paths that exist on one machine only.
var machinePath = regexp.MustCompile(`(?:^|[^\w./~*-])(/(?:work|root)/[\w.-]*)`)

// machineRule keeps the places where somebody happened to work out of the tree.
func machineRule() Rule {
	return Rule{
		Name: "the tree speaks of itself alone",
		Why:  "the path of somebody's machine means nothing on another: name files from the top of the tree, and in tests use t.TempDir",
		check: func(t *Tree) []Finding {
			var found []Finding
			for _, f := range t.Files {
				for n, line := range lines(f.Text) {
					for _, m := range machinePath.FindAllStringSubmatch(line, -1) {
						found = append(found, Finding{f.Path, n, "names the path " + m[1]})
					}
				}
			}
			return found
		},
	}
}

var (
	inlineLink    = regexp.MustCompile(`\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)`)
	referenceLink = regexp.MustCompile(`^\s{0,3}\[[^\]]+\]:\s+<?([^>\s]+)>?`)
	codeSpan      = regexp.MustCompile("`[^`]*`")
	scheme        = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)
	heading       = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*$`)
)

// linkRule follows the links between the documents; it leaves the web alone.
func linkRule() Rule {
	return Rule{
		Name: "links lead somewhere",
		Why:  "a dead link costs a reader's trust in the rest of the page: mend it, or write the page",
		check: func(t *Tree) []Finding {
			var found []Finding
			for _, f := range t.Files {
				if path.Ext(f.Path) != ".md" || !f.in(".", "docs/...") {
					continue
				}
				for n, line := range prose(f.Text) {
					for _, target := range links(line) {
						if what := t.dead(f, target); what != "" {
							found = append(found, Finding{f.Path, n, fmt.Sprintf("links to %s, %s", target, what)})
						}
					}
				}
			}
			return found
		},
	}
}

// links returns the targets of the links in one line of a document.
func links(line string) []string {
	line = codeSpan.ReplaceAllString(line, "")
	var targets []string
	for _, m := range append(inlineLink.FindAllStringSubmatch(line, -1), referenceLink.FindAllStringSubmatch(line, -1)...) {
		if !scheme.MatchString(m[1]) {
			targets = append(targets, m[1])
		}
	}
	return targets
}

// dead says why a link of file f leads nowhere, and "" of one that does.
func (t *Tree) dead(f *File, target string) string {
	name, anchor, _ := strings.Cut(target, "#")
	to := f.Path
	if name != "" {
		to = resolve(f, name)
		if !t.present[to] {
			return "which is not in the tree"
		}
	}
	if anchor == "" || path.Ext(to) != ".md" {
		return ""
	}
	for _, g := range t.Files {
		if g.Path == to && !anchors(g.Text)[anchor] {
			return "which has no such heading"
		}
	}
	return ""
}

// resolve returns the path that a link in f leads to, from the top of the tree.
func resolve(f *File, name string) string {
	if strings.HasPrefix(name, "/") {
		return path.Clean(name[1:])
	}
	return path.Join(f.dir(), name)
}

// anchors returns the names by which headings can be linked to, made as the hosts
// of repositories make them.
func anchors(text []byte) map[string]bool {
	names := map[string]bool{}
	for _, line := range prose(text) {
		m := heading.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		slug := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, m[1])
		name := slug
		for n := 1; names[name]; n++ {
			name = fmt.Sprintf("%s-%d", slug, n)
		}
		names[name] = true
	}
	return names
}

// decisions is the folder of the decision records.
const decisions = "docs/decisions"

// indexRule wants every decision record to be found by who looks for it.
func indexRule() Rule {
	return Rule{
		Name: "every decision is in the index",
		Why:  "a decision that nobody finds is taken again: add a line with a link to " + decisions + "/README.md",
		check: func(t *Tree) []Finding {
			listed := map[string]bool{}
			for _, f := range t.Files {
				if f.Path == decisions+"/README.md" {
					for _, line := range prose(f.Text) {
						for _, target := range links(line) {
							listed[resolve(f, target)] = true
						}
					}
				}
			}
			var found []Finding
			for _, f := range t.Files {
				if f.dir() == decisions && path.Base(f.Path) != "README.md" && !listed[f.Path] {
					found = append(found, Finding{Path: f.Path, What: "is not in the index"})
				}
			}
			return found
		},
	}
}

// lines yields the lines of a text without their ends, counted from 1.
func lines(text []byte) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range bytes.Lines(text) {
			n++
			if !yield(n, strings.TrimRight(string(line), "\r\n")) {
				return
			}
		}
	}
}

// prose yields the lines of a document that are not in a fenced block of code.
func prose(text []byte) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		fenced := false
		for n, line := range lines(text) {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				fenced = !fenced
				continue
			}
			if !fenced && !yield(n, line) {
				return
			}
		}
	}
}
