package mysql

import (
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// What the server makes for a foreign key by itself is a part of that. What somebody
// else must have asked for is an index.
func TestIndexOfAForeignKeyIsAPartOfIt(t *testing.T) {
	for _, c := range []struct {
		why, parts string
		indexes    int
	}{
		{"named as the constraint", "KEY `c_p` (`p`), CONSTRAINT `c_p` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 0},
		{"named as the column, where the constraint has no name of its own", "KEY `p` (`p`), CONSTRAINT `c_ibfk_1` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 0},
		{"the name of the column was taken", "UNIQUE KEY `p` (`x`), KEY `p_2` (`p`), CONSTRAINT `c_ibfk_1` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 0},
		{"named as the constraint in capitals", "KEY `C_P` (`p`), CONSTRAINT `c_p` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 0},
		{"another name", "KEY `mine` (`p`), CONSTRAINT `c_p` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 1},
		{"named as the column, and the constraint has a name", "KEY `p` (`p`), CONSTRAINT `c_p` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 1},
		{"another one serves", "KEY `c_p` (`p`), KEY `wide` (`p`,`x`), CONSTRAINT `c_p` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 2},
		{"a part of the column", "KEY `c_p` (`p`(4)), CONSTRAINT `c_p` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 1},
		{"with a remark", "KEY `c_p` (`p`) COMMENT 'kept', CONSTRAINT `c_p` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 1},
		{"other columns", "KEY `c_p` (`x`), CONSTRAINT `c_p` FOREIGN KEY (`p`) REFERENCES `p` (`id`)", 1},
	} {
		table, err := readTable("CREATE TABLE `c` (`p` int, `x` int, "+c.parts+") ENGINE=InnoDB", "db")
		if err != nil {
			t.Fatal(err)
		}
		indexes := 0
		for _, o := range table.objects(foldTable) {
			if o.Key.Kind == schema.Index {
				indexes++
			}
		}
		if indexes != c.indexes {
			t.Errorf("%s: %d indexes; wanted %d", c.why, indexes, c.indexes)
		}
	}
}
