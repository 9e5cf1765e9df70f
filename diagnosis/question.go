package diagnosis

import "slices"

// A Code names a kind of question; docs/questions.md explains each.
type Code string

// The codes.
const (
	Q1  Code = "Q1"  // several histories: which one rules
	Q2  Code = "Q2"  // the history knows migrations that this set does not
	Q3  Code = "Q3"  // an object is there with another definition
	Q4  Code = "Q4"  // both names of a rename hold data
	Q5  Code = "Q5"  // the rest of a rebuild: which table is live
	Q6  Code = "Q6"  // a statement on data: has it run
	Q7  Code = "Q7"  // seed rows: removed on purpose or never inserted
	Q8  Code = "Q8"  // rows break what a statement would enforce
	Q9  Code = "Q9"  // out of order: run at the end or mark as done
	Q10 Code = "Q10" // a recorded migration has another text now
	Q11 Code = "Q11" // rows that may belong to another life of the database
	Q12 Code = "Q12" // something with rows would be dropped
	Q13 Code = "Q13" // the history may be another program's
	Q16 Code = "Q16" // no explanation leads to the schema that is wanted
	Q17 Code = "Q17" // drift was found and is to be refused
	Q18 Code = "Q18" // a baseline would claim what the database denies
	Q20 Code = "Q20" // a migration cannot be taken back
	Q21 Code = "Q21" // a down part does not lead to the schema from before its migration
)

// AnsweredWith begins the last fact of a question that was answered; the answer follows.
const AnsweredWith = "answered: "

// A Question is what must be answered before anything is changed.
type Question struct {
	Code    Code
	Place   string   // what it is about: "002/3", "table tokens"; may be empty
	Text    string   // the question, with the facts filled in
	Facts   []string // what it rests on, a line each
	Choices []Choice // what can be answered; none if only the world can
}

// A Choice is one answer and what it leads to.
type Choice struct {
	Answer string
	Means  string
}

// Name returns what an answer to this question is addressed to: "Q6@002/3", or
// the code alone where the question has no place.
func (q *Question) Name() string {
	if q.Place == "" {
		return string(q.Code)
	}
	return string(q.Code) + "@" + q.Place
}

// Answers maps questions, by [Question.Name], to answers.
type Answers map[string]string

// To returns the answer to a question, and "" if there is none or if it is none
// of the choices. Consent is given for a place: a code alone answers a question
// that has none.
func (a Answers) To(q *Question) string {
	answer, ok := a[q.Name()]
	if !ok || !slices.ContainsFunc(q.Choices, func(c Choice) bool { return c.Answer == answer }) {
		return ""
	}
	return answer
}
