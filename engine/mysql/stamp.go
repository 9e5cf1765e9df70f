package mysql

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// StampQuery returns "": these servers keep nothing that costs a row, is about one
// database, and changes with each change of its schema (docs/decisions/0031).
func (Engine) StampQuery() string { return "" }

// SameStamp reports whether two stamps are the same one.
func (Engine) SameStamp(a, b string) bool { return a == b && a != "" }

// Stamp returns a hash of all that the server says of the schema: of the very texts
// that Inspect makes objects of, which takes most of its time. So it is another one
// wherever Inspect could see something else, in whatever time, on whatever server.
func (d *database) Stamp(ctx context.Context) (string, error) {
	sum := sha256.New()
	err := d.reading(ctx, func() error {
		list, answers, err := d.read(ctx, true, nil)
		if err != nil {
			return err
		}
		put := func(texts ...string) { // each with its length, so that no two lists read alike
			for _, text := range texts {
				fmt.Fprintf(sum, "%d:%s", len(text), text)
			}
		}
		put(d.name)
		for i, l := range list {
			p := answers[i]
			put(string(l.kind), l.name, l.table, l.event, l.order, l.body, l.mode)
			put(uncounted(p.text), p.mode, p.zone, strconv.Itoa(int(p.number)), p.reason, fmt.Sprint(p.systems))
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("stamp: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// counter matches what a table counts its rows with, where the server prints it.
var counter = regexp.MustCompile(`\A\) ENGINE=\w+( AUTO_INCREMENT=\d+)`)

// uncounted leaves out AUTO_INCREMENT=7, which is no part of the schema: see
// [withoutCounter]. It stands behind the parts; where a text in them looks like their end it is
// left where it is, which costs a look and no more.
func uncounted(text string) string {
	const end = "\n) ENGINE="
	at := strings.Index(text, end)
	if at < 0 || at != strings.LastIndex(text, end) {
		return text
	}
	at++
	if found := counter.FindStringSubmatchIndex(text[at:]); found != nil {
		return text[:at+found[2]] + text[at+found[3]:]
	}
	return text
}
