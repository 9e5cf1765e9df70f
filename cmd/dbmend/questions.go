package main

import (
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
)

// questions prints open questions, each with what it rests on and with the exact
// command that answers it.
func (s *screen) questions(questions []diagnosis.Question, verb string) {
	for i := range questions {
		q := &questions[i]
		if i > 0 {
			s.blank()
		}
		s.prose(s.strong(strconv.Itoa(i+1)+". ")+s.warn(clean(q.Name()))+"  ", q.Text, s.strong)
		for _, fact := range q.Facts {
			s.prose("     ", fact, s.dim)
		}
		s.choices(q, verb)
	}
}

func (s *screen) choices(q *diagnosis.Question, verb string) {
	if len(q.Choices) == 0 {
		s.line("   no answer settles this: mend it in the database or in the migrations, then run again")
		return
	}
	t := &table{margin: "   "}
	for _, c := range q.Choices {
		t.row(s.fresh(answerCommand(q, c, verb)), oneLine(c.Means, 0))
	}
	t.print(s)
}

// answerCommand returns the command line that gives an answer. What cannot be
// typed goes into a file of answers; but names like that are rare enough.
func answerCommand(q *diagnosis.Question, c diagnosis.Choice, verb string) string {
	return "dbmend " + verb + " --answer " + shellWord(clean(q.Name()+"="+c.Answer))
}

// misanswered says which answers were given and settle nothing: they are none of
// the choices, or leave out the place.
func (s *screen) misanswered(questions []diagnosis.Question, answers diagnosis.Answers) {
	for i := range questions {
		q := &questions[i]
		if len(q.Choices) == 0 {
			continue
		}
		if given, ok := answers[q.Name()]; ok {
			var choices []string
			for _, c := range q.Choices {
				choices = append(choices, c.Answer)
			}
			s.line(s.bad("dbmend:"), " ", "the answer ", strconv.Quote(clean(given)), " to ", clean(q.Name()),
				" is none of the choices: ", clean(strings.Join(choices, ", ")))
		} else if given, ok := answers[string(q.Code)]; ok {
			s.line(s.bad("dbmend:"), " ", "the answer ", strconv.Quote(clean(given)), " to ", string(q.Code),
				" names no place: this question is ", clean(q.Name()))
		}
	}
}
