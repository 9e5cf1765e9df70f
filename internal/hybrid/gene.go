package hybrid

import "math/rand/v2"

// A Gene is one thing that happens in a history. A history is a list of them, and
// with a gene taken out it is a shorter history: that is how a failure is made
// small.
type Gene struct {
	Kind GeneKind
	Seed uint64 // everything that is drawn at random in it
}

// A GeneKind says what happens.
type GeneKind byte

// The kinds of genes.
const (
	Change GeneKind = iota // a change to schema or data, of one or more statements
	Life                   // the application writes
	Next                   // a new migration begins
)

func (g Gene) rand() *rand.Rand { return rand.New(rand.NewPCG(g.Seed, 0x9e3779b97f4a7c15)) }

// Genes draws a history of 3 to 12 migrations of 1 to 6 changes.
func Genes(r *rand.Rand) []Gene {
	var genes []Gene
	add := func(k GeneKind) { genes = append(genes, Gene{k, r.Uint64() >> 40}) }
	for n := 3 + r.IntN(10); n > 0; n-- {
		for k := 1 + r.IntN(2) + r.IntN(2)*r.IntN(4); k > 0; k-- {
			add(Change)
		}
		add(Next)
		for k := 1 + r.IntN(2); k > 0; k-- {
			add(Life)
		}
	}
	return genes
}
