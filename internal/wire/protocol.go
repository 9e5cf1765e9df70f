package wire

// A Protocol is what has to be known of the words that a client and a server
// exchange.
type Protocol interface {
	// call returns what a client says, for people to read, and whether it waits for an
	// answer to it.
	call(b []byte) (said string, asks bool)
	// refuse returns what to send in the place of a call so that the server is where an
	// error would leave it, and what the client is answered: with neither the call goes
	// through, and without an answer the server gives it.
	refuse(b []byte, e Error) (instead, answer []byte)
}

// readable returns the text in what a client says.
func readable(b []byte) string {
	const most = 300
	text := make([]byte, 0, min(len(b), most))
	for _, c := range b {
		switch {
		case len(text) == most:
			return string(text) + "…"
		case c > ' ' && c < 0x7f:
			text = append(text, c)
		case len(text) > 0 && text[len(text)-1] != ' ':
			text = append(text, ' ')
		}
	}
	return string(text)
}
