package dbmend

import (
	"context"
	"errors"
	"path"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/migration"
)

// checkSquash finds out whether the squash file beside the migrations, if there is one,
// begins an empty database: whether it stands for them, and leads to the schema that it
// was proven to lead to.
func (c *checker) checkSquash(ctx context.Context) error {
	sq, err := c.now.squash(ctx, c.live)
	if why, ok := errors.AsType[*unsquashable](err); ok {
		c.unsquashed(why.reason)
		return nil
	}
	if sq == nil || err != nil {
		return err
	}
	m := c.now.fresh(sq)
	_, err = m.install(ctx, c.live)
	if failure, ok := errors.AsType[*StatementError](err); ok && failure.Path == sq.Path {
		c.unsquashed(failure.Error())
		return nil
	}
	if m.mistrust != "" {
		c.unsquashed(m.mistrust)
	}
	return err
}

func (c *checker) unsquashed(why string) {
	c.report.Add(check.Finding{
		Rule: check.Squash, Severity: check.Squash.Severity(), Place: check.Place{Path: path.Join(c.Folder, c.engine.Name()+migration.SquashExt)},
		Text: "is not used: " + why, Hint: "run dbmend squash again",
	})
}
