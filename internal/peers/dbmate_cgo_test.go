//go:build cgo

package peers

import _ "github.com/amacneil/dbmate/v2/pkg/driver/sqlite"

var dbmateEngines = all
