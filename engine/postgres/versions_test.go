package postgres

import (
	"slices"
	"testing"

	"github.com/dbmend/dbmend/engine/enginetest"
	"github.com/dbmend/dbmend/internal/testserver"
)

// The suite runs on the oldest and on the newest PostgreSQL that can be had, beside the
// installed one.
func TestConformanceOfVersions(t *testing.T) {
	servers := testserver.PostgresVersions(t)
	for _, server := range slices.Compact([]*testserver.Server{servers[0], servers[len(servers)-1]}) {
		t.Run(server.String(), func(t *testing.T) { enginetest.Run(t, config(server.DSN)) })
	}
}
