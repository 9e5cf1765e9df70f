// Package migration reads migrations: files of SQL in a folder, put in order and
// cut into statements.
//
// It reads through an [io/fs.FS] and never follows a name out of it; it opens no
// database and understands no SQL beyond what a [Cutter], which an engine gives
// it, tells about the pieces.
package migration
