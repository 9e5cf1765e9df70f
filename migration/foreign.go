package migration

import "strings"

// foreign are the tools that divide migrations into what upgrades and what
// reverts, by comments or by files, and whose files are not read. They are known,
// since a database that is given such a file whole runs what reverts it right
// after it, and one that is given such folders by name runs them out of order.
var foreign = []*format{
	{name: "micrate", marks: prefix("+micrate"), divides: true},
	{name: "rambler", marks: prefix("rambler up", "rambler down"), divides: true},
	{name: "mybatis", marks: prefix("//@undo", "// @undo"), divides: true},
	{name: "sourcegraph", keeps: inFolder("metadata.yaml"), over: []string{"diesel"}},
}

// prefix returns a mark: a comment that begins with one of the words, given in
// lower case.
func prefix(words ...string) func(string) bool {
	return func(comment string) bool {
		for _, w := range words {
			if hasPrefixFold(comment, w) && !startsWithLetter(comment[len(w):]) {
				return true
			}
		}
		return false
	}
}

func startsWithLetter(s string) bool {
	return s != "" && strings.IndexByte("abcdefghijklmnopqrstuvwxyz", s[0]|0x20) >= 0
}
