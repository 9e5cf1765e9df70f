package schema

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
)

// A Snapshot is the objects of one schema at one moment. The zero value is an
// empty schema, ready to use. It is not safe for concurrent change.
type Snapshot struct {
	objects map[Key]*Object
	order   atomic.Pointer[[]Key] // all keys in their order, since they were last asked for; nil where they have changed
}

// NewSnapshot returns a snapshot of the given objects. A later object replaces
// an earlier one with the same key.
func NewSnapshot(objects ...*Object) *Snapshot {
	s := &Snapshot{objects: make(map[Key]*Object, len(objects))}
	for _, o := range objects {
		s.objects[o.Key] = o
	}
	return s
}

// Len returns the number of objects.
func (s *Snapshot) Len() int { return len(s.objects) }

// Get returns the object with this key, or nil.
func (s *Snapshot) Get(k Key) *Object { return s.objects[k] }

// Put adds or replaces an object.
func (s *Snapshot) Put(o *Object) {
	if s.objects == nil {
		s.objects = map[Key]*Object{}
	}
	if s.objects[o.Key] == nil {
		s.order.Store(nil)
	}
	s.objects[o.Key] = o
}

// Delete removes the object with this key; it is no error if there is none.
func (s *Snapshot) Delete(k Key) {
	if s.objects[k] != nil {
		s.order.Store(nil)
	}
	delete(s.objects, k)
}

// Clone returns a copy that can be changed without changing s. The objects
// themselves are shared: they are never changed once they are in a snapshot.
func (s *Snapshot) Clone() *Snapshot {
	clone := &Snapshot{objects: maps.Clone(s.objects)}
	clone.order.Store(s.order.Load())
	return clone
}

// Keys returns all keys in the order of [Key.Compare].
func (s *Snapshot) Keys() []Key { return slices.Clone(s.sorted()) }

// sorted returns the keys in their order, which are not to be changed. To sort them
// takes longer than most of what is done with them.
func (s *Snapshot) sorted() []Key {
	if order := s.order.Load(); order != nil {
		return *order
	}
	keys := slices.SortedFunc(maps.Keys(s.objects), Key.Compare)
	s.order.Store(&keys)
	return keys
}

// All yields every object, in the order of [Key.Compare].
func (s *Snapshot) All() iter.Seq[*Object] {
	return func(yield func(*Object) bool) {
		for _, k := range s.sorted() {
			if !yield(s.objects[k]) {
				return
			}
		}
	}
}

// Each yields every object, in no order: [Snapshot.All] sorts the keys of a snapshot
// first, which takes longer than most loops over them.
func (s *Snapshot) Each() iter.Seq[*Object] { return maps.Values(s.objects) }

// Subject returns the object that another one is said of, and nil where there is none: the
// column of a comment on it, the function of a right to call it. What engines have beside
// the kinds that all share is named after its subject: "column slug", "function f() to
// reader".
func (s *Snapshot) Subject(of Key) *Object {
	if of.Kind.Shared() {
		return nil
	}
	for i := range len(of.Name) {
		if of.Name[i] != ' ' {
			continue
		}
		kind, name := Kind(of.Name[:i]), of.Name[i+1:]
		for end := len(name); end > 0; end = max(strings.LastIndex(name[:end], " to "), strings.LastIndex(name[:end], " of ")) {
			if o := s.Get(Key{Kind: kind, Space: of.Space, Table: of.Table, Name: name[:end]}); o != nil {
				return o
			}
		}
	}
	return nil
}

// Wholes returns the tables that a table inherits from or holds a part of the rows of, in
// the order in which it names them.
func (s *Snapshot) Wholes(table *Object) []*Object {
	paths := cmp.Or(table.Fact(Inherits), table.Fact(PartOf))
	if paths == "" {
		return nil
	}
	var wholes []*Object
	for path := range strings.SplitSeq(paths, ", ") {
		space, name, ok := strings.Cut(path, ".")
		whole := s.Get(Key{Kind: Table, Name: path})
		if whole == nil && ok {
			whole = s.Get(Key{Kind: Table, Space: space, Name: name})
		}
		if whole != nil {
			wholes = append(wholes, whole)
		}
	}
	return wholes
}

// Parts returns the objects that belong to the table, without the table itself,
// in the order of [Key.Compare].
func (s *Snapshot) Parts(table Key) []*Object {
	var parts []*Object
	if order := s.order.Load(); order != nil {
		// Parts of kinds that not all engines share stand ahead of the table itself.
		first, _ := slices.BinarySearchFunc(*order, Key{Space: table.Space, Table: table.Name}, Key.Compare)
		for _, k := range (*order)[first:] {
			if k.Owner() != table {
				break
			}
			if k.IsPart() {
				parts = append(parts, s.objects[k])
			}
		}
		return parts
	}
	for k, o := range s.objects {
		if k.IsPart() && k.Owner() == table {
			parts = append(parts, o)
		}
	}
	slices.SortFunc(parts, func(a, b *Object) int { return a.Key.Compare(b.Key) })
	return parts
}

// DeleteFunc removes the objects that del says true to.
func (s *Snapshot) DeleteFunc(del func(*Object) bool) {
	maps.DeleteFunc(s.objects, func(_ Key, o *Object) bool { return del(o) })
	s.keepOrder(s.order.Load())
}

// Filter returns a snapshot of the objects that keep says true to.
func (s *Snapshot) Filter(keep func(*Object) bool) *Snapshot {
	kept := &Snapshot{objects: make(map[Key]*Object, len(s.objects))}
	for k, o := range s.objects {
		if keep(o) {
			kept.objects[k] = o
		}
	}
	kept.keepOrder(s.order.Load())
	return kept
}

// keepOrder takes over an order in which some keys are that s has not; nil is none.
func (s *Snapshot) keepOrder(order *[]Key) {
	if order == nil || len(*order) == len(s.objects) {
		s.order.Store(order)
		return
	}
	kept := make([]Key, 0, len(s.objects))
	for _, k := range *order {
		if s.objects[k] != nil {
			kept = append(kept, k)
		}
	}
	s.order.Store(&kept)
}

// Replace takes objects out of s and puts others in, and returns what has happened to
// them, as [Changes] does. What is the same before and after is put as it is after.
func (s *Snapshot) Replace(before, after []*Object) []Change {
	changes := Changes(NewSnapshot(before...), NewSnapshot(after...))
	for _, o := range before {
		s.Delete(o.Key)
	}
	for _, o := range after {
		s.Put(o)
	}
	return changes
}

// Apply changes s as the changes say: what has an After is put, what has none
// is deleted.
func (s *Snapshot) Apply(changes []Change) {
	for _, c := range changes {
		if c.After != nil {
			s.Put(c.After)
		} else {
			s.Delete(c.Key)
		}
	}
}
