package dbmend

import "log/slog"

// Log returns an observer (see [Observe]) that writes events to a logger: what
// changes the database at level Info, the rest at Debug. Statements are logged as
// they are written; they hold whatever secrets their authors put in.
func Log(logger *slog.Logger) func(Event) {
	return func(e Event) {
		switch e := e.(type) {
		case Waiting:
			logger.Info("another runner is at work, waiting", "timeout", e.Timeout)
		case Replaying:
			if e.At == nil {
				logger.Debug("replayed on scratch", "statements", e.Done)
			}
		case Checking:
			logger.Debug("checking", "what", e.What, "done", e.Done, "of", e.Of)
		case Planned:
			logger.Info("planned", "steps", len(e.Plan.Steps), "migrations", len(e.Plan.Records), "healing", e.Plan.Healing)
		case Stepping:
			logger.Debug("running", "statement", e.Step.Ref.String(), "number", e.Number, "of", e.Of)
		case Stepped:
			logger.Info("ran", "statement", e.Step.Ref.String(), "kind", string(e.Step.Kind), "rows", e.Rows, "took", e.Took, "because", e.Step.Reason)
		case Recorded:
			logger.Info("recorded", "migration", e.Record.Migration.ID(), "outcome", string(e.Record.Outcome), "because", e.Record.Reason)
		}
	}
}
