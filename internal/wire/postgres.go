package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// Postgres is the protocol of PostgreSQL, version 3. The client sends several
// messages at once, and the server answers when it comes to the last of them.
var Postgres Protocol = postgres{}

type postgres struct{}

// call takes all for a call but the end of a connection and the rows of a COPY. The
// first message of a connection has no letter.
func (postgres) call(b []byte) (said string, asks bool) {
	switch {
	case len(b) == 0, b[0] == 'X', b[0] == 'd' && !bytes.Contains(b, []byte("c\x00\x00\x00\x04")):
		return "", false
	}
	return readable(b), true
}

// refuse raises the error by a block of code. At a COMMIT the transaction is over
// with it.
func (postgres) refuse(b []byte, e Error) (instead, answer []byte) {
	if len(b) == 0 || b[0] == 0 || b[0] == 'p' || b[0] == 'd' {
		return nil, nil
	}
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	text := fmt.Sprintf("DO $dbmend$ BEGIN RAISE EXCEPTION USING ERRCODE = %s, MESSAGE = %s; END $dbmend$", quote(e.State), quote(e.Message))
	if bytes.Contains(b, []byte("COMMIT\x00")) {
		text = "ROLLBACK; " + text
	}
	instead = append(instead, 'Q')
	instead = binary.BigEndian.AppendUint32(instead, uint32(4+len(text)+1))
	instead = append(instead, text...)
	return append(instead, 0), nil
}
