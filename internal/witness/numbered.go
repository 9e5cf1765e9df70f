package witness

import (
	"context"

	"github.com/dbmend/dbmend/schema"
)

// Numbered asks for what would bring a copy of the table to where it stands here. On
// PostgreSQL that is asked of all sequences, since a column may use any.
func (w *Witness) Numbered(ctx context.Context, table schema.Key) (given bool, err error) {
	numbers, err := w.db.Numbers(ctx, w.have.Filter(func(o *schema.Object) bool { return o.Key == table || o.Key.Owner() == table }))
	return len(numbers) > 0, err
}
