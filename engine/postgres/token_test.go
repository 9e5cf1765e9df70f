package postgres

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tokenKinds names the kinds as the tables below write them.
var tokenKinds = map[tokenKind]string{
	word: "word", quoted: "quoted", unicodeName: "uname", text: "text", escaped: "escaped", unicodeText: "utext",
	dollar: "dollar", bits: "bits", number: "number", param: "param", mark: "mark", illegal: "illegal",
	unclosed: "unclosed", comment: "comment",
}

func TestTokens(t *testing.T) {
	for source, want := range map[string]string{
		"":                  "",
		"SELECT a1$b":       "word SELECT | word a1$b",
		"größe \vä":         "word größe | word ä",
		"\uFEFFa \uFEFFb":   "word a | word b",
		"a -- b\r c":        "word a | word c",
		"a /* b /* c */*/d": "word a | word d",
		"/**/a/*/ b */c":    "word a | word c",
		"a/* /* b */":       "word a | unclosed /* /* b */",
		"a/*":               "word a | unclosed /*",

		`'it''s' "a""b"`:              `text 'it''s' | quoted "a""b"`,
		`'\' ''`:                      `text '\' | text ''`,
		`E'\'' e'a\\' E'it''s\`:       `escaped E'\'' | escaped e'a\\' | unclosed E'it''s\`,
		`U&'\0061''' u&"d\0061t"`:     `utext U&'\0061''' | uname u&"d\0061t"`,
		`U &'a' u&a`:                  `word U | mark & | text 'a' | word u | mark & | word a`,
		`B'01' x'0aF' N'a'`:           `bits B'01' | bits x'0aF' | word N | text 'a'`,
		`_e'a'`:                       `word _e | text 'a'`,
		"'a'\n'b\\'":                  `text 'a' | text 'b\'`,
		"E'a'\n'b\\''":                `escaped E'a' | escaped 'b\''`,
		"E'a' -- c\r\n  -- d\n'b\\''": `escaped E'a' | escaped 'b\''`,
		"E'a' 'b\\'":                  `escaped E'a' | text 'b\'`,
		"E'a'\n/* c */'b\\'":          `escaped E'a' | text 'b\'`,
		"E'a'\n,'b\\'":                `escaped E'a' | mark , | text 'b\'`,
		"U&'a'\n'b' x'0'\n'1'":        `utext U&'a' | utext 'b' | bits x'0' | bits '1'`,
		"'a":                          "unclosed 'a",
		`"a""`:                        `unclosed "a""`,

		"$$;$$ $a$$b$;$a$":     "dollar $$;$$ | dollar $a$$b$;$a$",
		"$é1$'$é1$ $_$a$b$ $_": "dollar $é1$'$é1$ | unclosed $_$a$b$ $_",
		"a$$b$$ $1$b$":         "word a$$b$$ | param $1 | unclosed $b$",
		"$a b $":               "illegal $ | word a | word b | illegal $",
		"$1a":                  "param $1 | word a",

		"1 1. .5 1.5e-7 1e5 1_000": "number 1 | number 1. | number .5 | number 1.5e-7 | number 1e5 | number 1_000",
		"0xAb 0o17 0b1 0b 1e 1..2": "number 0xAb | number 0o17 | number 0b1 | number 0 | word b | number 1 | word e | number 1 | mark .. | number 2",
		"t.1 t.a 1a 1_":            "word t | number .1 | word t | mark . | word a | number 1 | word a | number 1 | word _",

		"a::b:=c:d..e":     "word a | mark :: | word b | mark := | word c | mark : | word d | mark .. | word e",
		"a->>b#>-c":        "word a | mark ->> | word b | mark #>- | word c",
		"a=-1 b<@-c d*+-1": "word a | mark = | mark - | number 1 | word b | mark <@- | word c | word d | mark * | mark + | mark - | number 1",
		"a|/*b*/|c*--d":    "word a | mark | | mark | | word c | mark *",
		"-+--a":            "mark - | mark +",
		"a[1](b)\\c{\x01":  "word a | mark [ | number 1 | mark ] | mark ( | word b | mark ) | illegal \\ | word c | illegal { | illegal \x01",
		"<> != ||/ @@ ?|":  "mark <> | mark != | mark ||/ | mark @@ | mark ?|",
	} {
		var got []string
		for _, tok := range tokenize(source) {
			got = append(got, tokenKinds[tok.kind]+" "+tok.text)
		}
		if diff := cmp.Diff(want, strings.Join(got, " | ")); diff != "" {
			t.Errorf("tokens of %q (-want +got):\n%s", source, diff)
		}
	}
}

func TestTokensKnowTheirPlace(t *testing.T) {
	source := "\uFEFFa\r\n/* two\nlines */ 'b\nc' $$\n$$ d"
	want := []token{
		{word, "a", 3, 1},
		{text, "'b\nc'", 22, 3},
		{dollar, "$$\n$$", 28, 4},
		{word, "d", 34, 5},
	}
	if diff := cmp.Diff(want, tokenize(source), cmp.AllowUnexported(token{})); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

// A name is what the catalogue has: https://www.postgresql.org/docs/current/sql-syntax-lexical.html
func TestNamesAreThoseOfTheCatalogue(t *testing.T) {
	long := strings.Repeat("x", 62)
	for source, want := range map[string]string{
		"Notes": "notes", `"Notes"`: "Notes", `"a""b"`: `a"b`, "ÄbC": "Äbc", `U&"d\0061t\+000061"`: "data",
		`U&"a\\b"`: `a\b`, `U&"\00g1"`: `\00g1`, `U&"d!0061t" UESCAPE '!'`: "dat", `U&"d!0061t" UESCAPE ''`: "d!0061t",
		long + "YY": long + "y", `"` + long + `é"`: long,
	} {
		r := newReader(source)
		if got := r.one(); got != want || !r.done() {
			t.Errorf("%s is %q and not %q", source, got, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("SELECT 'a;b', \"c\" -- d\n FROM e /* f /* g */ */;")
	f.Add("E'a\\''\n'b' $x$ $$ $x$ 0x1_e+ \uFEFF\v U&\"\\0061\"")
	f.Fuzz(func(t *testing.T, source string) {
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
			if gap := strings.ReplaceAll(source[end:tok.pos], byteOrderMark, ""); strings.Trim(gap, " \t\n\v\f\r") != "" {
				t.Fatalf("%q ahead of token %+v is no blank", gap, tok)
			}
			line += strings.Count(source[end:tok.pos], "\n")
			if tok.line != line {
				t.Fatalf("token %+v is on line %d", tok, line)
			}
			line += strings.Count(tok.text, "\n")
			end = tok.end()
			tok.name() // of anything: it must not panic
			tok.value()
		}
	})
}
