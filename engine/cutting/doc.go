// Package cutting has what the cutters of all engines share: the bounds of a
// source, the place of its directives, the checksum of a statement, what their
// lexers read by, and errors that show their line. Where a token and a statement end is
// for each engine to know.
package cutting
