package gittree

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// blobs asks one process of git for the content of files, one after the other.
type blobs struct {
	cmd  *exec.Cmd
	ask  io.WriteCloser
	hear *bufio.Reader
}

// blob returns the content of a file by its hash.
func (r *Repository) blob(id string) ([]byte, error) {
	if r.blobs == nil {
		b, err := r.startBlobs()
		if err != nil {
			return nil, err
		}
		r.blobs = b
	}
	return r.blobs.read(id)
}

func (r *Repository) startBlobs() (*blobs, error) {
	// It lives until Close, which is none of the contexts that it is asked in.
	cmd := r.command(context.Background(), "cat-file", "--batch")
	ask, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &blobs{cmd, ask, bufio.NewReader(out)}, nil
}

func (b *blobs) read(id string) ([]byte, error) {
	if _, err := io.WriteString(b.ask, id+"\n"); err != nil {
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	head, err := b.hear.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	var kind string
	var size int64
	if _, err := fmt.Sscanf(strings.TrimPrefix(head, id), " %s %d", &kind, &size); err != nil {
		return nil, fmt.Errorf("git cat-file: %.80q", strings.TrimSpace(head))
	}
	content, err := io.ReadAll(io.LimitReader(b.hear, min(size, mostBytes)))
	if err != nil {
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	if _, err := io.CopyN(io.Discard, b.hear, size-int64(len(content))+1); err != nil { // and the line end
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	switch {
	case kind != "blob":
		return nil, errors.New("it is not a file")
	case size > mostBytes:
		return nil, fmt.Errorf("it is larger than %d bytes", mostBytes)
	}
	return content, nil
}

func (b *blobs) close() error {
	err := b.ask.Close()
	return errors.Join(err, b.cmd.Wait())
}
