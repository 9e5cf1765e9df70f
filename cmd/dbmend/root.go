package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
)

const rootLong = `dbmend brings a database and its migrations back into agreement.

It finds out, statement by statement, what a database already has, runs only
what is missing, proves the result, records how it got there, and loses nothing.
Where it cannot be sure it changes nothing and asks one exact question.

  dbmend up         bring the database to the newest version, healing on the way
  dbmend diagnose   explain a database that is not what it should be
  dbmend plan       show what up would do

The database is given by --db or DATABASE_URL (sqlite:app.db, postgres://…,
mysql://…: docs/databases.md), the folder of migrations by --dir or DBMEND_DIR. A
file dbmend.toml in the working folder, or --config FILE, may give both, and more;
flags go before the environment, and that before the file.`

// rootCommand returns the command with all its verbs.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:                        "dbmend",
		Short:                      "bring a database and its migrations back into agreement",
		Long:                       rootLong,
		Version:                    dbmend.Version,
		Args:                       cobra.ArbitraryArgs,
		SilenceErrors:              true,
		SilenceUsage:               true,
		RunE:                       withoutVerb,
		SuggestionsMinimumDistance: 2,
	}
	root.SetVersionTemplate("dbmend {{.Version}}\n")
	root.SetUsageTemplate(strings.TrimSuffix(root.UsageTemplate(), "\n") + "\n\n" + exitHelp + "\n")
	a.addFlags(root)
	root.AddCommand(
		a.upCommand(), a.statusCommand(), a.diagnoseCommand(), a.planCommand(), a.checkCommand(),
		a.downCommand(), a.redoCommand(), a.historyCommand(), a.newCommand(), a.snapshotCommand(),
		a.squashCommand(), a.baselineCommand(), a.adoptCommand(), a.waitCommand(), a.versionCommand(),
	)
	return root
}

// withoutVerb answers a command line that names no verb of ours. Bare, it is the
// question of somebody who does not know us yet, and still no success: a script
// that meant a verb has to notice.
func withoutVerb(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		root.SetOut(root.ErrOrStderr())
		if err := root.Help(); err != nil {
			return err
		}
		return wrongUsage("a command is missing")
	}
	err := misplaced("there is no command %q", args[0])
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		return &usageError{message: err.Error(), hint: "did you mean dbmend " + strings.Join(near, " or dbmend ") + "?"}
	}
	return err
}

// addFlags declares the flags that every verb takes, so that a command line can
// be changed from one verb to another without being written anew.
func (a *app) addFlags(root *cobra.Command) {
	f, v := root.PersistentFlags(), &a.flags
	f.StringVar(&v.db, "db", "", "the database's `URL`: sqlite:FILE, postgres://…, mysql://… (or DATABASE_URL)")
	f.StringVar(&v.scratch, "scratch", "", "the `URL` of a database on another server of the same version, for scratch databases (or DBMEND_SCRATCH)")
	f.StringVar(&v.dir, "dir", "migrations", "the `FOLDER` of migrations (or DBMEND_DIR)")
	f.StringVar(&v.config, "config", "", "the configuration `FILE` (default dbmend.toml, if it is there)")
	f.StringVar(&v.base, "base", "", "a `FILE` with the schema from before the first migration")
	f.StringVar(&v.schema, "schema", "", "a `FILE` with the whole schema, as fresh installs run it")
	f.StringVar(&v.history, "history", "", "the tracking `TABLE` of another runner that rules, or the tool that keeps it; made if it is not there")
	f.StringVar(&v.format, "format", "", "the format of the files, `NAME`, instead of recognising it")
	f.StringArrayVar(&v.placeholders, "placeholder", nil, "a value for ${NAME} in files of Flyway or Liquibase, `NAME=VALUE` (repeatable)")
	f.StringVar(&v.contexts, "contexts", "", "which changesets of Liquibase to run: a `LIST` of contexts, \"\" for all")
	f.StringVar(&v.labels, "labels", "", "which changesets of Liquibase to run: an `EXPRESSION` about labels, \"\" for all")
	f.StringVar(&v.dbms, "dbms", "", "the `NAME` that Liquibase has for the database, where that matters: mysql, mariadb")
	f.StringVar(&v.to, "to", "", "leave out the migrations after this `VERSION`; of down, take them back")
	f.StringVar(&v.drift, "drift", "heal", "what becomes of what is recorded and not there: `heal|report|refuse`")
	f.StringVar(&v.ahead, "ahead", "refuse", "what becomes of a database newer than the migrations: `refuse|allow`")
	f.StringArrayVar(&v.answers, "answer", nil, "answer one question, `NAME=ANSWER` as it was shown (repeatable)")
	f.StringVar(&v.answersFile, "answers", "", "a `FILE` of answers: lines NAME=ANSWER, or TOML")
	f.DurationVar(&v.lockTimeout, "lock-timeout", time.Minute, "how long to wait for another runner, `DURATION`; 0 not at all, negative for ever")
	f.BoolVar(&v.json, "json", false, "print JSON: docs/formats/json.md")
	f.BoolVarP(&v.quiet, "quiet", "q", false, "no progress, notes or hints; of up and baseline, nothing but what went wrong")
	f.BoolVarP(&v.verbose, "verbose", "v", false, "show everything")
	f.StringVar(&v.color, "color", "auto", "colour the output: `auto|always|never`")
	f.StringVar(&v.report, "report", "", "write what --json would print to a `FILE` too, new or an older report, even if refused")
}

// addExitCode declares --exit-code for a verb that only looks.
func (a *app) addExitCode(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.flags.exitCode, "exit-code", false, "exit 2 if anything is pending or different, 3 if questions are open")
}
