package migration

import "strings"

// foreign are the tools that divide a file into sections by comments and whose
// files are not read. They are known by these comments, since a database that
// is given such a file whole runs what reverts it right after it.
var foreign = []*format{
	{name: "sql-migrate", marks: prefix("+migrate")},
	{name: "tern", marks: prefix("create above / drop below")},
	{name: "micrate", marks: prefix("+micrate")},
	{name: "rambler", marks: prefix("rambler up", "rambler down")},
	{name: "mybatis", marks: prefix("//@undo", "// @undo")},
	{name: "liquibase", marks: prefix("liquibase formatted sql")},
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
