package mysql

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/engine"
)

// The vendors of the two that are one family.
const (
	mariaDB = "MariaDB"
	mySQL   = "MySQL"
)

// strangers are servers that speak MySQL's protocol, each with a schema of another
// make behind it: what is true here of DDL, locks and SHOW CREATE need not be there.
var strangers = [...]string{
	"TiDB", "Dolt", "Vitess", "OceanBase", "SingleStore", "MemSQL", "StarRocks", "Doris", "ClickHouse", "Databend",
}

// flavor reads what VERSION() and @@version_comment return: "10.11.6-MariaDB-log",
// "8.4.2" and "MySQL Community Server - GPL". Builds of MySQL by others (Percona,
// Amazon) are MySQL.
//
// Errors: [engine.ErrNotADatabase].
func flavor(version, comment string) (engine.Flavor, error) {
	told := strings.ToLower(version + " " + comment)
	for _, s := range strangers {
		if strings.Contains(told, strings.ToLower(s)) {
			return engine.Flavor{}, fmt.Errorf("%w: the server is %s, which is neither MariaDB nor MySQL", engine.ErrNotADatabase, s)
		}
	}
	f := engine.Flavor{Vendor: mySQL}
	if strings.Contains(told, "mariadb") {
		f.Vendor = mariaDB
		version = strings.TrimPrefix(version, "5.5.5-") // put there for clients that know no MariaDB
	}
	for i, part := range strings.SplitN(version, ".", 3) {
		digits := part[:len(part)-len(strings.TrimLeft(part, "0123456789"))]
		n, err := strconv.Atoi(digits)
		if err != nil {
			break
		}
		*[...]*int{&f.Major, &f.Minor, &f.Patch}[i] = n
	}
	return f, nil
}

// reaching adds to an error of the first contact what it says about the server.
func reaching(err error) error {
	for _, e := range [...]error{mysql.ErrMalformPkt, mysql.ErrOldProtocol} {
		if errors.Is(err, e) {
			return fmt.Errorf("%w: %w", engine.ErrNotADatabase, err)
		}
	}
	return err
}
