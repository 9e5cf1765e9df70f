package hybrid

import "slices"

// Shrink looks for a smaller state of the same kind that fails in the same way, as
// fails says, and returns the smallest that it finds within so many tries.
func Shrink(s *State, tries int, fails func(*State) bool) *State {
	best := s
	try := func(genes []Gene) bool {
		h, err := Make(s.History.engine, genes, s.History.ForeignKeys)
		if err != nil {
			return false
		}
		for seed := range uint64(12) {
			if tries--; tries < 0 {
				return false
			}
			smaller, err := h.Damage(s.Kind, seed)
			if err == nil && smaller != nil && smaller.size() < best.size() && fails(smaller) {
				best = smaller
				return true
			}
		}
		return false
	}
	for moved := true; moved && tries > 0; {
		moved = false
		genes := best.History.Genes
		for n := len(genes) / 2; n > 0 && !moved; n /= 2 {
			for i := 0; i+n <= len(genes) && !moved; i += n {
				moved = try(slices.Delete(slices.Clone(genes), i, i+n))
			}
		}
	}
	return best
}

// size measures what a person has to read.
func (s *State) size() int { return 3*len(s.History.Statements) + len(s.Live) }
