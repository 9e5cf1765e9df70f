// Package literals gathers rows that an engine yields as SQL literals
// (engine.Database.Literals), within the memory that they may take.
package literals

import "iter"

// The memory that a row and a value of it take beside the text.
const rowHeader, valueHeader = 24, 16

// Gather returns the rows that an engine yields.
func Gather(rows iter.Seq2[[]string, error]) ([][]string, error) {
	all, _, err := Within(rows, -1)
	return all, err
}

// Within returns the rows that an engine yields and the memory that they take. Where
// that is more than a budget, it returns no rows and a size above the budget. A budget
// below zero holds any.
func Within(rows iter.Seq2[[]string, error], budget int) (all [][]string, size int, err error) {
	for row, err := range rows {
		if err != nil {
			return nil, 0, err
		}
		size += rowHeader
		for _, value := range row {
			size += valueHeader + len(value)
		}
		if budget >= 0 && size > budget {
			return nil, size, nil
		}
		all = append(all, row)
	}
	return all, size, nil
}

// Most returns how many rows, be they empty, take more than a budget.
func Most(budget int) int { return budget/rowHeader + 1 }
