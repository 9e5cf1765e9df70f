package diagnosis

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// twinned returns the live schema with the numbers of the set. What is known by its columns,
// and is there twice, is told apart by a number, in the order of the server: where the first of
// two is gone, the second would be taken for it. Its name tells which one it is.
func (in *Input) twinned() *schema.Snapshot {
	have := in.Have
	for o := range in.Replay.Want.All() {
		name, _, numbered := strings.Cut(o.Key.Name, " #")
		if !numbered || o.Name == "" || o.Key.Kind != schema.Unique && o.Key.Kind != schema.ForeignKey || in.Have.Get(o.Key) != nil {
			continue
		}
		first := o.Key
		first.Name = name
		live, wanted := in.Have.Get(first), in.Replay.Want.Get(first)
		if live == nil || wanted == nil || !strings.EqualFold(live.Name, o.Name) || strings.EqualFold(live.Name, wanted.Name) {
			continue
		}
		if have == in.Have {
			have = have.Clone()
		}
		second := *live
		second.Key = o.Key
		have.Delete(first)
		have.Put(&second)
	}
	return have
}
