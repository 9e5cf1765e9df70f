package main

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// update rewrites what the scripts compare output with. Read the difference before
// it is committed: it is what users will see.
var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dbmend": main})
}

// Every script in testdata/script is one situation, headed by the reason why it is
// there. testdata/script/README.md lists the commands that they have besides those
// of testscript, and says how to look at one that fails.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"server":    makeDatabase(t),
			"sql":       runSQL,
			"load":      load,
			"query":     query,
			"dump":      dump,
			"keep":      keep,
			"unchanged": unchanged,
			"hold":      hold,
			"interrupt": interrupt,
			"json":      checkJSON,
			"commit":    commit,
			"add":       addLines,
		},
		Condition: tests,
		Setup: func(env *testscript.Env) error {
			notes, err := filepath.Abs("../../examples/notes")
			if err != nil {
				return err
			}
			env.Setenv("NOTES", notes)
			env.Setenv("ACTION", filepath.Join(notes, "../../.github/actions/check/run"))
			for _, name := range []string{"DATABASE_URL", "DBMEND_DIR", "DBMEND_SCRATCH", "NO_COLOR"} {
				env.Setenv(name, "")
			}
			return nil
		},
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}
