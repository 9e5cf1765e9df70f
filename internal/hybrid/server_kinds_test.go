//go:build hybrid

package hybrid

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestEveryKindOccursOnServers: but for rebuilds, for which servers have ALTER.
func TestEveryKindOccursOnServers(t *testing.T) {
	onServers(t, func(t *testing.T, e Engine) {
		missing := slices.DeleteFunc(slices.Clone(Kinds), func(k Kind) bool { return k == Rebuilding })
		for seed := uint64(0); seed < 30 && len(missing) > 0; seed++ {
			h, err := Make(e, Genes(rand.New(rand.NewPCG(seed, 7))), true)
			if err != nil {
				continue
			}
			missing = slices.DeleteFunc(missing, func(kind Kind) bool {
				s, err := h.Damage(kind, seed)
				if err != nil {
					t.Fatal(err)
				}
				return s != nil
			})
		}
		if len(missing) > 0 {
			t.Errorf("there was no %v", missing)
		}
	})
}
