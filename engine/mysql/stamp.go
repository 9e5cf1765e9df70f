package mysql

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

var _ engine.Stamper = (*database)(nil)

// StampQuery returns "": these servers keep nothing that costs a row, is about one
// database, and changes with each change of its schema (docs/decisions/0031).
func (Engine) StampQuery() string { return "" }

// SameStamp reports whether two stamps are the same one.
func (Engine) SameStamp(a, b string) bool { return a == b && a != "" }

// Stamp returns a hash of all that the server says of the schema: of the very texts
// that Inspect makes objects of, which takes most of its time. So it is another one
// wherever Inspect could see something else, in whatever time, on whatever server.
func (d *database) Stamp(ctx context.Context) (stamp string, err error) {
	err = d.reading(ctx, func() error {
		list, answers, err := d.read(ctx, true, nil)
		stamp = d.stampOf(list, answers)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("stamp: %w", err)
	}
	return stamp, nil
}

// Stamped returns the schema with the stamp of the very texts that it was read from.
func (d *database) Stamped(ctx context.Context) (s *schema.Snapshot, stamp string, err error) {
	err = d.reading(ctx, func() error {
		list, answers, err := d.read(ctx, true, nil)
		if err != nil {
			return err
		}
		s, stamp = schema.NewSnapshot(numbered(d.describeAll(list, answers))...), d.stampOf(list, answers)
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("inspect: %w", err)
	}
	return s, stamp, nil
}

// stampOf returns the hash of what the server has said.
func (d *database) stampOf(list []listing, answers []printed) string {
	sum := sha256.New()
	put := func(texts ...string) { // each with its length, so that no two lists read alike
		for _, text := range texts {
			fmt.Fprintf(sum, "%d:%s", len(text), text)
		}
	}
	put(d.name)
	for i := range answers {
		l, p := &list[i], &answers[i]
		put(string(l.kind), l.name, l.table, l.event, l.order, l.body, l.mode)
		put(uncounted(p.text), p.mode, p.zone, strconv.Itoa(int(p.number)), p.reason, fmt.Sprint(p.systems))
	}
	return hex.EncodeToString(sum.Sum(nil))
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
