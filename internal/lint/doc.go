// Package lint holds the rules that the project's own tree keeps to: which
// package may import which, who may print, what every exported name owes its
// reader, and that the documents lead somewhere.
//
// It is run as an ordinary test, go test ./internal/lint, so that nobody needs a
// tool or a service to know what will be said of a change. It reads files and
// runs nothing. Every rule carries its reason, which is shown with what breaks it:
// who disagrees with the reason changes the rule, in the same change.
package lint
