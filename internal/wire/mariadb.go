package wire

import "encoding/binary"

// MariaDB is the protocol of MariaDB and MySQL.
var MariaDB Protocol = mariadb{}

type mariadb struct{}

// The commands that are not answered, and the one that runs a text.
const (
	comQuit     = 0x01
	comQuery    = 0x03
	comLongData = 0x18
	comClose    = 0x19
)

// header is the length of what is ahead of every packet: three bytes of its length,
// and its number in the exchange.
const header = 4

// call takes a command for a call, and what introduces the client.
func (mariadb) call(b []byte) (said string, asks bool) {
	if len(b) <= header {
		return "", false
	}
	if b[header-1] == 0 {
		switch b[header] {
		case comQuit, comLongData, comClose:
			return "", false
		}
	}
	return readable(b[header:]), true
}

// refuse answers with the error. One that ends the transaction ends it first.
func (mariadb) refuse(b []byte, e Error) (instead, answer []byte) {
	if b[header-1] != 0 {
		return nil, nil
	}
	state := "HY000" // for what standards have no name
	if e.Ends {
		state = "40001"
		instead = packet(0, append([]byte{comQuery}, "ROLLBACK"...))
	}
	payload := binary.LittleEndian.AppendUint16([]byte{0xff}, e.Number)
	payload = append(payload, '#')
	payload = append(payload, state...)
	return instead, packet(1, append(payload, e.Message...))
}

func packet(number byte, payload []byte) []byte {
	n := len(payload)
	return append([]byte{byte(n), byte(n >> 8), byte(n >> 16), number}, payload...)
}
