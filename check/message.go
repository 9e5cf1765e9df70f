package check

import "strings"

// message returns a finding in full, as text of several lines.
func (f *Finding) message() string {
	lines := []string{f.headline()}
	lines = append(lines, f.Details...)
	if f.Related != (Place{}) {
		lines = append(lines, "see "+f.Related.String())
	}
	if f.Question != nil {
		for _, c := range f.Question.Choices {
			lines = append(lines, "answer "+f.Question.Name()+"="+c.Answer+": "+c.Means)
		}
	}
	if f.Hint != "" {
		lines = append(lines, "hint: "+f.Hint)
	}
	return strings.Join(lines, "\n")
}

// headline returns the finding's sentence, and the releases that it is about.
func (f *Finding) headline() string {
	if len(f.Releases) == 0 {
		return f.Text
	}
	return f.Text + " (" + strings.Join(f.Releases, "; ") + ")"
}

// readable makes a text fit for a log: what is not to be seen, or turns the
// direction of writing, becomes a mark. Lines stay.
func readable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r >= 0x7F && r < 0xA0, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFFFE || r == 0xFFFF:
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
