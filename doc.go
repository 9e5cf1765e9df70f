// Package dbmend brings a database and its migrations back into agreement.
//
// It finds out, statement by statement, what a database already has, runs only
// what is missing, proves the result, records how it got there, and loses
// nothing. Where it cannot be sure it changes nothing and returns a [*Refusal]
// with exact questions. On a healthy database it is an ordinary migration runner.
//
// It never prints, exits or reads the environment: everything it has to say is a
// result, an error or an [Event].
//
//	report, err := dbmend.Up(ctx, db, sqlite.Engine{}, migrations) // or:
//	migrator, err := dbmend.New(db, sqlite.Engine{}, migrations)
//	report, err := migrator.Up(ctx)
//
// # The pipeline
//
//	migrations/*.sql  base.sql  schema.sql          live database
//	       │ Load                               ┌────────┴────────┐
//	       ▼                                    │ tracking        │ Inspect
//	      set ──► replay on scratch             ▼                 ▼
//	                │      │                 recorded           have
//	                │      └─► want             │                 │
//	                └─► effects of statements   │                 │
//	                         │                  │                 │
//	                         └────► Diagnose ◄──┴─────────────────┘
//	                                   ▼
//	                                 Plan ──► rehearsal ──► Up ──► Report, journal
//
// The nouns live in packages of their own: [github.com/dbmend/dbmend/schema],
// [github.com/dbmend/dbmend/migration], [github.com/dbmend/dbmend/diagnosis],
// [github.com/dbmend/dbmend/plan], [github.com/dbmend/dbmend/journal] and
// [github.com/dbmend/dbmend/tracking]. The verbs are methods of [Migrator];
// [Up] is the one that an application needs at its start.
package dbmend
