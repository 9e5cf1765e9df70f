//go:build cgo

package peers

import _ "github.com/amacneil/dbmate/v2/pkg/driver/sqlite" // SQLite, which needs cgo

var dbmateEngines = everywhere
