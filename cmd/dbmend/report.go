package main

import (
	"bytes"
	"encoding/json"
	"io"
)

// An envelope is what --json prints and --report writes, for every verb. Its shape,
// and that of every view in it, is a contract: docs/formats/json.md.
type envelope struct {
	Format   int           `json:"format"`
	Verb     string        `json:"verb"`
	Database string        `json:"database,omitempty"`
	Exit     int           `json:"exit"`
	Result   any           `json:"result"`
	Errors   []problemView `json:"errors"`
}

// jsonFormat is the number of the shape. It grows when something in it changes its
// meaning or goes; that something is added does not change it.
const jsonFormat = 1

func newEnvelope(verb, database string, exit int, view any, errors []problemView) *envelope {
	if errors == nil {
		errors = []problemView{}
	}
	return &envelope{jsonFormat, verb, database, exit, view, errors}
}

func (e *envelope) text() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(e)
	return b.Bytes(), err
}

func (e *envelope) write(w io.Writer) error {
	text, err := e.text()
	if err == nil {
		_, err = w.Write(text)
	}
	return err
}
