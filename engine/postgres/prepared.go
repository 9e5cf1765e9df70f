package postgres

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// prepared are the queries of ours that the server keeps for a session, by their text.
type prepared struct {
	names map[string]string
	last  int // the number in the newest name: none is given twice
}

// preparedOn returns what is kept for a connection, which several databases may share.
func preparedOn(c *pgx.Conn) *prepared {
	const place = "dbmend"
	data := c.PgConn().CustomData()
	p, ok := data[place].(*prepared)
	if !ok {
		p = &prepared{names: map[string]string{}}
		data[place] = p
	}
	return p
}

// keep makes the server keep the questions, whose plans cost more than their answers,
// and returns their names. Behind a pooler no session is ours: there the names are empty.
func (d *database) keep(ctx context.Context, questions []question) ([]string, error) {
	names := make([]string, len(questions))
	if d.pooled {
		return names, nil
	}
	err := d.wire(func(c *pgx.Conn) error {
		p := preparedOn(c)
		var lacks []int
		for i, q := range questions {
			if names[i] = p.names[q.query]; names[i] == "" && !q.once {
				lacks = append(lacks, i)
			}
		}
		if len(lacks) == 0 {
			return nil
		}
		message := c.PgConn().StartPipeline(ctx)
		for _, i := range lacks {
			p.last++
			names[i] = "dbmend_" + strconv.Itoa(p.last)
			message.SendPrepare(names[i], questions[i].query, nil)
		}
		if err := message.Sync(); err != nil {
			return errors.Join(err, message.Close())
		}
		for _, i := range lacks {
			if _, err := message.GetResults(); err != nil {
				return errors.Join(err, message.Close())
			}
			p.names[questions[i].query] = names[i]
		}
		return message.Close()
	})
	return names, err
}

// letGo makes the server forget what it keeps for a session that is given back.
func (d *database) letGo(ctx context.Context) error {
	return d.wire(func(c *pgx.Conn) error {
		p := preparedOn(c)
		if len(p.names) == 0 {
			return nil
		}
		message := c.PgConn().StartPipeline(ctx)
		for _, name := range p.names {
			message.SendDeallocate(name)
		}
		clear(p.names)
		return errors.Join(message.Sync(), message.Close())
	})
}

// forgets takes note of a statement of an author's that may make the server forget what
// it keeps: all is given to it again, by other names.
func (d *database) forgets(statement string) error {
	if text := strings.ToLower(statement); !strings.Contains(text, "deallocate") && !strings.Contains(text, "discard") {
		return nil
	}
	return d.wire(func(c *pgx.Conn) error {
		clear(preparedOn(c).names)
		return nil
	})
}
