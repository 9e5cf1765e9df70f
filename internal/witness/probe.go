package witness

import (
	"context"
	"fmt"
)

// Probe asks the author's own query: see [diagnosis.Witness].
func (w *Witness) Probe(ctx context.Context, query string) (ran bool, err error) {
	err = w.db.Try(ctx, func(ctx context.Context) error {
		var value any
		if err := w.db.QueryRow(ctx, query).Scan(&value); err != nil {
			return err
		}
		var err error
		ran, err = truth(value)
		return err
	})
	return ran, err
}

// truth says whether a probe's value means yes.
func truth(value any) (bool, error) {
	switch v := value.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	case float64:
		return v != 0, nil
	case []byte:
		return len(v) > 0 && string(v) != "0" && string(v) != "f", nil
	case string:
		return v != "" && v != "0" && v != "f", nil
	}
	return false, fmt.Errorf("the probe gives a %T, which is neither true nor false", value)
}
