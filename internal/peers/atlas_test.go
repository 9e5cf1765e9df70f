package peers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	atlasmigrate "ariga.io/atlas/sql/migrate"
	atlasmysql "ariga.io/atlas/sql/mysql"
	atlaspostgres "ariga.io/atlas/sql/postgres"
	atlassqlite "ariga.io/atlas/sql/sqlite"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/tracking"
)

// atlas is Atlas' own library, which decides what is pending, cuts files and goes on
// where it has stopped. The code for its table is internal to its command: here the
// table is dbmend's, and read and written by this file.
var atlas = tool{
	name:   "Atlas",
	format: "atlas",
	table:  "atlas_schema_revisions",
	file: func(m step) map[string]string {
		return map[string]string{fmt.Sprintf("2024010%d_%s.sql", m.number, m.name): script(m.up)}
	},
	finish: func(folder fstest.MapFS) {
		sum, err := atlasDir(folder).Checksum()
		if err != nil {
			panic(err)
		}
		text, err := sum.MarshalText()
		if err != nil {
			panic(err)
		}
		folder[atlasmigrate.HashFileName] = &fstest.MapFile{Data: text}
	},
	open:     openAtlas,
	engines:  all,
	borrowed: true,
}

// atlasDir returns a folder as Atlas keeps one in memory.
func atlasDir(folder fs.FS) *atlasmigrate.MemDir {
	dir := &atlasmigrate.MemDir{}
	names, err := fs.Glob(folder, "*")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err == nil {
			err = dir.WriteFile(name, content)
		}
		if err != nil {
			panic(err)
		}
	}
	return dir
}

func openAtlas(t *testing.T, db database, folder fs.FS) runner {
	var driver atlasmigrate.Driver
	var err error
	switch db.name {
	case "sqlite":
		driver, err = atlassqlite.Open(db)
	case "postgres":
		driver, err = atlaspostgres.Open(db)
	case "mariadb":
		driver, err = atlasmysql.Open(db)
	}
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, db)
	all, err := conn.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := tracking.OfFormat("atlas")
	if table := r.Home(conn.Traits()); all.Get(table) == nil {
		for _, s := range r.Create(conn.Traits(), table) {
			db.must(t, s)
		}
	}
	rows := revisions{db}
	dir := atlasDir(folder)
	// The schema public is there from the start, and dirt to Atlas where no address of its
	// own says that this is the schema to work in.
	executor, err := atlasmigrate.NewExecutor(driver, dir, rows, atlasmigrate.WithAllowDirty(db.name == "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	return atlasRunner{executor, dir, rows}
}

type atlasRunner struct {
	*atlasmigrate.Executor
	dir  atlasmigrate.Dir
	rows revisions
}

func (r atlasRunner) up(t *testing.T) error {
	if err := r.ExecuteN(t.Context(), 0); !errors.Is(err, atlasmigrate.ErrNoPendingFiles) {
		return err
	}
	return nil
}

func (r atlasRunner) applied(t *testing.T) []bool {
	t.Helper()
	pending, err := r.Pending(t.Context())
	if err != nil && !errors.Is(err, atlasmigrate.ErrNoPendingFiles) {
		t.Fatal(err)
	}
	files, err := r.dir.Files()
	if err != nil {
		t.Fatal(err)
	}
	var applied []bool
	for _, f := range files {
		applied = append(applied, !slices.ContainsFunc(pending, func(p atlasmigrate.File) bool { return p.Name() == f.Name() }))
	}
	found, err := r.rows.ReadRevisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, rev := range found {
		if rev.Error != "" || rev.Applied != rev.Total || len(rev.PartialHashes) > 0 {
			t.Errorf("a revision is not finished: %+v", rev)
		}
	}
	return applied
}

// revisions is the table as Atlas reads and writes it.
type revisions struct{ db database }

func (r revisions) Ident() *atlasmigrate.TableIdent {
	return &atlasmigrate.TableIdent{Name: atlas.table}
}

const atlasColumns = "version, description, type, applied, total, execution_time, error, error_stmt, hash, partial_hashes, operator_version"

func (r revisions) ReadRevisions(ctx context.Context) ([]*atlasmigrate.Revision, error) {
	rows, err := r.db.QueryContext(ctx, "SELECT "+atlasColumns+" FROM "+atlas.table+" ORDER BY version")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []*atlasmigrate.Revision
	for rows.Next() {
		var rev atlasmigrate.Revision
		var hashes string
		err := rows.Scan(&rev.Version, &rev.Description, &rev.Type, &rev.Applied, &rev.Total, &rev.ExecutionTime,
			&rev.Error, &rev.ErrorStmt, &rev.Hash, &hashes, &rev.OperatorVersion)
		if err == nil {
			err = json.Unmarshal([]byte(hashes), &rev.PartialHashes)
		}
		if err != nil {
			return nil, err
		}
		found = append(found, &rev)
	}
	return found, rows.Err()
}

func (r revisions) ReadRevision(ctx context.Context, version string) (*atlasmigrate.Revision, error) {
	all, err := r.ReadRevisions(ctx)
	if err != nil {
		return nil, err
	}
	for _, rev := range all {
		if rev.Version == version {
			return rev, nil
		}
	}
	return nil, atlasmigrate.ErrRevisionNotExist
}

func (r revisions) WriteRevision(ctx context.Context, rev *atlasmigrate.Revision) error {
	if err := r.DeleteRevision(ctx, rev.Version); err != nil {
		return err
	}
	hashes, err := json.Marshal(rev.PartialHashes)
	if err != nil {
		return err
	}
	marks := "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
	if r.db.name == "postgres" {
		marks = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11"
	}
	_, err = r.db.ExecContext(ctx, "INSERT INTO "+atlas.table+" ("+atlasColumns+", executed_at) VALUES ("+marks+", CURRENT_TIMESTAMP)",
		rev.Version, rev.Description, int64(rev.Type), rev.Applied, rev.Total, int64(rev.ExecutionTime),
		rev.Error, rev.ErrorStmt, rev.Hash, string(hashes), rev.OperatorVersion)
	return err
}

func (r revisions) DeleteRevision(ctx context.Context, version string) error {
	mark := "?"
	if r.db.name == "postgres" {
		mark = "$1"
	}
	_, err := r.db.ExecContext(ctx, "DELETE FROM "+atlas.table+" WHERE version = "+mark, version)
	return err
}

// Of the third migration one statement has run, as Atlas writes it down statement by
// statement: dbmend reads how far it came, and that what has run is what the file has.
func TestAtlasStopsHalfway(t *testing.T) {
	for _, name := range all {
		t.Run(name, func(t *testing.T) {
			db := open(t, name)
			if err := atlas.open(t, db, atlas.folder(2)).up(t); err != nil {
				t.Fatal(err)
			}
			db.must(t, "CREATE INDEX idx_users_name ON users (email)")
			if err := atlas.open(t, db, atlas.folder(4)).up(t); err == nil {
				t.Fatal("Atlas was expected to fail")
			}
			dropIndex(t, db)
			set, err := migration.Load(atlas.folder(4), db.engine, migration.LoadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			conn := connect(t, db)
			r := tracking.OfFormat(set.Format)
			h, err := r.Read(t.Context(), conn, r.Home(conn.Traits()))
			if err != nil {
				t.Fatal(err)
			}
			m := tracking.Match(h, set)
			if len(m.Begun) != 1 || m.Begun[0].Done != 1 || !m.Begun[0].SameContent {
				t.Errorf("begun is %+v, want one statement of the third migration, with its hash", m.Begun)
			}
			heal(t, atlas, db, 4)
			goesOn(t, atlas, db)
		})
	}
}
