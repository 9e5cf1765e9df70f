package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Kinds of objects that PostgreSQL has beside those that every engine shares. What
// belongs to a table is a part of it; the rest stands alone.
const (
	kindNamespace         schema.Kind = "schema"
	kindExtension         schema.Kind = "extension"
	kindCollation         schema.Kind = "collation"
	kindEnum              schema.Kind = "enum"
	kindDomain            schema.Kind = "domain"
	kindComposite         schema.Kind = "composite type"
	kindRange             schema.Kind = "range type"
	kindSequence          schema.Kind = "sequence"
	kindFunction          schema.Kind = "function"  // Name is "total(integer, text)"
	kindProcedure         schema.Kind = "procedure" // likewise
	kindAggregate         schema.Kind = "aggregate" // likewise
	kindMaterialized      schema.Kind = "materialized view"
	kindForeignTable      schema.Kind = "foreign table"
	kindExclusion         schema.Kind = "exclusion"  // Name is "gist (room WITH =)"
	kindNotNull           schema.Kind = "not null"   // of a column, from version 18 on; what is said of it is told
	kindRule              schema.Kind = "rule"       // Table is the table or view that it rewrites
	kindPolicy            schema.Kind = "policy"     // a part of its table
	kindStatistics        schema.Kind = "statistics" // a part of its table
	kindComment           schema.Kind = "comment"    // Name is what it is on: "column slug", "table"
	kindGrant             schema.Kind = "grant"      // Name is on what and to whom: "table to reader"
	kindDefaultPrivileges schema.Kind = "default privileges"
	kindPublication       schema.Kind = "publication"
	kindTuning            schema.Kind = "tuning"      // Name is what is tuned: "table", "column body", "index by_body"
	kindEnforcement       schema.Kind = "enforcement" // of a table whose keys are not enforced for now
	kindRequirement       schema.Kind = "requirement" // Name is what needs which extension: "function f() of hstore"
	kindEventTrigger      schema.Kind = "event trigger"
)

// Facts of PostgreSQL's own, beside those that the core knows.
const (
	factOf              = "of"               // the type that a table is of
	factLeaving         = "leaving"          // "yes" for a partition that is being detached
	factAttached        = "attached"         // "yes" for the key of a partition where not all have the whole's
	factPartly          = "partly"           // "yes" for a key that not all partitions have
	factUnlogged        = "unlogged"         // "yes" for a table or sequence that no crash survives
	factAccessMethod    = "access method"    // of a table, where it is not heap; of an index, where it is not btree
	factStorageOptions  = "with"             // storage parameters, sorted
	factPartitionBy     = "partition by"     // the key of a partitioned table
	factBound           = "for"              // what is in a partition: "VALUES IN ('a')"
	factRowSecurity     = "row security"     // "yes", or "forced" on the owner too
	factReplicaIdentity = "replica identity" // "full" or "nothing" of a table, "yes" for the key or index that it is
	factClustered       = "clustered"        // "yes" for the key or index that CLUSTER goes by
	factCollate         = "collation"        // where it is not the type's own
	factStorageKind     = "storage"          // of a column, where it is not the type's own
	factCompression     = "compression"      // of a column
	factTarget          = "statistics"       // of a column: how much ANALYZE keeps
	factAttributes      = "options"          // of a column: n_distinct and the like
	factInclude         = "include"          // columns that a key carries along
	factDistinctNulls   = "nulls"            // "not distinct" for a key in which NULL equals NULL
	factOnDelete        = "on delete"        // a foreign key's action
	factOnUpdate        = "on update"        // a foreign key's action
	factMatch           = "match"            // "full"
	factDeferrable      = "deferrable"       // "initially immediate" or "initially deferred"
	factValidated       = "validated"        // "no" for a constraint that old rows may break
	factEnforced        = "enforced"         // "no" for a constraint that no row is held to
	factInheritable     = "inherit"          // "no" for a check that children do not get
	factEnabled         = "enabled"          // of triggers and rules: "no", "always", "replica"
	factOwnedBy         = "owned by"         // the column that a sequence goes with
	factNumbers         = "numbers"          // of a sequence: how it counts, where that is unusual
	factValues          = "values"           // of an enum, in order
	factInSchema        = "schema"           // of an extension
	factPrivileges      = "privileges"       // of a grant, sorted
)

// facts collects the facts of an object in their order.
type facts []schema.Fact

// add adds a fact, unless it says nothing.
func (f *facts) add(name, value string) {
	if value != "" {
		*f = append(*f, schema.Fact{Name: name, Value: value})
	}
}

// flag adds "yes" where something is so.
func (f *facts) flag(name string, is bool) {
	if is {
		f.add(name, "yes")
	}
}

// qualified returns a name as a statement has it that runs with the home schema
// as search_path.
func qualified(space, name string) string {
	if space == "" {
		return quote(name)
	}
	return quote(space) + "." + quote(name)
}

// nameOf returns an object's own name, qualified.
func nameOf(o *schema.Object) string { return qualified(o.Key.Space, o.Spelling()) }

// tableOf returns the qualified name of the table or view that a part belongs to.
func tableOf(k schema.Key) string { return qualified(k.Space, k.Table) }

// script joins statements to a source.
func script(statements ...string) string {
	var b strings.Builder
	for _, s := range statements {
		if s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(";\n")
		}
		b.WriteString(s)
	}
	return b.String()
}
