package check_test

import (
	"slices"
	"testing"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/schema"
)

func object(key schema.Key, kind string) *schema.Object {
	return &schema.Object{Key: key, Facts: []schema.Fact{{Name: schema.Type, Value: kind}}}
}

// Each way in which the script of the whole schema and the migrations can disagree, with
// the place where it can be mended.
func TestDisagreements(t *testing.T) {
	table := func(name string) schema.Key { return schema.Key{Kind: schema.Table, Name: name} }
	column := func(of, name string) schema.Key { return schema.Key{Kind: schema.Column, Table: of, Name: name} }
	index := schema.Key{Kind: schema.Index, Table: "users", Name: "by_name"}
	c := check.Comparison{
		Want:  schema.NewSnapshot(object(table("users"), ""), object(column("users", "id"), "bigint"), object(index, ""), object(table("tags"), ""), object(column("tags", "id"), "int")),
		Have:  schema.NewSnapshot(object(table("users"), ""), object(column("users", "id"), "int"), object(column("users", "more"), "text"), object(table("base"), "")),
		File:  "schema.sql",
		Made:  map[schema.Key]check.Place{table("users"): {Path: "001.sql", Line: 1}, index: {Path: "002.sql", Line: 4}, table("tags"): {Path: "003.sql", Line: 1}},
		Put:   map[schema.Key]check.Place{table("users"): {Path: "schema.sql", Line: 7}},
		Known: map[schema.Key]bool{table("base"): true},
	}
	want := []string{
		"schema-lacks 003.sql:1: schema.sql lacks table tags, which the migrations make",
		"schema-differs schema.sql:7: schema.sql and the migrations make column users.id differently",
		"schema-extra schema.sql:7: schema.sql makes column users.more, and no migration does",
		"schema-lacks 002.sql:4: schema.sql lacks index by_name on users, which the migrations make",
	}
	found := check.Disagreements(c)
	if got := said(found); !slices.Equal(got, want) {
		t.Fatalf("found %q\nwant  %q", got, want)
	}
	if d := found[1]; !slices.Equal(d.Details, []string{"by the migrations: type bigint", "by the schema file: type int"}) || d.Related.Path != "001.sql" {
		t.Errorf("details %q, related %v", d.Details, d.Related)
	}
	for _, f := range found {
		if f.Severity != check.Error {
			t.Errorf("%s is a %s", f.Text, f.Severity)
		}
	}
	c.Doubtful = true
	if f := check.Disagreements(c)[2]; f.Severity != check.Warning {
		t.Errorf("where there may have been something before the first migration, it is a %s", f.Severity)
	}
}
