package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/dbmend/dbmend/diagnosis"
)

// questionName matches what an answer is addressed to: a code, and the place if
// the question has one.
var questionName = regexp.MustCompile(`^Q[0-9]+(@.+)?$`)

// gatherAnswers takes answers from the configuration, then a file of answers, then
// flags: what is said later replaces what was said before.
func (a *app) gatherAnswers(file *config) (diagnosis.Answers, error) {
	all := diagnosis.Answers{}
	for name, answer := range file.Answers {
		if !questionName.MatchString(name) {
			return nil, badName(file.path, name)
		}
		all[name] = answer
	}
	if a.flags.answersFile != "" {
		found, err := readAnswers(a.flags.answersFile)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, found)
	}
	for _, text := range a.flags.answers {
		name, answer, err := parseAnswer(text)
		if err != nil {
			return nil, &usageError{message: "--answer: " + err.Error(), hint: "write it as it was shown: --answer Q6@002/3=done"}
		}
		all[name] = answer
	}
	return all, nil
}

// readAnswers reads a file of answers: TOML if its name says so, else lines
// NAME=ANSWER, with comments after # at the beginning of a line.
func readAnswers(path string) (diagnosis.Answers, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &usageError{message: fmt.Sprintf("read the answers: %v", err)}
	}
	answers := diagnosis.Answers{}
	if strings.EqualFold(filepath.Ext(path), ".toml") {
		if _, err := toml.Decode(string(text), &answers); err != nil {
			return nil, wrongUsage("%s", tomlError(path, err))
		}
		for name := range answers {
			if !questionName.MatchString(name) {
				return nil, badName(path, name)
			}
		}
		return answers, nil
	}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\uFEFF")) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, answer, err := parseAnswer(line)
		if err != nil {
			return nil, wrongUsage("%s:%d: %v", path, number, err)
		}
		answers[name] = answer
	}
	return answers, nil
}

// parseAnswer reads NAME=ANSWER. A name may hold an equals sign (it may name a
// check constraint); an answer does not.
func parseAnswer(text string) (name, answer string, err error) {
	i := strings.LastIndexByte(text, '=')
	if i < 0 {
		return "", "", fmt.Errorf("%q is not of the form NAME=ANSWER", clean(text))
	}
	name, answer = strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+1:])
	if !questionName.MatchString(name) {
		return "", "", fmt.Errorf("%q is no question's name", clean(name))
	}
	if answer == "" {
		return "", "", fmt.Errorf("%s has no answer", clean(name))
	}
	return name, answer, nil
}

func badName(source, name string) error {
	return wrongUsage("%s: %q is no question's name", source, clean(name))
}
