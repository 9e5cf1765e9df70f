package check

// A Rule is a kind of finding. Its text is a stable name: reports, suppressions and
// documents go by it.
type Rule string

// The rules.
const (
	Unreadable  Rule = "unreadable"       // a file cannot be read, or not be cut into statements
	Replay      Rule = "replay"           // a statement fails on an empty database
	OutOfOrder  Rule = "out-of-order"     // a new migration comes before one that is released
	Gap         Rule = "gap"              // a number is left out
	Edited      Rule = "edited"           // a released migration means something else now
	Reformatted Rule = "reformatted"      // a released migration has other bytes and the same meaning
	Renamed     Rule = "renamed"          // a released migration has another name
	Removed     Rule = "removed"          // a released migration is gone
	BadRelease  Rule = "release"          // a release cannot be read or built
	Lacks       Rule = "schema-lacks"     // the schema file lacks what the migrations make
	Extra       Rule = "schema-extra"     // the schema file makes what no migration makes
	Differs     Rule = "schema-differs"   // both make it, differently
	Squash      Rule = "squash"           // the squash file cannot be used
	Asks        Rule = "upgrade-asks"     // a database of a release cannot be upgraded without an answer
	Fails       Rule = "upgrade-fails"    // the upgrade of a database of a release fails
	Wrong       Rule = "upgrade-wrong"    // the upgrade leads to another schema
	Loses       Rule = "upgrade-loses"    // the upgrade takes rows away
	Conflict    Rule = "upgrade-conflict" // a runner that looks at nothing but its history stops, or drops rows
	DataLoss    Rule = "data-loss"        // a pending statement takes data away
	Hazard      Rule = "hazard"           // a pending statement locks, rewrites or renames
	Hint        Rule = "hint"             // something was noticed that does no harm
)

// Rules returns all rules, in the order in which they are documented.
func Rules() []Rule {
	return []Rule{
		Unreadable, Replay, OutOfOrder, Gap, Edited, Reformatted, Renamed, Removed, BadRelease,
		Lacks, Extra, Differs, Squash, Asks, Fails, Wrong, Loses, Conflict, DataLoss, Hazard, Hint,
	}
}

var rules = map[Rule]struct {
	severity Severity
	text     string
}{
	Unreadable:  {Error, "A file cannot be read, or cannot be cut into statements."},
	Replay:      {Error, "A statement fails when the files are run on an empty database."},
	OutOfOrder:  {Error, "A new migration comes before one that is released: databases that have the later one get it late, or never."},
	Gap:         {Warning, "A number is left out between two migrations: a file may have been forgotten."},
	Edited:      {Error, "A released migration means something else now: databases that have run it keep what it meant then."},
	Reformatted: {Warning, "A released migration has other bytes, and the same meaning: runners that compare checksums stop."},
	Renamed:     {Warning, "A released migration has another name: runners that go by names run it again."},
	Removed:     {Error, "A released migration is gone: databases that have run it are ahead of the files."},
	BadRelease:  {Warning, "A release cannot be read or built, so nothing is known of databases that it left behind."},
	Lacks:       {Error, "The schema file lacks what the migrations make: fresh installs differ from upgraded databases."},
	Extra:       {Error, "The schema file makes what no migration makes: upgraded databases differ from fresh installs."},
	Differs:     {Error, "The schema file and the migrations make the same object differently."},
	Squash:      {Warning, "The squash file is not used: fresh installs run the migrations, which takes its time."},
	Asks:        {Error, "A database that an earlier release left behind cannot be upgraded without an answer."},
	Fails:       {Error, "The upgrade of a database that an earlier release left behind fails."},
	Wrong:       {Error, "The upgrade of a database that an earlier release left behind leads to another schema."},
	Loses:       {Warning, "The upgrade of a database that an earlier release left behind takes rows away."},
	Conflict:    {Warning, "A runner that looks at nothing but its history stops at a database that an earlier release left behind, or drops its rows."},
	DataLoss:    {Warning, "A pending statement takes data away."},
	Hazard:      {Note, "A pending statement locks, rewrites or renames something that is in use."},
	Hint:        {Note, "Something was noticed that does no harm."},
}

// Severity returns how much findings of this rule matter unless they say otherwise.
func (r Rule) Severity() Severity { return rules[r].severity }

// Text returns what findings of this rule mean, in a sentence.
func (r Rule) Text() string { return rules[r].text }
