// Package check holds what a check of migrations has found, before anything is
// released: findings, each with its rule, its file and its line, and the states in
// which earlier releases can have left a database, each with what becomes of it.
//
// It compares sets and schemas and opens no database; the verb that does is
// [github.com/dbmend/dbmend.Check]. A [Report] can be written for those who read
// such things: GitHub's annotations, JUnit's XML and SARIF 2.1.0.
package check
