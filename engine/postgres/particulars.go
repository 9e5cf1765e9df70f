package postgres

import (
	"context"
	"strconv"
)

// Particulars says of which major version the server is.
func (d *database) Particulars(context.Context) (string, error) {
	return strconv.Itoa(d.Traits().Flavor.Major), nil
}
