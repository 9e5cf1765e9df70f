package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"
	"pgregory.net/rapid"
)

// kinds names the kinds as the tables below write them.
var kinds = map[tokenKind]string{
	word: "word", quoted: "quoted", text: "text", number: "number", blob: "blob",
	param: "param", mark: "mark", illegal: "illegal", comment: "comment",
}

func TestTokens(t *testing.T) {
	for source, want := range map[string]string{
		"":                     "",
		"SELECT a1$":           "word SELECT | word a1$",
		"größe":                "word größe",
		"\uFEFFa \uFEFFb":      "word a | word b",
		"a\uFEFFb":             "word a\uFEFFb",
		"a -- b\r\n c":         "word a | word c",
		"a /* b */c /* ; d":    "word a | word c",
		"/**/a/*/ b */c":       "word a | word c",
		"a/*":                  "word a | mark / | mark *",
		"a \v b":               "word a | word b",
		"a\vb":                 "word a | illegal \v | word b",
		`'it''s' "a""b"`:       `text 'it''s' | quoted "a""b"`,
		"`a``b`[c]]":           "quoted `a``b` | quoted [c] | illegal ]",
		"'a":                   "illegal 'a",
		"[a":                   "illegal [a",
		"x'0aF' X'0aFf' x''":   "illegal x'0aF' | blob X'0aFf' | blob x''",
		"x'00''a'":             "blob x'00' | text 'a'",
		"x'g'":                 "illegal x'g'",
		"x 'a'":                "word x | text 'a'",
		"1 1. .5 1.5e-7 1e5":   "number 1 | number 1. | number .5 | number 1.5e-7 | number 1e5",
		"0xAb 1_000 .":         "number 0xAb | number 1_000 | mark .",
		"1e 0x 1a 1$":          "illegal 1e | illegal 0x | illegal 1a | illegal 1$",
		"t.1":                  "word t | number .1",
		"? ?12a :a @b $c #d":   "param ? | param ?12 | word a | param :a | param @b | param $c | param #d",
		"$a::b(c) $a(b c":      "param $a::b(c) | illegal $a(b | word c",
		": a":                  "illegal : | word a",
		"a->>b->c-d":           "word a | mark ->> | word b | mark -> | word c | mark - | word d",
		"a<=b<>c<<d<e>=f>>g>h": "word a | mark <= | word b | mark <> | word c | mark << | word d | mark < | word e | mark >= | word f | mark >> | word g | mark > | word h",
		"a==b=c!=d!e||f|g":     "word a | mark == | word b | mark = | word c | mark != | word d | illegal ! | word e | mark || | word f | mark | | word g",
		"a\x00b":               "word a",
		"a^b\\c{":              "word a | illegal ^ | word b | illegal \\ | word c | illegal {",
	} {
		var got []string
		for _, tok := range tokenize(source) {
			got = append(got, kinds[tok.kind]+" "+tok.text)
		}
		if diff := cmp.Diff(want, strings.Join(got, " | ")); diff != "" {
			t.Errorf("tokens of %q (-want +got):\n%s", source, diff)
		}
	}
}

func TestTokensKnowTheirPlace(t *testing.T) {
	source := "\uFEFFa\r\n/* two\nlines */ 'b\nc' d"
	want := []token{
		{word, "a", 3, 1},
		{text, "'b\nc'", 22, 3},
		{word, "d", 28, 4},
	}
	if diff := cmp.Diff(want, tokenize(source), cmp.AllowUnexported(token{})); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

func TestUnquote(t *testing.T) {
	for quoted, want := range map[string]string{
		`'it''s'`: "it's", `"a""b"`: `a"b`, "`a``b`": "a`b", "[a''b]": "a''b", "a": "a", `""`: "", "": "",
	} {
		if got := unquote(quoted); got != want {
			t.Errorf("unquote(%s) = %s, want %s", quoted, got, want)
		}
	}
}

func TestFoldLeavesOtherAlphabetsAlone(t *testing.T) {
	if got := fold("ÄbC_İ9"); got != "Äbc_İ9" {
		t.Errorf("fold = %s", got)
	}
}

// scraps are pieces of SQL that change the meaning of what is beside them.
var scraps = []string{
	"a", "x", "E", "_", "$", "0", "19", ".", "'", `"`, "`", "[", "]", ":", "::", "@", "#", "?", "-", "--", "->>",
	"/", "*", "/*", "*/", "!", "=", "<", ">", "|", "&", "~", "^", "\\", "{", "\n", "\r", "\v", "\f", "\t", " ", ",", "%", "+",
	"\uFEFF", "\xef", "\xff", "é", "0x", "1e", "e+", "x'", "'ab'", "\x01", "\x7f", "(b)", "()",
}

// TestTokensAreThoseOfSQLite compares with SQLite itself: among the arguments of
// a virtual table it accepts every token that there is, and of a token that it
// does not know it tells the text.
func TestTokensAreThoseOfSQLite(t *testing.T) {
	db := memory(t)
	rapid.Check(t, func(t *rapid.T) {
		source := "CREATE VIRTUAL TABLE t USING none(" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(scraps), 1, 8).Draw(t, "scraps"), "") + "\n)"
		want := "no such module: none"
		if bad := firstIllegal(source); bad != "" {
			want = `unrecognized token: "` + bad + `"`
		} else if tokens := tokenize(source); tokens[len(tokens)-1].end() < len(source) {
			want = "incomplete input" // a comment swallowed the parenthesis
		}
		_, err := db.ExecContext(context.Background(), source)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%q: SQLite says %v, want %s", source, err, want)
		}
	})
}

func firstIllegal(source string) string {
	for _, tok := range tokenize(source) {
		if tok.kind == illegal {
			return tok.text
		}
	}
	return ""
}

// memory returns one connection to a new database in memory.
func memory(t testing.TB) *sql.Conn {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func FuzzTokens(f *testing.F) {
	f.Add("SELECT 'a;b', \"c\" -- d\n FROM [e] /* f */;")
	f.Add("x'0g $a::(b 0x1_e+ \uFEFF\v")
	f.Fuzz(func(t *testing.T, source string) {
		source, _, _ = strings.Cut(source, "\x00")
		end, line := 0, 1
		l := newLexer(source)
		for {
			tok, ok := l.next(true)
			if !ok {
				break
			}
			if tok.pos < end || tok.text == "" || source[tok.pos:tok.end()] != tok.text {
				t.Fatalf("token %+v behind offset %d", tok, end)
			}
			line += strings.Count(source[end:tok.pos], "\n")
			if tok.line != line {
				t.Fatalf("token %+v is on line %d", tok, line)
			}
			line += strings.Count(tok.text, "\n")
			end = tok.end()
			if kind, n := scan(tok.text); tok.kind != comment && (kind != tok.kind || n != len(tok.text)) {
				t.Fatalf("token %+v by itself is of kind %d and length %d", tok, kind, n)
			}
		}
	})
}
