package mysql

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

var _ engine.Stamper = (*database)(nil)

// StampQuery returns the horizon: where nobody on the server has begun a statement on a schema
// since, it tells. On MySQL it is "".
func (Engine) StampQuery() string { return horizonQuery }

// SameStamp reports whether two stamps have the same horizon, or are of the same texts.
func (Engine) SameStamp(a, b string) bool {
	horizonA, textsA, _ := strings.Cut(a, "/")
	horizonB, textsB, _ := strings.Cut(b, "/")
	return horizonA == horizonB && horizonA != "" || textsA == textsB && textsA != ""
}

// Stamp returns the horizon, if it tells, and a sum over all that the server says of the
// schema: over the very texts that Inspect makes objects of, which takes most of its
// time. So the sum is another one wherever Inspect could see something else, in whatever
// time, on whatever server.
func (d *database) Stamp(ctx context.Context) (stamp string, err error) {
	err = d.readAll(ctx, 0, func(ahead string, list []listing, answers []printed) {
		stamp = d.stampOf(ahead, list, answers)
	})
	if err != nil {
		return "", fmt.Errorf("stamp: %w", err)
	}
	return stamp, nil
}

// Stamped returns the schema with the stamp of the very texts that it was read from.
func (d *database) Stamped(ctx context.Context) (s *schema.Snapshot, stamp string, err error) {
	err = d.readAll(ctx, mostPauses, func(ahead string, list []listing, answers []printed) {
		s, stamp = schema.NewSnapshot(numbered(d.describeAll(list, answers))...), d.stampOf(ahead, list, answers)
	})
	if err != nil {
		return nil, "", fmt.Errorf("inspect: %w", err)
	}
	return s, stamp, nil
}

// readAll reads the horizon, with as many pauses, and then all that the server says of the
// schema: whoever changes something in between makes the stamp too old, and never too new.
func (d *database) readAll(ctx context.Context, pauses int, take func(ahead string, list []listing, answers []printed)) error {
	return d.reading(ctx, func() error {
		ahead, err := d.stillAhead(ctx, pauses)
		if err != nil {
			return err
		}
		list, answers, err := d.read(ctx, true, nil)
		if err == nil {
			take(ahead, list, answers)
		}
		return err
	})
}

// stampOf returns the stamp of what the server has said. It ends with what a trace has to know
// of objects that it does not read: that there are views.
func (d *database) stampOf(ahead string, list []listing, answers []printed) string {
	stamp := ahead + "/" + d.said(list, answers).Fingerprint().String()
	if slices.ContainsFunc(list, func(l listing) bool { return l.kind == schema.View }) {
		stamp += withViews
	}
	return stamp
}

const withViews = "+views"

// said returns what the server has said, one object each.
func (d *database) said(list []listing, answers []printed) *schema.Snapshot {
	objects := make([]*schema.Object, len(answers))
	for i := range answers {
		l, p := &list[i], &answers[i]
		o := &schema.Object{Key: schema.Key{Space: d.name, Kind: l.kind, Table: l.table, Name: l.name}}
		for _, text := range []string{l.event, l.order, l.body, l.mode, uncounted(p.text), p.mode, p.zone, strconv.Itoa(int(p.number)), p.reason, fmt.Sprint(p.systems)} {
			o.Facts = append(o.Facts, schema.Fact{Value: text})
		}
		objects[i] = o
	}
	return schema.NewSnapshot(objects...)
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
