package mysql

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

var _ engine.Stamper = (*database)(nil)

// StampQuery returns the horizon: where nobody on the server has begun a statement on a schema
// since, or nobody has changed anything by one, it tells. On MySQL it is "".
func (Engine) StampQuery() string { return horizonQuery }

// SameStamp reports whether nothing has changed between the horizons of two stamps, or whether
// they are of the same texts.
func (Engine) SameStamp(a, b string) bool {
	aheadA, textsA, _ := strings.Cut(a, "/")
	aheadB, textsB, _ := strings.Cut(b, "/")
	horizonA, okA := parseHorizon(aheadA)
	horizonB, okB := parseHorizon(aheadB)
	return okA && okB && horizonA.same(horizonB) || textsA == textsB && textsA != ""
}

// Stamp returns the horizon, if it tells, and hashes of all that the server says of the
// schema: of the very texts that Inspect makes objects of, which takes most of its
// time. So they are others wherever Inspect could see something else, in whatever
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
	var all saying
	views := false
	var buf []byte
	for i := range answers {
		buf = d.appendSaid(buf[:0], &list[i], &answers[i])
		all.turn(sha256.Sum256(buf))
		views = views || list[i].kind == schema.View
	}
	return all.stamp(ahead, views)
}

// A saying stands for what the server says of a number of objects, in whatever order: all that it
// says of one, hashed, is put in and taken out in the same way.
type saying [sha256.Size]byte

func (s *saying) turn(one saying) { subtle.XORBytes(s[:], s[:], one[:]) }

// withViews is the end of a stamp where there are views.
const withViews = "+views"

// stamp returns a stamp with this horizon.
func (s *saying) stamp(ahead string, views bool) string {
	text := ahead + "/" + hex.EncodeToString(s[:])
	if views {
		text += withViews
	}
	return text
}

// parseSaying reads what stands behind the horizon of a stamp.
func parseSaying(text string) (s saying, views, ok bool) {
	text, views = strings.CutSuffix(text, withViews)
	b, err := hex.DecodeString(text)
	return s, views, err == nil && copy(s[:], b) == len(s) && len(b) == len(s)
}

// appendSaid appends all that the server says of an object, each text with its length, so that no
// two read alike.
func (d *database) appendSaid(buf []byte, l *listing, p *printed) []byte {
	systems := ""
	if p.systems != nil {
		systems = fmt.Sprint(p.systems)
	}
	for _, text := range [...]string{
		d.name, string(l.kind), l.name, l.table, l.event, l.order, l.body, l.mode,
		uncounted(p.text), p.mode, p.zone, strconv.Itoa(int(p.number)), p.reason, systems,
	} {
		buf = binary.AppendUvarint(buf, uint64(len(text)))
		buf = append(buf, text...)
	}
	return buf
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
