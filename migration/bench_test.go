package migration_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend/migration"
)

// manyFiles writes 5,000 small goose migrations.
func manyFiles(b *testing.B) fs.FS {
	b.Helper()
	dir := b.TempDir()
	for i := range 5000 {
		content := fmt.Sprintf("-- +goose Up\nCREATE TABLE t%d (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"+
			"CREATE INDEX t%[1]d_name ON t%[1]d (name);\n\n-- +goose Down\nDROP TABLE t%[1]d;\n", i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d_t.sql", i+1)), []byte(content), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return os.DirFS(dir)
}

// BenchmarkRead reads the files of BenchmarkLoad and does nothing with them.
func BenchmarkRead(b *testing.B) {
	dir := manyFiles(b)
	for b.Loop() {
		entries, err := fs.ReadDir(dir, ".")
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range entries {
			if _, err := fs.ReadFile(dir, e.Name()); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkLoad reads 5,000 small files from a disk that has them in memory; its
// measure is BenchmarkRead, which reads them and does nothing.
func BenchmarkLoad(b *testing.B) {
	dir := manyFiles(b)
	for b.Loop() {
		if _, err := migration.Load(dir, lineCutter{}, migration.LoadOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	f := fstest.MapFS{}
	for i := range 5000 {
		f[fmt.Sprintf("%04d_a.sql", i)] = &fstest.MapFile{}
	}
	s, err := migration.Load(f, lineCutter{}, migration.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if s.Find("2500") == nil {
			b.Fatal("not found")
		}
	}
}
