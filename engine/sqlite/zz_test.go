package sqlite
import ("testing";"fmt";"os")
func init(){ dbg = func(a ...any){ if os.Getenv("DBG")!="" { fmt.Println(a...) } } }
var dbg func(...any)
var _ testing.TB
