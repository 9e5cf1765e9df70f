package mysql

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/schema"
)

// Nothing in it is beyond us.
func TestEverythingIsSupported(t *testing.T) {
	db := open(t)
	everything(t, db)
	kinds := map[schema.Kind]int{}
	for o := range inspected(t, db).All() {
		kinds[o.Key.Kind]++
		if o.Unsupported != "" {
			t.Errorf("%s: %s", o.Key, o.Unsupported)
		}
	}
	want := map[schema.Kind]int{
		schema.Table: 12, schema.Column: 58, schema.PrimaryKey: 5, schema.Unique: 3, schema.ForeignKey: 3, schema.Check: 2,
		schema.Index: 12, schema.View: 4, schema.Trigger: 4, Sequence: 1, Function: 2, Procedure: 2, Event: 1,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
}

// What is built from the sources is the same to us, and to the server.
func TestEverythingIsBuilt(t *testing.T) {
	db := open(t)
	everything(t, db)
	want := inspected(t, db)
	s, err := db.Scratch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Build(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	same(t, want, inspected(t, s))
	if diff := cmp.Diff(printedSchema(t, db), printedSchema(t, s.(*database))); diff != "" {
		t.Error(diff)
	}
}

// printedSchema returns what the server prints of each object, in one order.
func printedSchema(t *testing.T, d *database) map[string]string {
	t.Helper()
	all := map[string]string{}
	list, answers, err := d.read(t.Context(), true, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range list {
		text := strings.ReplaceAll(answers[i].text, quote(d.name)+".", "")
		all[string(l.kind)+" "+l.name] = text + l.event + l.order + l.body
	}
	return all
}

// A dump that is restored, by the server's own tools, is the same schema. The tool
// writes a sequence that a default or a view uses with its database ahead, so that it
// would be that database's still.
func TestRestoredDumpIsTheSame(t *testing.T) {
	from, to := testserver.MariaDB(t), testserver.MariaDB(t)
	db := take(t, from)
	everything(t, db)
	script := dump(t, from, "--routines", "--events", "--triggers")
	restore(t, strings.ReplaceAll(script, quote(db.name)+".", ""), to)
	same(t, inspected(t, db), inspected(t, take(t, to)))
}

// dump returns what the server's own tool dumps.
func dump(t testing.TB, name string, arguments ...string) string {
	t.Helper()
	out, err := tool(t, name, "mariadb-dump", "mysqldump", arguments...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func restore(t testing.TB, script, name string) {
	t.Helper()
	c := tool(t, name, "mariadb", "mysql")
	c.Stdin = strings.NewReader(script)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// tool returns one of the server's own programs, under either of its names, for a
// database.
func tool(t testing.TB, name, program, other string, arguments ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if path, err = exec.LookPath(other); err != nil {
			t.Fatal(err)
		}
	}
	c, err := driver.ParseDSN(name)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"--no-defaults", "--user=" + c.User, "--password=" + c.Passwd}
	if host, port, ok := strings.Cut(c.Addr, ":"); c.Net == "tcp" && ok {
		all = append(all, "--protocol=tcp", "--host="+host, "--port="+port)
	} else {
		all = append(all, "--socket="+c.Addr)
	}
	return exec.Command(path, append(append(all, arguments...), c.DBName)...)
}

// The number of round trips does not depend on the schema.
func TestInspectIsAFewRoundTrips(t *testing.T) {
	db := open(t)
	asked := func() (n int) {
		questions := func() (n int) {
			if err := db.conn.QueryRowContext(t.Context(), "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'QUESTIONS'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := questions()
		inspected(t, db)
		return questions() - before - 1
	}
	must(t, db, "CREATE TABLE t (id int)")
	inspected(t, db)
	small := asked()
	for i := range 50 {
		must(t, db, fmt.Sprintf("CREATE TABLE t%d (id int)", i))
	}
	if full := asked(); full != small || full > 5 {
		t.Errorf("one table takes %d round trips, 51 take %d", small, full)
	}
}
