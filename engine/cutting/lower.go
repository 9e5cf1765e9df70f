package cutting

// Lower returns a word with the capitals of ASCII as small letters, and all else
// as it is. A word without capitals is returned as it is, without a copy.
func Lower(word string) string {
	for i := 0; i < len(word); i++ {
		if isUpper(word[i]) {
			return string(appendLower(make([]byte, 0, len(word)), word))
		}
	}
	return word
}

func appendLower(b []byte, word string) []byte {
	n := len(b)
	b = append(b, word...)
	for i, c := range b[n:] {
		if isUpper(c) {
			b[n+i] = c + 'a' - 'A'
		}
	}
	return b
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
