package migration

import (
	"fmt"
	"regexp"
	"strings"
)

// attributes are the words key:value behind the name of a changeset, by key in
// lower case.
type attributes map[string]string

var (
	attributeWord = regexp.MustCompile(`([A-Za-z]+):("[^"]*"|\S*)`)
	// spacedList is how Liquibase reads the one attribute whose value may stand
	// apart.
	spacedList = regexp.MustCompile(`(?i)\b(dbms):[ \t]+(\S+)`)
)

// changesetAttributes are all that Liquibase gives a meaning to, and for those that
// are not followed here, why.
var changesetAttributes = map[string]string{
	"runonchange": "", "runalways": "", "runintransaction": "", "context": "", "contextfilter": "", "labels": "",
	"logicalfilepath": "", "dbms": "", "ignore": "", "failonerror": "", "splitstatements": "", "stripcomments": "",
	"enddelimiter": "", "rollbackenddelimiter": "", "rollbacksplitstatements": "",
	"runwith":          "other programs are not run",
	"runwithspoolfile": "other programs are not run",
}

// attributesOf reads the attributes of a changeset's line.
func (f *file) attributesOf(text string, line int) (attributes, error) {
	text = spacedList.ReplaceAllString(strings.Trim(strings.TrimSpace(text), "()"), "$1:$2")
	found := attributes{}
	for _, word := range attributeWord.FindAllStringSubmatch(text, -1) {
		key, value := strings.ToLower(word[1]), strings.Trim(strings.TrimRight(word[2], ")"), `"`)
		why, known := changesetAttributes[key]
		_, twice := found[key]
		switch {
		case !known:
			return nil, f.errorAt(line, fmt.Sprintf("Liquibase knows no attribute %.40s", word[1]), "")
		case why != "":
			return nil, f.errorAt(line, "the attribute "+word[1]+", which is not followed here: "+why, "")
		case value == "":
			return nil, f.errorAt(line, "the attribute "+word[1]+" has no value right behind its colon", "")
		case twice:
			return nil, f.errorAt(line, "the attribute "+word[1]+" stands there twice", "")
		}
		found[key] = value
	}
	return found, nil
}

// is returns an attribute that is true or false, and otherwise for one that is not
// there.
func (a attributes) is(key string, otherwise bool) (bool, error) {
	value, there := a[strings.ToLower(key)]
	switch {
	case !there:
		return otherwise, nil
	case strings.EqualFold(value, "true"):
		return true, nil
	case strings.EqualFold(value, "false"):
		return false, nil
	}
	return false, fmt.Errorf("the attribute %s is neither true nor false", key)
}

// delimiter returns the splitter for an attribute that gives a delimiter. Liquibase
// takes a longer one for a pattern; here it is a text, with line ends around it if
// need be.
func (a attributes) delimiter(key string, options LoadOptions) (splitter, error) {
	s := splitter{delimiter: semicolon, mysql: isMySQL(options.Database)}
	said, there := a[strings.ToLower(key)]
	if !there {
		return s, nil
	}
	d, alone := strings.CutPrefix(said, `\n`)
	if alone {
		d = strings.TrimSuffix(strings.TrimSuffix(d, "$"), `\n`)
	}
	if d == "" || strings.ContainsAny(d, `\^*+?[](){}|`) {
		return s, fmt.Errorf("the delimiter %.40q is a pattern, which is not followed here", said)
	}
	s.delimiter = d
	s.alone = alone || d == "/" || strings.Trim(strings.ToLower(d), "abcdefghijklmnopqrstuvwxyz") == ""
	return s, nil
}
