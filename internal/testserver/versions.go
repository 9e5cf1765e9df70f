package testserver

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// versions are the servers of one product that a run is about.
type versions struct {
	servers []*Server
	missing error // what could not be had, unless the run asked for it by number
}

var everyPostgres = sync.OnceValues(func() (versions, error) {
	first, err := sharedPostgres()
	if err == nil && first.address != "" {
		return versions{servers: []*Server{first}}, nil
	}
	var v versions
	found := postgresInstallations()
	list := os.Getenv("DBMEND_TEST_POSTGRES_VERSIONS")
	switch list {
	case "installed":
	case "":
		found, v.missing = withPackages(found, packagedVersions())
	default:
		wanted, err := majors(list)
		if err != nil {
			return versions{}, err
		}
		found, err = withPackages(found, wanted)
		if err != nil {
			return versions{}, err
		}
		found = slices.DeleteFunc(found, func(p postgres) bool { return !slices.Contains(wanted, p.major) })
	}
	if len(found) == 0 {
		return versions{}, errors.Join(errNoPostgres, v.missing)
	}
	slices.SortFunc(found, func(a, b postgres) int { return a.major - b.major })
	for _, p := range found {
		if first != nil && first.product == product(p) {
			v.servers = append(v.servers, first)
		} else {
			v.servers = append(v.servers, &Server{product: p})
		}
	}
	return v, nil
})

// majors reads a list of major versions.
func majors(list string) ([]int, error) {
	var wanted []int
	for word := range strings.SplitSeq(list, ",") {
		major, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("DBMEND_TEST_POSTGRES_VERSIONS is %q: it is a list of major versions, or %q", list, "installed")
		}
		wanted = append(wanted, major)
	}
	return wanted, nil
}

// withPackages adds the packages of the versions that are wanted and not installed.
// The error is about those that cannot be had; the others are there all the same.
func withPackages(found []postgres, wanted []int) ([]postgres, error) {
	var missing []error
	for _, major := range wanted {
		if slices.ContainsFunc(found, func(p postgres) bool { return p.major == major }) {
			continue
		}
		p, err := packagedPostgres(major)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		found = append(found, p)
	}
	return found, errors.Join(missing...)
}
