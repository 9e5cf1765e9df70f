// Package diagnosis finds out what a database already has of its migrations.
//
// It is given the schema that is, the effect of every statement as a replay
// observed it, and what the history claims, and explains the one by the others:
// every statement gets a [Verdict] with its evidence, every migration a
// [Standing], and whatever no statement explains is drift or foreign.
//
// It is pure but for the [Witness], which answers questions about rows; tests
// answer them from a text file. Nothing here runs, writes or decides to write.
//
// # How it thinks
//
// An object has a trajectory: the values it takes while the statements run, one
// after the other. The live value lies at one or several points of it, or at
// none. A statement is done if everything it touches lies at or past its effect,
// and not done if everything lies before it; what one statement proves about an
// object narrows what the others can mean, until nothing moves any more. What is
// left undecided is judged by its place, statements on data by rows, and what
// nothing proves becomes a [Question].
package diagnosis
