package migration

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An atlasCutter cuts a text into statements just where Atlas does, right or wrong:
// what its table says of a migration's statements counts these and hashes them. What
// is run is cut by the engine. (sql/migrate/lex.go, and ScanStmts of each driver)
type atlasCutter struct {
	database  string // the name of the engine
	delimiter string
	text      string
	from      int         // where the present statement begins
	at        int         // how far we are
	depth     int         // of bodies within each other
	bodies    map[int]int // where bodies end, by where they begin; zero for none
}

// An atlasPiece is a statement of Atlas'.
type atlasPiece struct {
	text string // with its semicolon, without a delimiter of another kind
	end  int    // where it ends in the text, with its delimiter
}

// maxBodies bounds how deeply bodies lie within each other.
const maxBodies = 20

// errAtlasCut: Atlas itself refuses the text.
var errAtlasCut = errors.New("not cut by Atlas")

var (
	atlasDollar = regexp.MustCompile(`\A\$([A-Za-zÈ-ÿ_][\wÈ-ÿ]*)*\$`)
	atlasBegin  = regexp.MustCompile(`(?i)\A\s*BEGIN\s+`)
	atlasAtomic = regexp.MustCompile(`(?i)\A\s*BEGIN\s+ATOMIC\s+`)
	atlasEnd    = regexp.MustCompile(`(?i)\A\s*END\s*`)
)

// atlasPieces returns the statements of a file; ok is false where Atlas refuses it.
func atlasPieces(source, database string) (pieces []atlasPiece, ok bool) {
	c := &atlasCutter{database: database, delimiter: semicolon, text: source, bodies: map[int]int{}}
	if said := atlasDirective.FindStringSubmatch(source); said != nil && said[1] == "-- " && said[2] == "delimiter" {
		_, _, found := strings.Cut(source, "\n")
		// Older releases end the delimiter at a carriage return, newer ones have it in.
		if c.delimiter = atlasUnescape.Replace(strings.TrimSuffix(said[3], "\r")); c.delimiter == "" || !found {
			return nil, false
		}
		c.at = strings.IndexByte(source, '\n') + 1
	}
	for {
		piece, err := c.next()
		switch {
		case errors.Is(err, io.EOF):
			return pieces, true
		case err != nil:
			return nil, false
		}
		pieces = append(pieces, piece)
	}
}

// next returns the next statement. Errors: [io.EOF], errAtlasCut.
func (c *atlasCutter) next() (atlasPiece, error) {
	c.begin()
	for depth := 0; ; {
		r, width := utf8.DecodeRuneInString(c.text[c.at:])
		c.at += width
		switch rest := c.text[c.at-width:]; {
		case width == 0 && depth > 0, r == ')' && depth == 0:
			return atlasPiece{}, errAtlasCut
		case width == 0 && c.at == c.from:
			return atlasPiece{}, io.EOF
		case width == 0:
			return c.end(), nil
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == '\'' || r == '"' || r == '`':
			if !c.quoted(byte(r)) {
				return atlasPiece{}, errAtlasCut
			}
		case c.at == c.from+1 && len(rest) > len(delimiterCommand) && hasPrefixFold(rest, delimiterCommand):
			if !c.command() {
				return atlasPiece{}, errAtlasCut
			}
		case depth == 0 && strings.HasPrefix(rest, c.delimiter): // even where a comment begins
			c.at += len(c.delimiter) - width
			return c.end(), nil
		case r == '$' && c.database == "postgres" && atlasDollar.MatchString(rest):
			tag := atlasDollar.FindString(rest)
			c.at += len(tag) - width
			c.at += behind(c.text[c.at:], tag)
		case r == '#' && isMySQL(c.database):
			c.comment(width, "\n")
		case strings.HasPrefix(rest, "--"):
			c.at++
			c.comment(2, "\n")
		case strings.HasPrefix(rest, "/*"):
			c.at++
			c.comment(2, "*/")
		case c.delimiter == semicolon && c.body(width):
			return c.end(), nil
		}
	}
}

// begin begins a statement behind the blanks that are next.
func (c *atlasCutter) begin() {
	c.at = len(c.text) - len(strings.TrimLeftFunc(c.text[c.at:], unicode.IsSpace))
	c.from = c.at
}

// end ends a statement.
func (c *atlasCutter) end() atlasPiece {
	text := c.text[c.from:c.at]
	if c.delimiter != semicolon {
		text = strings.TrimSuffix(text, c.delimiter)
	}
	return atlasPiece{strings.TrimSpace(text), c.at}
}

// quoted passes over what is quoted, of which the first quote is behind us. Of the
// strings E'…' that PostgreSQL has Atlas knows nothing, try as it may.
func (c *atlasCutter) quoted(quote byte) bool {
	for c.at < len(c.text) {
		r, width := utf8.DecodeRuneInString(c.text[c.at:])
		c.at += width
		switch {
		case r == '\\' && isMySQL(c.database):
			_, width = utf8.DecodeRuneInString(c.text[c.at:])
			c.at += width
		case r == rune(quote):
			return true
		}
	}
	return false
}

// command obeys a line DELIMITER x; what only begins with the word is SQL. It
// reports whether there is a delimiter.
func (c *atlasCutter) command() bool {
	c.at = c.from + len(delimiterCommand)
	if !strings.HasPrefix(c.text[c.at:], " ") {
		return true
	}
	line, _, _ := strings.Cut(c.text[c.at:], "\n")
	c.at = min(c.at+len(line)+1, len(c.text))
	delimiter := strings.TrimSpace(line)
	if strings.HasPrefix(delimiter, "'") && strings.HasSuffix(delimiter, "'") && len(delimiter) > 1 {
		delimiter = strings.ReplaceAll(delimiter[1:len(delimiter)-1], "''", "'")
	}
	c.delimiter = atlasUnescape.Replace(delimiter)
	c.begin()
	return delimiter != ""
}

// comment passes over a comment, whose opening of the given length is behind us.
// Ahead of a statement it is none of it. One that is not closed is SQL to Atlas.
func (c *atlasCutter) comment(opening int, closing string) {
	i := strings.Index(c.text[c.at:], closing)
	if i < 0 {
		return
	}
	ahead := c.at == c.from+opening
	if c.at += i + len(closing); ahead {
		c.begin()
	}
}

// body passes over a body from BEGIN to END, if one begins with the present rune or
// the one before it, and reports whether it did.
func (c *atlasCutter) body(width int) bool {
	here := c.at - width
	if c.database == "postgres" && atlasAtomic.MatchString(c.text[here:]) {
		return c.block(here, atlasAtomic, atlasEnd.MatchString)
	}
	ahead := here
	if here > c.from {
		ahead = here - 1
	}
	if !atlasBegin.MatchString(c.text[ahead:]) {
		return false
	}
	return c.block(here, atlasBegin, func(piece string) bool {
		word := atlasEnd.FindString(piece)
		return word != "" && (word == piece || piece[len(word):] == semicolon)
	})
}

// block passes over what begins at an offset with an opening, and goes up to the
// first statement that closes it. If nothing does, only the opening is passed over.
func (c *atlasCutter) block(here int, opening *regexp.Regexp, closes func(piece string) bool) bool {
	opened := opening.FindString(c.text[here:])
	if opened == "" {
		return false
	}
	c.at = here + len(opened)
	end, known := c.bodies[here]
	if !known {
		end = c.closing(closes)
		c.bodies[here] = end
	}
	c.at = max(c.at, end)
	return end > 0
}

// closing returns where the first of the statements from here on ends that closes a
// body; zero for none.
func (c *atlasCutter) closing(closes func(piece string) bool) int {
	if c.depth == maxBodies {
		return 0
	}
	inside := *c
	inside.depth++
	for {
		piece, err := inside.next()
		switch {
		case err != nil:
			return 0
		case closes(piece.text):
			return piece.end
		}
	}
}

// AtlasPartialHashes returns what Atlas keeps of a migration's statements as long as
// not all of them have run: for each that Atlas cuts, the hash of it and all before it.
// It is nil for a file that Atlas cannot cut. (sql/migrate/migrate.go, Executor.Execute)
func AtlasPartialHashes(m *Migration) []string {
	pieces, ok := m.atlasPieces()
	if !ok {
		return nil
	}
	hashes := make([]string, len(pieces))
	h := sha256.New()
	for i, piece := range pieces {
		h.Write([]byte(piece.text))
		hashes[i] = atlasHash1 + base64.StdEncoding.EncodeToString(h.Sum(nil))
	}
	return hashes
}

// AtlasThrough returns how many statements of a migration have run when Atlas has
// counted so many of its own, which it does not always cut as the engine does.
func AtlasThrough(m *Migration, counted int) int {
	pieces, ok := m.atlasPieces()
	if !ok || counted <= 0 || counted > len(pieces) {
		return 0
	}
	through := 0
	c := chunk{text: m.source.raw, line: 1}
	for _, s := range m.Statements {
		if _, end := c.span(s); end > pieces[counted-1].end {
			break
		}
		through++
	}
	return through
}

func (m *Migration) atlasPieces() ([]atlasPiece, bool) {
	if m.source.hash == "" { // it is none of Atlas', or none that it keeps a hash of
		return nil, false
	}
	return atlasPieces(m.source.raw, m.source.text)
}
