package journal

import (
	"crypto/rand"
	"strings"
	"time"
)

// NewRun returns a new name for a run: the time of the call and 65 random bits,
// as in "20260314T092653.589Z-q3v7k2mzd5xwa". Names sort by time, as far as the
// clocks of the machines that make them agree, and do not repeat.
func NewRun() string {
	return time.Now().UTC().Format("20060102T150405.000Z") + "-" + strings.ToLower(rand.Text()[:13])
}
