// Package plan turns a diagnosis into the steps that bring a database to the
// schema it should have: the author's own statements that are not done, in their
// order, and the few synthesised ones that no author wrote.
//
// It is pure: it runs nothing, and the same diagnosis gives the same plan.
package plan
