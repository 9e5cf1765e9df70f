package migration

import (
	"fmt"
	"strings"
	"testing"
)

// TestSplit shows each piece as line:text, with ! where it is to be one statement.
func TestSplit(t *testing.T) {
	for _, c := range []struct {
		what  string
		split splitter
		text  string
		want  string
	}{
		{"nothing to do", splitter{delimiter: ";", commands: true}, "a;\nb;", "1:a;/b;"},
		{"a delimiter", splitter{delimiter: "//"}, "a;b //\nc//d", "1!a;b |1!/c|2!d"},
		{"in strings and comments", splitter{delimiter: "//"}, "'//' \"//\" `//` -- //\n/* // */ a//", "1!'//' \"//\" `//` -- ////* // */ a"},
		{"a doubled quote", splitter{delimiter: "//"}, "'a''//b' // c", "1!'a''//b' |1! c"},
		{"a backslash is one", splitter{delimiter: "//"}, `'a\' // 'b'`, `1!'a\' |1! 'b'`},
		{"a backslash of MySQL", splitter{delimiter: "//", mysql: true}, `'a\'//' // b`, `1!'a\'//' |1! b`},
		{"a number sign", splitter{delimiter: "//"}, "a # // b", "1!a # |1! b"},
		{"a number sign of MySQL", splitter{delimiter: "//", mysql: true}, "a # // b\n//c", "1!a # // b/|2!c"},
		{"dollars", splitter{delimiter: "//"}, "$$ // $$ $x$ // $$ $x$ // a", "1!$$ // $$ $x$ // $$ $x$ |1! a"},
		{"dollars as a delimiter", splitter{delimiter: "$$"}, "a $$ b", "1!a |1! b"},
		{"in parentheses", splitter{delimiter: "\n\n"}, "a (\n\n b)\n\nc", "1!a (// b)|5!c"},
		{"behind a comment", splitter{delimiter: "\n\n"}, "a -- b\n\nc", "1!a -- b|3!c"},
		{"alone", splitter{delimiter: "go", alone: true}, "go_on\n GO \nb go\nGo", "1!go_on/ |2! /b go/"},
		{"not closed", splitter{delimiter: "//"}, "a 'b // c", "1!a 'b // c"},
		{"not closed, a comment", splitter{delimiter: "//"}, "a /* b // c", "1!a /* b // c"},
		{"not closed, dollars", splitter{delimiter: "//"}, "a $$ b // c", "1!a $$ b // c"},
		{"commands", splitter{delimiter: ";", commands: true}, "a;\nDELIMITER //\nb;c//\ndelimiter ;\nd;", "1:a;/|2!/b;c|4:/d;"},
		{"no commands", splitter{delimiter: ";"}, "DELIMITER //\na//", "1:DELIMITER ///a//"},
		{"a column of that name", splitter{delimiter: ";", commands: true}, "CREATE TABLE t (\n  delimiter char\n);\nSELECT\n  delimiter x;", "1:CREATE TABLE t (/  delimiter char/);/SELECT/  delimiter x;"},
		{"a command without a delimiter", splitter{delimiter: ";", commands: true}, "DELIMITER\na;", "1:DELIMITER/a;"},
		{"nothing", splitter{delimiter: "//"}, " // // ", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			var got []string
			for _, p := range c.split.split(c.text, 1) {
				sign := ":"
				if p.body {
					sign = "!"
				}
				got = append(got, fmt.Sprint(p.line, sign, strings.ReplaceAll(p.text, "\n", "/")))
			}
			if got := strings.Join(got, "|"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestMeets(t *testing.T) {
	for _, c := range []struct {
		expression, items, want string
	}{
		{"", "", "true"},
		{"test", "", "true"},
		{"@test", "", "false"},
		{"!nocontexts and test", "", "false"},
		{"!nocontexts and test", "test", "true"},
		{"test", "prod", "false"},
		{"TEST", "test", "true"},
		{"test, prod", "prod", "true"},
		{"test or prod and eu", "prod", "false"},
		{"(test or prod) and !eu", "prod", "true"},
		{"not test", "prod", "true"},
		{"!(test or prod)", "prod", "false"},
		{"@prod", "@prod", "true"},
		{"test and", "prod", "the expression lacks a name"},
		{"(test", "prod", "a parenthesis of the expression is not closed"},
		{"test prod", "test", `the expression "test prod" is not read beyond "prod"`},
		{"test)", "test", `the expression "test)" is not read beyond ")"`},
		{strings.Repeat("(", 100), "test", "the expression has parentheses more than 20 deep"},
	} {
		met, err := meets(c.expression, strings.Fields(c.items))
		got := fmt.Sprint(met)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q with %q: %s, want %s", c.expression, c.items, got, c.want)
		}
	}
}

func TestIsFor(t *testing.T) {
	for _, c := range []struct{ list, database, want string }{
		{"postgresql", "postgres", "true"},
		{"postgresql, h2", "h2", "true"},
		{"!postgresql", "postgres", "false"},
		{"!oracle", "sqlite", "true"},
		{"all", "sqlite", "true"},
		{"none", "sqlite", "false"},
		{"mysql,mariadb", "mysql", "true"},
		{"oracle", "mysql", "false"},
		{"mysql", "mysql", "unclear"}, // to an engine, both are mysql
		{"mysql", "mariadb", "false"},
	} {
		is, ok := isFor(c.list, c.database)
		got := fmt.Sprint(is)
		if !ok {
			got = "unclear"
		}
		if got != c.want {
			t.Errorf("%q on %s: %s, want %s", c.list, c.database, got, c.want)
		}
	}
}
