package migration

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A clock is a way in which people write times as versions.
type clock struct {
	layout string        // of [time.Time.Format]; digits only
	unit   time.Duration // how far apart two versions are at least
}

// clocks are told apart by their width.
var clocks = []clock{
	{"20060102150405", time.Second},
	{"200601021504", time.Minute},
	{"2006010215", time.Hour},
	{"20060102", 24 * time.Hour},
}

const timestamp = "20060102150405"

// NextVersion returns a version for a new migration, later than all of the set,
// in the style of its last one: the time now in UTC for timestamps (of 8, 10, 12
// or 14 digits, or in seconds or milliseconds of Unix), else the next number,
// padded with zeros to the same width. A set without migrations begins with what
// its format's tool begins with.
func NextVersion(s *Set, now time.Time) Version {
	now = now.UTC()
	last := s.last()
	if last == "" {
		f, err := formatNamed(s.Format)
		switch {
		case err == nil && f != nil && f.timestamp:
			return Version(now.Format(timestamp))
		case err == nil && f != nil && f.first != "":
			return Version(f.first)
		}
		return "001"
	}
	if i := strings.LastIndexByte(string(last), '.'); i >= 0 && s.Format == liquibase.name {
		last = last[:i] // what is behind it counts the changesets of a file
	} else if i >= 0 {
		if day := Version(now.Format("20060102")); plainDay(last[:i]) && day.Compare(last) > 0 {
			return day
		}
		return last[:i+1] + last[i+1:].next()
	}
	for _, c := range clocks {
		if at, err := time.Parse(c.layout, string(last)); err == nil && at.Year() >= 1990 && at.Year() < 2100 {
			if now.Before(at.Add(c.unit)) {
				now = at.Add(c.unit)
			}
			return Version(now.Format(c.layout))
		}
	}
	// Ten digits of seconds or thirteen of milliseconds last from 2001 to 2286; a
	// sequence does not come that far.
	if len(last) == 10 || len(last) == 13 {
		t := Version(strconv.FormatInt(now.Unix(), 10))
		if len(last) == 13 {
			t = Version(strconv.FormatInt(now.UnixMilli(), 10))
		}
		if last[0] != '0' && t.Compare(last) > 0 {
			return t
		}
	}
	return last.next()
}

// plainDay reports whether a version is a day, ahead of the number that it has on that day.
func plainDay(v Version) bool {
	at, err := time.Parse("20060102", string(v))
	return err == nil && at.Year() >= 1990 && at.Year() < 2100
}

// last returns the last version that is no name, and "" where there is none.
func (s *Set) last() Version {
	for i := len(s.Migrations) - 1; i >= 0; i-- {
		if v := s.Migrations[i].Version; v.rank() == ofNumbers {
			return v
		}
	}
	return ""
}

// next returns the next number, in the same width if it fits.
func (v Version) next() Version {
	digits := []byte(v)
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] < '9' {
			digits[i]++
			return Version(digits)
		}
		digits[i] = '0'
	}
	return "1" + Version(digits)
}

// maxName bounds the name in a file's name, in bytes: file systems take 255 for
// the whole of it.
const maxName = 150

// Filename returns what to call a new migration in this format, as a path from the
// folder of migrations: in some formats each has a folder of its own. Of the name,
// letters and digits are kept, in lower case, and everything between them becomes
// one underscore; "migration" stands in for a name without any. Down is empty
// where the format keeps both sections in one file, and where it has none.
//
// The files that Atlas and Drizzle keep beside the migrations, atlas.sum and
// meta/_journal.json, are for those tools to bring up to date.
func Filename(version Version, name, format string) (up, down string) {
	name = fileName(name)
	if f, err := formatNamed(format); err == nil && f != nil && f.file != nil {
		return f.file(string(version), name)
	}
	return string(version) + "_" + name + ".sql", ""
}

func fileName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.ToValidUTF8(name, " ")) {
		switch {
		case b.Len()+utf8.RuneLen(r) > maxName:
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	if s := strings.TrimSuffix(b.String(), "_"); s != "" {
		return s
	}
	return "migration"
}

// Template returns what a new file of this format begins with: the markers of
// its sections, and nothing for a format that has none.
func Template(format string) string {
	if f, err := formatNamed(format); err == nil && f != nil {
		return f.template
	}
	return ""
}
