package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/cmd/dbmend/internal/gittree"
)

// This file contains where check finds the files of releases.

// A past is what releases are read from. It stays open until the check is done.
type past struct {
	migrations *gittree.Repository // of the folder of migrations; nil where there is none
	roots      []*os.Root
	prefix     string // of the working folder in its repository, with a slash at the end
}

func (p *past) close() error {
	var errs []error
	if p.migrations != nil {
		errs = append(errs, p.migrations.Close())
	}
	for _, root := range p.roots {
		errs = append(errs, root.Close())
	}
	return errors.Join(errs...)
}

// fromTop returns a path from the top of the repository, as services that show code
// have it.
func (p *past) fromTop(name string) string {
	if p.prefix == "" || path.IsAbs(name) {
		return name
	}
	return path.Join(p.prefix, name)
}

// releases reads those that the settings name. The caller closes the past.
func (c *call) releases(ctx context.Context) (what dbmend.Checks, p *past, err error) {
	p = &past{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	what.Folder = filepath.ToSlash(c.dir)
	flags := &c.checks
	needed := len(flags.released) > 0 || flags.since != ""
	if p.migrations, err = gittree.Open(ctx, c.dir); err != nil && needed {
		return what, p, repositoryMissing(c.dir, err)
	}
	if here, err := gittree.Open(ctx, "."); err == nil {
		p.prefix = here.Prefix()
	}
	for _, revision := range flags.released {
		release, err := c.revision(ctx, p, "--released", revision)
		if err != nil {
			return what, p, err
		}
		what.Released = append(what.Released, *release)
	}
	for _, text := range flags.folders {
		release, err := c.folderOf(p, text)
		if err != nil {
			return what, p, err
		}
		what.Released = append(what.Released, *release)
	}
	if flags.since != "" {
		if what.Since, err = c.revision(ctx, p, "--since", flags.since); err != nil {
			return what, p, err
		}
	}
	return what, p, nil
}

func repositoryMissing(folder string, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return &failure{message: "git is not installed, and revisions are read by it", hint: "releases in folders are named with --released-dir", err: err}
	}
	return &failure{
		message: "the folder " + clean(folder) + " lies in no git repository that can be read",
		hint:    "releases in folders are named with --released-dir; git says why with: git -C " + shellWord(clean(folder)) + " status", err: err,
	}
}

// revision reads a release from git. What a change is for may have had nothing yet.
func (c *call) revision(ctx context.Context, p *past, flag, name string) (*dbmend.Release, error) {
	commit, err := p.migrations.Resolve(ctx, name)
	if errors.Is(err, gittree.ErrNoRevision) {
		return nil, &usageError{
			message: fmt.Sprintf("%s %s is no revision of the repository", flag, clean(name)),
			hint:    "a shallow clone has no tags and no other branches: fetch them first (actions/checkout: fetch-depth: 0)",
		}
	}
	if err != nil {
		return nil, err
	}
	release := &dbmend.Release{Name: name}
	if release.Files, err = p.migrations.Folder(ctx, commit, p.migrations.Prefix()); errors.Is(err, fs.ErrNotExist) {
		err = nil // it had no migrations yet
	}
	if err != nil {
		return nil, fmt.Errorf("read the migrations of %s: %w", clean(name), err)
	}
	if c.schema != "" {
		if release.Schema, err = c.schemaAt(ctx, commit); err != nil {
			return nil, fmt.Errorf("read the schema file of %s: %w", clean(name), err)
		}
	}
	if flag == "--released" && release.Files == nil && release.Schema == "" {
		return nil, nothingThere(c, flag+" "+clean(name))
	}
	return release, nil
}

// schemaAt returns the schema file at a commit; "" where it was not there yet.
func (c *call) schemaAt(ctx context.Context, commit string) (text string, err error) {
	r, err := gittree.Open(ctx, filepath.Dir(c.schema))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	content, err := r.File(ctx, commit, path.Join(r.Prefix(), filepath.Base(c.schema)))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(content), err
}

// folderOf reads a release that lies in a folder, as the project lies in the working
// one.
func (c *call) folderOf(p *past, text string) (*dbmend.Release, error) {
	name, folder, err := splitRelease(text)
	if err != nil {
		return nil, err
	}
	dir, schema := filepath.FromSlash(fromHere(c.dir)), filepath.FromSlash(fromHere(c.schema))
	if !filepath.IsLocal(dir) || c.schema != "" && !filepath.IsLocal(schema) {
		return nil, &usageError{
			message: "--released-dir looks for the migrations and the schema file where they lie below the working folder, and they do not",
			hint:    "call dbmend in the folder of the project",
		}
	}
	top, err := os.OpenRoot(folder)
	if err != nil {
		return nil, &usageError{message: "--released-dir: " + clean(err.Error())}
	}
	p.roots = append(p.roots, top)
	release := &dbmend.Release{Name: name}
	files, err := top.OpenRoot(dir)
	switch {
	case err == nil:
		p.roots = append(p.roots, files)
		release.Files = files.FS()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read the migrations of %s: %w", clean(name), err)
	}
	if c.schema != "" {
		content, err := top.ReadFile(schema)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read the schema file of %s: %w", clean(name), err)
		}
		release.Schema = string(content)
	}
	if release.Files == nil && release.Schema == "" {
		return nil, nothingThere(c, "--released-dir "+clean(text))
	}
	return release, nil
}

// nothingThere is said of a release that has neither of the files.
func nothingThere(c *call, which string) error {
	message := which + " has no folder " + clean(c.dir)
	if c.schema != "" {
		message += " and no file " + clean(c.schema)
	}
	return &usageError{message: message, hint: "a release that had neither has left no databases behind: leave it away; where its files lay elsewhere, check it out and name it by --released-dir"}
}
