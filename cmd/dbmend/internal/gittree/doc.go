// Package gittree reads folders of a git repository as they were at some revision,
// by the git command. It changes nothing: no work tree, no index, no reference.
//
// What it reads is bounded, and what is in it is foreign: revisions and paths cannot
// be taken for options, and names that could lead out of a folder are left out.
package gittree
