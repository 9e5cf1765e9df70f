package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
)

// ask asks the questions of a refusal on the terminal. It returns false if there is
// nothing to ask, nobody to ask, or no answer: then the refusal stands.
func (a *app) ask(err error) (diagnosis.Answers, bool) {
	refusal, ok := errors.AsType[*dbmend.Refusal](err)
	if !ok || a.flags.noInput || a.flags.json || !isTerminal(a.stdin) || !isTerminal(a.stderr) {
		return nil, false
	}
	return askAll(refusal.Questions, a.stdin, a.screen(a.stderr))
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// askAll asks question after question. An empty line, and the end of the input,
// leave everything as it is: nothing is answered by silence.
func askAll(questions []diagnosis.Question, in io.Reader, out *screen) (diagnosis.Answers, bool) {
	answers := diagnosis.Answers{}
	input := bufio.NewReader(in)
	for i := range questions {
		q := &questions[i]
		if len(q.Choices) == 0 {
			return nil, false
		}
		out.blank()
		out.prose(out.warn(clean(q.Name()))+"  ", q.Text, out.strong)
		for _, fact := range q.Facts {
			out.prose("  ", fact, out.dim)
		}
		t := &table{margin: "  "}
		for n, c := range q.Choices {
			t.row(out.fresh(strconv.Itoa(n+1)), clean(c.Answer), oneLine(c.Means, 0))
		}
		t.print(out)
		answer, ok := askOne(q, input, out)
		if !ok {
			return nil, false
		}
		answers[q.Name()] = answer
	}
	return answers, true
}

// askOne reads until there is an answer, by its word or its number.
func askOne(q *diagnosis.Question, input *bufio.Reader, out *screen) (string, bool) {
	for {
		io.WriteString(out.w, "answer (empty to leave everything as it is): ")
		line, err := input.ReadString('\n')
		given := strings.TrimSpace(line)
		if given == "" {
			return "", false
		}
		if n, numberErr := strconv.Atoi(given); numberErr == nil && n >= 1 && n <= len(q.Choices) {
			return q.Choices[n-1].Answer, true
		}
		if slices.ContainsFunc(q.Choices, func(c diagnosis.Choice) bool { return c.Answer == given }) {
			return given, true
		}
		if err != nil {
			return "", false
		}
		out.line("that is none of the choices")
	}
}
