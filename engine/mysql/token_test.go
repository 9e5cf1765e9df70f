package mysql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kindNames names the kindNames as the tables below write them.
var kindNames = map[tokenKind]string{
	word: "word", quoted: "quoted", text: "text", number: "number", blob: "blob", variable: "variable", mark: "mark",
	illegal: "illegal", condition: "condition", comment: "comment", unclosed: "unclosed", stop: "stop",
}

// listed writes tokens as the tables below do.
func listed(l *lexer) string {
	var all []string
	for {
		t, ok := l.next(false)
		if !ok {
			return strings.Join(all, " | ")
		}
		all = append(all, kindNames[t.kind]+" "+t.text)
	}
}

func TestTokens(t *testing.T) {
	for source, want := range map[string]string{
		"":                              "",
		"SELECT a1$, größe":             "word SELECT | word a1$ | mark , | word größe",
		"\uFEFFa \v\f\r\n b":            "word a | word b",
		"a -- b\n c --\td\n e --":       "word a | word c | word e",
		"a --b\n--c":                    "word a | mark - | mark - | word b | mark - | mark - | word c",
		"--b\nc":                        "word c",
		"a # b\n c":                     "word a | word c",
		"a /* b # ' */c /**/ d":         "word a | word c | word d",
		"a /*+ hint */ b":               "word a | word b",
		"a /* b":                        "word a | unclosed /* b",
		"/*!50003 a */ b":               "condition /*!50003 | word a | condition */ | word b",
		"/*!a*//*M!100100b*//*!080023":  "condition /*! | word a | condition */ | condition /*M!100100 | word b | condition */ | condition /*!080023",
		"/*!999 a*/ 2*/3":               "condition /*! | number 999 | word a | condition */ | number 2 | mark * | mark / | number 3",
		`'it''s\'' "a""b\""`:            `text 'it''s\'' | text "a""b\""`,
		"`a``b\\`c":                     "quoted `a``b\\` | word c",
		`'a\`:                           `unclosed 'a\`,
		"'a":                            "unclosed 'a",
		"N'a' n'b''c' n":                "text N'a' | text n'b''c' | word n",
		"_utf8mb4'a'":                   "word _utf8mb4 | text 'a'",
		"x'0aF0' X'' b'01' B'2' x'0'":   "blob x'0aF0' | blob X'' | blob b'01' | illegal B'2' | illegal x'0'",
		"x'0":                           "unclosed x'0",
		"1 1. .5 1.5e-7 1e5 1e+5":       "number 1 | number 1. | number .5 | number 1.5e-7 | number 1e5 | number 1e+5",
		"0xAb 0b01 0XAb 0xg 0b2 0x":     "number 0xAb | number 0b01 | word 0XAb | word 0xg | word 0b2 | word 0x",
		"2fa 1e 1$ 1_a":                 "word 2fa | word 1e | word 1$ | word 1_a",
		"t.1 t.2fa `t`.3 1.5":           "word t | mark . | word 1 | word t | mark . | word 2fa | quoted `t` | mark . | word 3 | number 1.5",
		"@a @'b c' @`d` @@e @@global.f": "variable @a | variable @'b c' | variable @`d` | variable @@e | variable @@global.f",
		"root@localhost 'a'@'%' @ ?":    "word root | variable @localhost | text 'a' | variable @'%' | mark @ | variable ?",
		`\N \G`:                         `word \N | illegal \ | word G`,
		"a->>b->c-d<=>e:=f||g&&h!=i<>j": "word a | mark ->> | word b | mark -> | word c | mark - | word d | mark <=> | word e | mark := | word f | mark || | word g | mark && | word h | mark != | word i | mark <> | word j",
		"a\x01b":                        "word a | illegal \x01 | word b",
	} {
		if diff := cmp.Diff(want, listed(newLexer(source))); diff != "" {
			t.Errorf("tokens of %q (-want +got):\n%s", source, diff)
		}
	}
}

func TestTokensOfOtherModes(t *testing.T) {
	for _, tc := range []struct {
		mode         mode
		source, want string
	}{
		{mode{ansiQuotes: true}, `"a\" 'b\''`, `quoted "a\" | text 'b\''`},
		{mode{noBackslashEscapes: true}, `"a\" 'b\' \`, `text "a\" | text 'b\' | illegal \`},
	} {
		l := newLexer(tc.source)
		l.mode = tc.mode
		if diff := cmp.Diff(tc.want, listed(l)); diff != "" {
			t.Errorf("tokens of %q (-want +got):\n%s", tc.source, diff)
		}
	}
}

// A delimiter ends every token but strings, quoted names and comments, as it does
// for the client.
func TestTokensEndAtDelimiters(t *testing.T) {
	for _, tc := range []struct{ delimiter, source, want string }{
		{"$$", "END$$ '$$' /* $$ */`$$`$$", "word END | stop $$ | text '$$' | quoted `$$` | stop $$"},
		{"//", "a//b / c /* // */", "word a | stop // | word b | mark / | word c"},
		{"#", "a # b", "word a | stop # | word b"},
		{"go", "a gogb", "word a | stop go | word gb"},
		{"||", "a||b|c", "word a | stop || | word b | mark | | word c"},
		{">", "a->>b", "word a | mark - | stop > | stop > | word b"},
	} {
		l := newLexer(tc.source)
		l.delimiter = tc.delimiter
		if diff := cmp.Diff(tc.want, listed(l)); diff != "" {
			t.Errorf("tokens of %q (-want +got):\n%s", tc.source, diff)
		}
	}
}

func TestNames(t *testing.T) {
	for source, want := range map[string]string{"`a``b`": "a`b", "a": "a", "``": ""} {
		if got := tokenize(source)[0].name(); got != want {
			t.Errorf("name of %s = %s, want %s", source, got, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("SELECT 'a;b', \"c\" -- d\n FROM `e` /*! f */;", "", false, false)
	f.Add("x'0g @'a b'.1_e+ \uFEFF\v 0x1g 'a\\'", "$$", true, true)
	f.Fuzz(func(t *testing.T, source, delimiter string, ansi, plain bool) {
		source, _, _ = strings.Cut(source, "\x00")
		delimiter = strings.Join(strings.Fields(delimiter), "") // it is one word
		end, line := 0, 1
		l := newLexer(source)
		l.delimiter, l.mode = delimiter, mode{ansi, plain}
		for {
			tok, ok := l.next(true)
			if !ok {
				break
			}
			if tok.pos < end || tok.text == "" || source[tok.pos:tok.end()] != tok.text {
				t.Fatalf("token %+v behind offset %d", tok, end)
			}
			if skipped := strings.TrimPrefix(source[end:tok.pos], byteOrderMark); strings.Trim(skipped, " \t\n\v\f\r") != "" {
				t.Fatalf("%q is skipped", skipped)
			}
			line += strings.Count(source[end:tok.pos], "\n")
			if tok.line != line {
				t.Fatalf("token %+v is on line %d", tok, line)
			}
			line += strings.Count(tok.text, "\n")
			end = tok.end()
		}
	})
}
