package migration

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The lines that Liquibase gives a meaning to, as its own patterns have them.
// (liquibase-standard, parser/AbstractFormattedChangeLogParser.java)
var (
	isHeader       = regexp.MustCompile(`(?i)^\s*--\s*liquibase\s*formatted`)
	isProperty     = regexp.MustCompile(`(?i)^\s*--\s*property\s+.*:.*\s+.*:`)
	isIgnored      = regexp.MustCompile(`(?i)^--\s*ignoreLines:(\w+)$`)
	isChangeset    = regexp.MustCompile(`(?i)^\s*--\s*changeset\s+("[^"]+"|[^:]+):\s*("[^"]+"|\S+)(.*)$`)
	isRollback     = regexp.MustCompile(`(?i)^\s*--\s*rollback (.*)$`)
	isRollbackOpen = regexp.MustCompile(`(?i)^\s*/\*\s*liquibase\s*rollback\s*$`)
	isComment      = regexp.MustCompile(`(?i)^--\s*comment:? (.*)$`)
	isValid        = regexp.MustCompile(`(?i)^--\s*validCheckSum:? (.*)$`)
	// isRefused are those that are known and not followed.
	isRefused = regexp.MustCompile(`(?i)^\s*--\s*(preconditions|precondition-[a-z0-9-]+|rollbackSqlFile\s|tagDatabase:\s|includeAll\s|include\s+file:)`)
	// isMistaken are those that Liquibase itself refuses, and one that it takes for a
	// plain comment.
	isMistaken = regexp.MustCompile(`(?i)^\s*(-+\s*property\s|--?\s*changeset|-\s*(rollback|comment:?|preconditions?)\s|-\s*(validCheckSum|ignoreLines:)|` +
		`--\s*comments:? |--\s*ignore:\w|--\s*rollback(:|\s*$))`)

	spaced = regexp.MustCompile(`:\s+`)
)

// A changelogParser walks through a file of formatted SQL, line by line.
type changelogParser struct {
	file    *file
	options LoadOptions
	local   map[string]string // parameters of this file alone
	ids     map[string]int    // the lines of the changesets, by author and id

	header  bool
	logical string // the logicalFilePath of the file
	block   string // what we are in that goes over lines: "comment", "rollback", "part to ignore"
	opened  int    // and the line on which it began
	skip    int    // how many lines are to be ignored

	filled  int              // bytes of all lines with parameters put in
	present *changesetParser // nil ahead of the first
	count   int
}

// A changesetParser is the changeset that we are in. Its texts have a line for
// each of its lines, so that every statement stays on its own.
type changesetParser struct {
	file       *file
	attributes attributes
	line       int // of its head
	start      int // in the source
	up, down   strings.Builder
	sql        strings.Builder // what Liquibase computes its checksum of
	reverts    bool
}

// read takes one line.
func (p *changelogParser) read(l line) error {
	trimmed := strings.TrimSpace(l.text)
	switch {
	case p.skip > 0:
		p.skip--
		return p.blank()
	case p.block == "part to ignore":
		if said := isIgnored.FindStringSubmatch(l.text); said != nil && said[1] == "end" {
			p.block = ""
		}
		return p.blank()
	case p.block == "rollback":
		return p.rollbackLine(l)
	case p.block == "comment":
		if strings.Contains(l.text, "*/") {
			p.block = ""
		}
		return p.blank()
	case !p.header && isHeader.MatchString(l.text):
		p.header = true
		if said := attributeWord.FindAllStringSubmatch(l.text, -1); len(said) > 0 && strings.EqualFold(said[0][1], "logicalFilePath") {
			p.logical = said[0][2]
		}
		return nil
	case trimmed == "":
		return p.text(l)
	case !p.header:
		return p.file.errorAt(l.number, "something stands ahead of `--liquibase formatted sql`, which has to be the first line", "")
	case trimmed[0] == '-':
		return p.directive(l)
	case isRollbackOpen.MatchString(l.text) && p.present != nil:
		p.block, p.opened, p.present.reverts = "rollback", l.number, true
		return p.blank()
	case p.present == nil && strings.HasPrefix(trimmed, "/*"):
		if !strings.Contains(trimmed[2:], "*/") {
			p.block, p.opened = "comment", l.number
		}
		return nil
	case p.present == nil:
		return p.file.errorAt(l.number, "something stands ahead of the first `--changeset`, which Liquibase drops", "give it a changeset")
	}
	return p.text(l)
}

// directive takes a line that begins with a dash.
func (p *changelogParser) directive(l line) error {
	if isProperty.MatchString(l.text) {
		if err := p.property(l); err != nil {
			return err
		}
		return p.blank()
	}
	if said := isIgnored.FindStringSubmatch(l.text); said != nil {
		if said[1] == "start" {
			p.block, p.opened = "part to ignore", l.number
			return p.blank()
		}
		n, err := strconv.Atoi(said[1])
		if err != nil {
			return p.file.errorAt(l.number, "ignoreLines is followed by neither start nor a number", "")
		}
		p.skip = n
		return p.blank()
	}
	if said := isChangeset.FindStringSubmatch(l.text); said != nil {
		if err := p.end(l.start); err != nil {
			return err
		}
		return p.begin(l, said)
	}
	if said := isRefused.FindStringSubmatch(l.text); said != nil {
		name, hint := strings.TrimRight(strings.Fields(said[1])[0], ":"), ""
		if strings.HasPrefix(strings.ToLower(name), "precondition") {
			hint = "what is there is found out by itself; without the line, Liquibase's checksum of the changeset is the same"
		}
		return p.file.errorAt(l.number, "the directive "+name+", which is not followed here", hint)
	}
	if p.present != nil {
		switch rollback, comment, valid := isRollback.FindStringSubmatch(l.text), isComment.FindStringSubmatch(l.text), isValid.FindStringSubmatch(l.text); {
		case comment != nil:
			p.present.file.changeset.Comment = comment[1]
			return p.blank()
		case valid != nil:
			p.present.file.changeset.Valid = append(p.present.file.changeset.Valid, strings.TrimSpace(valid[1]))
			return p.blank()
		case rollback != nil:
			p.present.reverts = true
			return p.both("", rollback[1])
		}
	}
	if isMistaken.MatchString(l.text) {
		return p.file.errorAt(l.number, "Liquibase does not read this as one of its directives", "if it is none, word the comment differently")
	}
	return p.text(l)
}

// rollbackLine takes a line of a rollback in a comment that goes over lines.
func (p *changelogParser) rollbackLine(l line) error {
	text := strings.TrimRight(l.text, " \t")
	last, closed := strings.CutSuffix(text, "*/")
	if closed {
		p.block = ""
	}
	return p.both("", last)
}

// text takes a line of SQL, or what is none of Liquibase's.
func (p *changelogParser) text(l line) error {
	if p.present == nil {
		return nil
	}
	filled, err := p.fill(l.text, l.number)
	if err != nil {
		return err
	}
	if p.filled += len(filled); p.filled > int(2*defaultBounds.file) {
		return p.file.errorAt(l.number, "with the parameters put in, the file is larger than "+size(2*defaultBounds.file), "")
	}
	p.present.sql.WriteString(filled + "\n")
	return p.both(filled, "")
}

func (p *changelogParser) blank() error { return p.both("", "") }

// both adds a line to the texts of the present changeset.
func (p *changelogParser) both(up, down string) error {
	if p.present != nil {
		p.present.up.WriteString(up + "\n")
		p.present.down.WriteString(down + "\n")
	}
	return nil
}

func (p *changelogParser) fill(text string, line int) (string, error) {
	return p.file.parameters.with(p.local).fill(p.file, text, line)
}

// begin begins a changeset.
func (p *changelogParser) begin(l line, said []string) error {
	var texts [3]string // author, id, attributes
	for i := range texts {
		filled, err := p.fill(said[i+1], l.number)
		if err != nil {
			return err
		}
		texts[i] = filled
	}
	author, id := strings.Trim(strings.TrimSpace(texts[0]), `"`), strings.Trim(texts[1], `"`)
	if strings.Trim(id, ": ") == "" {
		return p.file.errorAt(l.number, "a changeset without an id", "")
	}
	a, err := p.file.attributesOf(texts[2], l.number)
	if err != nil {
		return err
	}
	p.count++
	key := author + ":" + id
	if before, there := p.ids[key]; there {
		return p.file.errorAt(l.number, fmt.Sprintf("has the author and the id of the changeset on line %d", before), "give it another id")
	}
	p.ids[key] = l.number
	one := &file{
		path: p.file.path, source: p.file.source, format: p.file.format,
		version: p.file.version + Version("."+strconv.Itoa(p.count)), name: strings.TrimRight(printed(key), "_"),
		changeset: &Changeset{ID: id, Author: author, File: cmp.Or(a["logicalfilepath"], p.logical, p.file.path)},
	}
	p.present = &changesetParser{file: one, attributes: a, line: l.number, start: l.start}
	return p.decide(l)
}

// decide obeys the attributes that say when and whether to run a changeset.
func (p *changelogParser) decide(l line) error {
	one, a := p.present.file, p.present.attributes
	one.changeset.Contexts, one.changeset.Labels = cmp.Or(a["contextfilter"], a["context"]), a["labels"]
	var said [5]bool
	for i, key := range [...]string{"runOnChange", "runAlways", "ignore", "runInTransaction", "failOnError"} {
		var err error
		if said[i], err = a.is(key, i > 2); err != nil {
			return p.file.errorAt(l.number, err.Error(), "")
		}
	}
	onChange, always, ignore, inTransaction, failOnError := said[0], said[1], said[2], said[3], said[4]
	switch {
	case !failOnError:
		return p.file.errorAt(l.number, "the attribute failOnError:false, which is not followed here: no error is passed over", "")
	case always:
		one.rerun = Always
	case onChange:
		one.rerun = OnChange
	}
	one.noTransaction, one.noTransactionDown = !inTransaction, !inTransaction
	why, err := p.wanted(a, l)
	if ignore {
		why = "it is to be ignored"
	}
	if one.left = why != ""; one.left {
		one.hint = fmt.Sprintf("%s:%d: changeset %s is left out: %s", one.path, l.number, one.name, why)
	}
	return err
}

// end ends the present changeset at an offset of the source.
func (p *changelogParser) end(at int) error {
	one := p.present
	if one == nil {
		return nil
	}
	p.present = nil
	if strings.TrimSpace(one.sql.String()) == "" {
		return p.file.errorAt(one.line, "a changeset without SQL", "")
	}
	f, a := one.file, one.attributes
	f.text = strings.TrimFunc(one.sql.String(), func(r rune) bool { return r <= ' ' })
	f.raw = strings.TrimRight(p.file.source[one.start:at], " \t\r\n")
	f.checksum = checksumOf([]byte(f.raw))
	var err error
	if f.up, err = a.sections("splitStatements", "endDelimiter", one.up.String(), one.line+1, p.options); err == nil {
		f.down, err = one.rollback(p)
	}
	if err != nil {
		return p.file.errorAt(one.line, err.Error(), "")
	}
	p.file.pieces = append(p.file.pieces, f)
	return nil
}

// sections returns the pieces of a text, cut as two attributes say.
func (a attributes) sections(split, delimiter, text string, line int, options LoadOptions) ([]chunk, error) {
	splits, err := a.is(split, true)
	if err != nil {
		return nil, err
	}
	if !splits {
		return []chunk{{text: text, line: line, body: true}}, nil
	}
	s, err := a.delimiter(delimiter, options)
	if err != nil {
		return nil, err
	}
	return s.split(text, line), nil
}

// rollback returns what reverts the changeset; nil where nothing does.
func (c *changesetParser) rollback(p *changelogParser) ([]chunk, error) {
	said := strings.ToLower(strings.TrimSpace(c.down.String()))
	switch {
	case !c.reverts:
		return nil, nil
	case strings.HasPrefix(said, "not required"), strings.HasPrefix(said, "empty"), said == "":
		return []chunk{}, nil
	case strings.Contains(said, "changesetid"):
		c.file.hint = fmt.Sprintf("%s:%d: the rollback of changeset %s is another changeset, and not kept", c.file.path, c.line, c.file.name)
		return nil, nil
	}
	text, err := p.fill(c.down.String(), c.line+1)
	if err != nil {
		return nil, err
	}
	return c.attributes.sections("rollbackSplitStatements", "rollbackEndDelimiter", text, c.line+1, p.options)
}

// LiquibaseChecksum returns what Liquibase 4.22 and later keeps as the checksum of
// a changeset that [Load] returned, "9:" and an MD5 of an MD5 of its SQL without
// blanks, with parameters put in; empty for a migration of another format. Earlier
// versions have other checksums, which begin with another number.
// (liquibase-standard, change/AbstractSQLChange.java, changelog/ChangeSet.java)
func LiquibaseChecksum(m *Migration) string {
	if m.Changeset == nil {
		return ""
	}
	const version = "9:"
	of := func(text string) string {
		sum := md5.Sum([]byte(text))
		return version + hex.EncodeToString(sum[:])
	}
	return of(of(strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "").Replace(m.source.text)) + ":")
}
