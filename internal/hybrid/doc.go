// Package hybrid makes databases that no version of a program ever described,
// together with the truth about them.
//
// It generates a history of migrations and a life between them, in which an
// application writes rows; then it damages the database or what is recorded of it,
// in one of the ways in which that happens. Since it did the damage itself, it
// knows which statements have truly run, and works out by plain execution how a
// right repair ends, and whether somebody who sees schema, rows and history alone
// could know it too.
//
// It shares no code with what it tests: it knows neither a diagnosis nor an
// inspector, opens databases through [Engine], and compares what the engine's own
// catalogue says. It needs no testing package; a test drives it.
package hybrid
