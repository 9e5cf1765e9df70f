package postgres

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// Sources may depend on each other against the order of kinds and names.
func TestBuildFindsAnOrder(t *testing.T) {
	d, _ := live(t,
		`CREATE TABLE z (id integer)`,
		`CREATE FUNCTION a() RETURNS z LANGUAGE sql AS 'SELECT * FROM public.z LIMIT 1'`,
		`CREATE VIEW y AS SELECT (a()).id`,
		`CREATE FUNCTION b() RETURNS SETOF y LANGUAGE sql AS 'SELECT * FROM public.y'`,
		`CREATE VIEW x AS SELECT * FROM b()`,
		`CREATE MATERIALIZED VIEW w AS SELECT * FROM x`,
		`CREATE DOMAIN d AS integer CHECK (VALUE > 0)`,
		`CREATE FUNCTION c() RETURNS d LANGUAGE sql AS 'SELECT 1::d'`,
		`CREATE TABLE a (id d DEFAULT c(), of_y y)`,
		`CREATE SEQUENCE a_numbers`,
		`ALTER TABLE a ADD n integer DEFAULT nextval('a_numbers')`,
		`ALTER SEQUENCE a_numbers OWNED BY a.id`,
	)
	want := inspected(t, d)
	s, _ := live(t)
	if err := s.Build(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	alike(t, want, inspected(t, s))
	if got := value(t, s, `SELECT current_setting('check_function_bodies')`); got != "on" {
		t.Errorf("check_function_bodies is left %s", got)
	}
}

// What cannot be built is told with the object that stands in the way.
func TestBuildTellsWhatFails(t *testing.T) {
	d, _ := live(t)
	err := d.Build(t.Context(), schema.NewSnapshot(
		&schema.Object{Key: schema.Key{Kind: schema.View, Name: "fine"}, Name: "fine", Source: `CREATE VIEW fine AS SELECT 1`},
		&schema.Object{Key: schema.Key{Kind: schema.View, Name: "broken"}, Name: "broken", Source: `CREATE VIEW broken AS SELECT * FROM absent`},
	))
	if err == nil || !strings.Contains(err.Error(), "view broken") {
		t.Errorf("error %v", err)
	}
	if have := inspected(t, d); have.Len() > 0 {
		t.Errorf("there is left: %v", have.Keys())
	}
}
