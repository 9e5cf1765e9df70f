package peers

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A contestant is one who takes part in a race.
type contestant struct {
	name string
	// ready prepares one run and returns what is timed and, or nil, what is done
	// behind it.
	ready func(b *testing.B) (run func() error, after func())
	times int // how often it is timed in each round; zero is once
}

// race lets all run in turn, in as many rounds as the benchmark asks for, each round
// in another order, and adds a row to the table: medians, of the times and of their ratios to
// the limit's, who is the first contestant, in the same round.
func race(b *testing.B, table, row string, contestants ...contestant) {
	took := make([][]time.Duration, len(contestants))
	ratios := make([][]float64, len(contestants))
	for b.Loop() {
		round := make([]time.Duration, len(contestants))
		for i := range contestants {
			at := (i + len(took[0])) % len(contestants)
			round[at] = contestants[at].run(b)
		}
		for i, d := range round {
			took[i] = append(took[i], d)
			ratios[i] = append(ratios[i], float64(d)/float64(round[0]))
		}
	}
	for i, c := range contestants {
		d, x := median(took[i]), median(ratios[i])
		unit := strings.ReplaceAll(c.name, " ", "-")
		b.ReportMetric(float64(d.Microseconds())/1000, "ms/"+unit)
		if i > 0 {
			b.ReportMetric(x, "x/"+unit)
		}
		results.add(table, row, c.name, len(took[i]), d, x)
	}
}

// run returns the time of one run, or the median of as many as are asked for.
func (c contestant) run(b *testing.B) time.Duration {
	var took []time.Duration
	for range max(c.times, 1) {
		run, after := c.ready(b)
		started := time.Now()
		err := run()
		took = append(took, time.Since(started))
		if err != nil {
			b.Fatalf("%s: %v", c.name, err)
		}
		if after != nil {
			after()
		}
	}
	return median(took)
}

func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
