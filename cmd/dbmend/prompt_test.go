package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/diagnosis"
)

var twoQuestions = []diagnosis.Question{
	{
		Code: diagnosis.Q6, Place: "002/3", Text: "Did it already run?", Facts: []string{"notes holds 3 rows"},
		Choices: []diagnosis.Choice{{Answer: "done", Means: "go on after it"}, {Answer: "run", Means: "run it"}},
	},
	{
		Code: diagnosis.Q12, Place: "004/1", Text: "May that go?",
		Choices: []diagnosis.Choice{{Answer: "drop", Means: "run it as it is written"}},
	},
}

func TestAskAll_takesAnswersByWordAndByNumber(t *testing.T) {
	var shown bytes.Buffer
	got, ok := askAll(twoQuestions, strings.NewReader("maybe\n 2 \ndrop\n"), &screen{w: &shown, palette: newPalette(false)})
	want := diagnosis.Answers{"Q6@002/3": "run", "Q12@004/1": "drop"}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	for _, text := range []string{"Did it already run?", "notes holds 3 rows", "1  done  go on after it", "none of the choices"} {
		if !strings.Contains(shown.String(), text) {
			t.Errorf("%q was not shown in:\n%s", text, shown.String())
		}
	}
}

func TestAskAll_takesSilenceForNoAnswer(t *testing.T) {
	for _, input := range []string{"", "\n", "done\n", "done\n\n", "nonsense", "3\n", "0\n"} {
		got, ok := askAll(twoQuestions, strings.NewReader(input), &screen{w: new(bytes.Buffer), palette: newPalette(false)})
		if ok || got != nil {
			t.Errorf("input %q answers %v", input, got)
		}
	}
}

func TestAskAll_asksNothingThatNoAnswerSettles(t *testing.T) {
	questions := []diagnosis.Question{{Code: diagnosis.Q8, Text: "Rows are in the way."}}
	if _, ok := askAll(questions, strings.NewReader("yes\n"), &screen{w: new(bytes.Buffer), palette: newPalette(false)}); ok {
		t.Error("a question without choices was answered")
	}
}
