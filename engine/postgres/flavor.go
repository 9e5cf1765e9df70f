package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dbmend/dbmend/engine"
)

// oldest is the first major version whose catalogues have what is read of them.
const oldest = 13

// relatives are servers that speak PostgreSQL's protocol and call themselves by its
// name, or by their own, and whose catalogues, locks or transactions are not
// PostgreSQL's: what is proven here would not hold there.
var relatives = [...]string{
	"CockroachDB", "Redshift", "-YB-", "Yugabyte", "Greenplum", "openGauss", "GaussDB", "Materialize",
	"CrateDB", "QuestDB", "H2", "RisingWave", "Spanner",
}

// recognise returns an error unless version() is that of a PostgreSQL.
func recognise(version string) error {
	for _, name := range relatives {
		if strings.Contains(version, name) {
			return fmt.Errorf("%w: it speaks PostgreSQL's protocol, and is %s (%.80q)",
				engine.ErrNotADatabase, strings.Trim(name, "-"), version)
		}
	}
	if !strings.HasPrefix(version, "PostgreSQL ") && !strings.HasPrefix(version, "EnterpriseDB ") {
		return fmt.Errorf("%w: it calls itself %.80q", engine.ErrNotADatabase, version)
	}
	return nil
}

// stranger returns why a connection is not one that we can use, which is no
// connection of pgx's: of what it reaches only the name is asked.
func (d *database) stranger(ctx context.Context, err error) error {
	var version string
	if asked := d.conn.QueryRowContext(ctx, "SELECT version()").Scan(&version); asked != nil {
		return fmt.Errorf("%w: %w (%w)", engine.ErrNotADatabase, err, asked)
	}
	return errors.Join(recognise(version), err)
}

// flavor reads server_version_num: 150018 is 15.18.
func flavor(number int) engine.Flavor {
	return engine.Flavor{Vendor: "PostgreSQL", Major: number / 10000, Minor: number % 10000}
}

// refusing adds to the error of a connection that could not be made whether it
// is no PostgreSQL that answers there. One that is down, or that does not let us
// in, is one all the same.
func refusing(err error) error {
	if _, told := errors.AsType[*pgconn.PgError](err); told {
		return err
	}
	for _, sign := range [...]string{"invalid body length", "unexpected message", "unknown message type", "server refused TLS connection",
		"does not look like a TLS handshake"} {
		if strings.Contains(err.Error(), sign) {
			return fmt.Errorf("%w: %w", engine.ErrNotADatabase, err)
		}
	}
	return err
}
