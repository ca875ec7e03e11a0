package pglog

import (
	"fmt"
	"strings"
)

// statements are what is said to the server about one table.
type statements struct {
	look   string // the head's position and sum, and the sum at $1
	head   string // the same, and the head's line
	begin  string // the same as look, and a page of lines
	page   string // a page of lines
	pages  string // many lines, some at a time
	append string
}

// sumOf is the SQL for the sum at the end of a line, 64 hex digits.
const sumOf = `substr(line, octet_length(line) - 65, 64)`

// A page is the rows from $2 to $3: how many they are, and their lines with a
// newline between them, a value that costs driver and server much less than a row
// for each. If they have more than $4 bytes together and are more than one, the
// lines are left out.
const pageSQL = `
SELECT rows.n, rows.bytes, CASE WHEN rows.bytes <= $4::bigint OR rows.n <= 1 THEN
	(SELECT string_agg(line, '\x0a'::bytea) FROM (SELECT line FROM TABLE WHERE position BETWEEN $2::bigint AND $3::bigint ORDER BY position) AS stretch) END AS lines
FROM (SELECT count(*) AS n, coalesce(sum(octet_length(line)), 0)::bigint AS bytes FROM TABLE WHERE position BETWEEN $2::bigint AND $3::bigint) AS rows`

// Many rows, from $1 to $2, come $3 at a time, so that the server goes on while the
// lines are read. Those with a line of more than $4 bytes are not whole, and those with
// more than $5 bytes together come without their lines.
const pagesSQL = `
SELECT piece.n, piece.longest > $4::integer OR piece.bytes > $5::bigint, piece.lines
FROM generate_series($1::bigint, $2::bigint, $3::bigint) AS begin(at), LATERAL (
	SELECT count(*) AS n, coalesce(max(octet_length(line)), 0) AS longest,
		coalesce(sum(octet_length(line)), 0) AS bytes, CASE WHEN sum(octet_length(line)) <= $5::bigint THEN
			string_agg(CASE WHEN octet_length(line) <= $4::integer THEN line END, '\x0a'::bytea) END AS lines
	FROM (SELECT line FROM TABLE WHERE position BETWEEN begin.at AND least(begin.at + $3::bigint - 1, $2::bigint) ORDER BY position) AS stretch
) AS piece`

const headSQL = `(SELECT position, ` + sumOf + ` AS sum, line FROM TABLE ORDER BY position DESC LIMIT 1)`

const lookSQL = `
SELECT coalesce(head.position, 0), head.sum, (SELECT ` + sumOf + ` FROM TABLE WHERE position = $1::bigint)MORE
FROM (SELECT) AS one LEFT JOIN ` + headSQL + ` AS head ON true`

// The append adds rows behind $1 if the last row is that one and ends with the
// sum $2, and if the server keeps what it answers, or need not ($3). Their lines
// stand one after another in $4; where each begins and its length are $5 and $6.
//
// It is one statement and takes no lock: a rival's row is waited for at the primary
// key. With the last row, $7, and in the same transaction, it notifies those who
// listen on $8 of its position.
const appendSQL = `
INSERT INTO TABLE (position, line)
SELECT $1::bigint + new.n, substr($4::bytea, new.at, new.length)
FROM unnest($5::integer[], $6::integer[]) WITH ORDINALITY AS new(at, length, n)
WHERE coalesce((SELECT position = $1::bigint AND ` + sumOf + ` = $2::bytea FROM TABLE ORDER BY position DESC LIMIT 1), $1::bigint = 0)
AND ($3::boolean OR current_setting('synchronous_commit') <> 'off' AND current_setting('fsync') = 'on')
AND (new.n < $7::bigint OR pg_notify($8::text, ($1::bigint + new.n)::text) IS NOT NULL)`

func statementsFor(table string) statements {
	on := strings.NewReplacer("TABLE", table)
	look := func(more string) string { return on.Replace(strings.Replace(lookSQL, "MORE", more, 1)) }
	page := on.Replace(pageSQL)
	return statements{
		look:   look(""),
		head:   look(", head.line"),
		begin:  fmt.Sprintf("SELECT look.*, page.* FROM (%s) AS look(position, sum, known) CROSS JOIN (%s) AS page", look(""), page),
		page:   strings.NewReplacer("$2", "$1", "$3", "$2", "$4", "$3").Replace(page),
		pages:  on.Replace(pagesSQL),
		append: on.Replace(appendSQL),
	}
}
