package outages

import (
	"math/rand/v2"
	"slices"
)

// A fate is what becomes of what was written and not made to last.
type fate int

const (
	forgotten fate = iota // none of it
	lasting               // all of it
	torn                  // each write, and each sector of it, by chance
)

// sector is what a disk writes as a whole: SQLite takes no more for granted.
const sector = 512

// Blackout returns the files as a machine finds them whose power went behind so many
// operations. What was made to last is there; what was not meets its fate, by chance
// where that is torn: a sector is new, old, or, behind the end of the file, anything.
func (r *Recorder) Blackout(operations int, f fate, chance *rand.Rand) map[string][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	disk := map[string]*inode{}
	for _, o := range r.done[:operations] {
		n := disk[o.file]
		if n == nil {
			n = &inode{}
			disk[o.file] = n
		}
		switch o.kind {
		case found:
			n.there, n.content = true, o.data
		case gone:
			*n = inode{}
		case synced:
			if n.renamed() {
				for _, other := range disk {
					other.name() // its folder was made to last, with all of its names
				}
			}
			n.last()
		default:
			n.pending = append(n.pending, o)
		}
	}
	files := map[string][]byte{}
	for name, n := range disk {
		if n.meet(f, chance); n.there {
			files[name] = n.content
		}
	}
	return files
}

// An inode is a file by its name, as it lasts, and what was done to it since.
type inode struct {
	there   bool
	content []byte
	pending []operation
}

// renamed reports whether the name itself is not made to last.
func (n *inode) renamed() bool {
	return slices.ContainsFunc(n.pending, func(o operation) bool { return o.kind == made || o.kind == removed })
}

// name makes the name last, and nothing that was written since.
func (n *inode) name() {
	for i := len(n.pending) - 1; i >= 0; i-- {
		if k := n.pending[i].kind; k == made || k == removed {
			n.there, n.content = k == made, nil
			n.pending = slices.Clone(n.pending[i+1:])
			return
		}
	}
}

// last makes everything last.
func (n *inode) last() {
	for _, o := range n.pending {
		n.carryOut(o)
	}
	n.pending = nil
}

func (n *inode) carryOut(o operation) {
	switch o.kind {
	case made, removed:
		n.there, n.content = o.kind == made, nil
	case shortened:
		n.content = resized(n.content, o.offset)
	case written:
		n.write(o.offset, o.data)
	}
}

func (n *inode) write(offset int64, data []byte) {
	n.content = resized(slices.Clone(n.content), max(int64(len(n.content)), offset+int64(len(data))))
	copy(n.content[offset:], data)
}

// resized returns a content of another length; what is new is zero.
func resized(content []byte, size int64) []byte {
	if size <= int64(len(content)) {
		return content[:size:size]
	}
	return append(slices.Clone(content), make([]byte, size-int64(len(content)))...)
}

// meet carries out what was not made to last as its fate is.
func (n *inode) meet(f fate, chance *rand.Rand) {
	if f == lasting {
		n.last()
	}
	if f != torn {
		return
	}
	durable := int64(len(n.content))
	for _, o := range n.pending {
		switch {
		case o.kind == made || o.kind == removed:
			// Folders are changed in order: what comes behind one that is lost is lost.
			if chance.IntN(2) == 0 {
				return
			}
			n.carryOut(o)
			durable = 0
		case o.kind == shortened:
			if chance.IntN(2) == 0 {
				n.carryOut(o)
			}
		default:
			n.tear(o, durable, chance)
		}
	}
}

// tear writes some sectors of a write.
func (n *inode) tear(o operation, durable int64, chance *rand.Rand) {
	whole := chance.IntN(3) // none of it, all of it, or each sector by chance
	for at := int64(0); at < int64(len(o.data)); {
		length := min(sector-(o.offset+at)%sector, int64(len(o.data))-at)
		piece := o.data[at : at+length]
		outcome := whole
		if whole == 2 {
			outcome = chance.IntN(2)
		}
		if outcome == 1 {
			n.write(o.offset+at, piece)
		} else if o.offset+at >= durable && chance.IntN(4) == 0 {
			garbage := make([]byte, length)
			for i := range garbage {
				garbage[i] = byte(chance.Uint32())
			}
			n.write(o.offset+at, garbage)
		}
		at += length
	}
}
