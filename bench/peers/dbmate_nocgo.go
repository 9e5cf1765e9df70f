//go:build !cgo

package peers

// Without cgo, dbmate knows no SQLite.
var dbmateEngines = []string{"postgres", "mariadb"}
