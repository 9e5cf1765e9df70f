package postgres

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/schema"
)

// inspected returns the schema.
func inspected(t testing.TB, d *database) *schema.Snapshot {
	t.Helper()
	s, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// alike fails unless two schemas are the same.
func alike(t testing.TB, want, have *schema.Snapshot) {
	t.Helper()
	for _, diff := range schema.Compare(want, have) {
		t.Error(diff)
	}
}

// What is built from a snapshot is what was inspected, whatever is in it.
func TestTheCorpusIsBuiltAsItWas(t *testing.T) {
	first, _ := live(t)
	all := schemas(first)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			d, _ := live(t, all[name]...)
			want := inspected(t, d)
			for o := range want.All() {
				if o.Unsupported != "" {
					t.Errorf("%s: %s", o.Key, o.Unsupported)
				}
			}
			s, _ := live(t)
			if err := s.Build(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			alike(t, want, inspected(t, s))
		})
	}
}

// No dump tells that keys are not enforced, and a snapshot does.
func TestKeysThatAreNotEnforcedAreBuiltSo(t *testing.T) {
	d, _ := live(t,
		`CREATE TABLE parents (id integer PRIMARY KEY)`,
		`CREATE TABLE children (id integer PRIMARY KEY, parent integer REFERENCES parents)`,
		`ALTER TABLE children DISABLE TRIGGER ALL`,
	)
	want := inspected(t, d)
	s, _ := live(t)
	if err := s.Build(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	alike(t, want, inspected(t, s))
	execute(t, s, `INSERT INTO children VALUES (1, 5)`)
}

// A schema is the same under every name that the home schema may have, and in every
// session: what the facts say does not depend on search_path.
func TestTheHomeSchemaHasNoName(t *testing.T) {
	for _, name := range []string{"keys", "indexes", "tables", "partitions", "types", "routines"} {
		t.Run(name, func(t *testing.T) {
			d, _ := live(t, corpus[name]...)
			address := testserver.Postgres(t)
			execute(t, take(t, openPool(t, address)), `CREATE SCHEMA "Tenant 1"`)
			tenant := take(t, openPool(t, address+"&search_path=%22Tenant%201%22"))
			execute(t, tenant, corpus[name]...)
			alike(t, inspected(t, d), inspected(t, tenant))

			execute(t, tenant, `SET search_path = public, pg_catalog`, `SET datestyle = 'SQL, DMY'`, `SET intervalstyle = iso_8601`,
				`SET bytea_output = escape`, `SET extra_float_digits = -5`, `SET quote_all_identifiers = on`, `SET timezone = 'Asia/Tokyo'`)
			alike(t, inspected(t, d), inspected(t, tenant))
			if got := value(t, tenant, `SELECT current_setting('timezone')`); got != "Asia/Tokyo" {
				t.Errorf("Inspect has left timezone as %s", got)
			}
			start(t, tenant)
			alike(t, inspected(t, d), inspected(t, tenant))
			if got := value(t, tenant, `SELECT current_setting('timezone')`); got != "Asia/Tokyo" {
				t.Errorf("Inspect has left timezone as %s in a transaction", got)
			}
		})
	}
}

// What this engine does not know is told, and not left out.
func TestWhatIsNotKnownIsTold(t *testing.T) {
	d, _ := live(t,
		`CREATE TEXT SEARCH CONFIGURATION mine (COPY = simple)`,
		`CREATE OPERATOR === (leftarg = integer, rightarg = integer, function = int4eq)`,
		`CREATE FOREIGN DATA WRAPPER nothing`,
		`CREATE SERVER other FOREIGN DATA WRAPPER nothing`,
		`CREATE FOREIGN TABLE far (id integer) SERVER other`,
		`CREATE TYPE pair AS (a integer, b text)`,
		`CREATE TABLE pairs OF pair`,
	)
	var told []string
	for o := range inspected(t, d).All() {
		if o.Unsupported != "" {
			told = append(told, o.Key.String())
		}
	}
	want := []string{
		"table pairs", "foreign table far", "foreign-data wrapper nothing", "operator public.===(integer,integer)",
		"server other", "text search configuration public.mine",
	}
	slices.Sort(told)
	slices.Sort(want)
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}
