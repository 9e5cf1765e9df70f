package engine

import "errors"

var (
	// ErrNotADatabase: what the connection reaches is not a database of this
	// engine, or is encrypted.
	ErrNotADatabase = errors.New("not a database of this engine, or encrypted")
	// ErrUnreadable: the database is damaged.
	ErrUnreadable = errors.New("the database is damaged")
	// ErrReadOnly: the database cannot be written through this connection.
	ErrReadOnly = errors.New("the database is read-only")
	// ErrLocked: another runner has not let go of the lock in time.
	ErrLocked = errors.New("another runner holds the lock")
	// ErrRolledBack: the server has ended the transaction by itself, or nothing
	// proves that it has not. Nothing that runs ahead of Rollback is kept.
	ErrRolledBack = errors.New("the whole transaction is rolled back")
	// ErrUntried: a statement was not run inside of Try, since what it does could not be
	// undone.
	ErrUntried = errors.New("what cannot be undone is not tried")
)
