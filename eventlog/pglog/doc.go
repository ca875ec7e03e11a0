// Package pglog keeps an event log in a table of PostgreSQL, 15 or later, so that
// engines on several machines share it.
//
//	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL")) // the host's own
//	err = pglog.Migrate(ctx, pool, nil)                      // once, as whoever may create the table
//	log, err := pglog.Open(ctx, pool, nil)
//	eng, err := engine.Open(ctx, log, nil)
//
// # The table
//
// A record is a row: its position, which is the primary key, and its line, the
// same bytes as in every other log, without the newline.
//
//	CREATE TABLE relevo_log (
//		position bigint PRIMARY KEY,
//		line bytea NOT NULL,
//		CONSTRAINT relevo_log_schema_1 CHECK (position > 0)
//	);
//
// The name is [Options.Table]'s; each table is a log of its own, and a database can
// hold many. The constraint tells the version of the schema: it comes with every
// dump, and every role can see it. A table that is newer than the code is refused.
// Further columns with a default, indexes and triggers after a row are the host's
// business; what could change or drop a row that is written is refused. There is
// no column for the ID, which stands in the line: an index on it would prove
// nothing, and cost.
//
// Engines need no more than these rights, and no more should be given to them:
//
//	CREATE ROLE desk LOGIN;
//	GRANT INSERT, SELECT ON relevo_log TO desk;
//
// Who audits needs SELECT alone, and opens the log with [Options.ReadOnly].
//
// # What it promises
//
// An append is one statement in one round trip, without a lock. It adds its rows
// if the last row is the one that the writer knows, by position and by sum; of two
// that race, one waits at the primary key until the other has committed, and is
// told [eventlog.ErrConflict]. It is answered when it is committed. It notifies those
// who wait in the same transaction, for which the server lets one such transaction
// of all its databases commit at a time: many busy logs are better off on several
// servers.
//
// A connection that was lost, or a context that was over, while the statement was
// on its way is [eventlog.ErrUncertain]: appending the same again forces the
// answer. Every other error means that nothing was written, but where a trigger or a
// rule drops some of the rows, which is an [eventlog.CorruptError]. An import is several
// statements: [Log.Import] says how much of it is written.
//
// A read verifies every record it yields. Damage is an [eventlog.CorruptError] that
// names the table and the position. What the log was seen to hold last, by
// position and sum, is compared with the table at each read, each time that Wait
// asks, over whichever connection, and in each append. A table that lacks it was
// restored from a backup, failed over to a copy that lagged, or written anew: from
// then on this Log answers an [eventlog.DivergedError] to everything. Close it, find
// out what happened, and open it again to go on with what is there. What happened
// while no Log was open shows only against a head that was kept elsewhere:
// [eventlog.Confirm].
//
// While the server is away, appends and reads fail at once where nobody listens,
// and with their context where nobody answers; give them a context that ends. Wait
// goes on by itself, within a fraction of a second of the server's return. After a
// failure of the network in which the server did not answer, the driver keeps the
// place of each connection in the pool for up to 15 seconds, to tell the server:
// a pool of fewer than four connections can be short of them for as long.
//
// # Connections
//
// All statements go through the pool, over whatever connection is free, and leave
// nothing on it; no connection is held while records are yielded. Those who Wait
// share one connection more, which is taken out of the pool and out of its count:
// it listens to notifications, and asks for the head once a second. So the server
// must allow one connection per Log beyond the pools'.
//
// A pooler that hands out sessions by transaction, such as PgBouncer with
// pool_mode=transaction, loses notifications; Wait notices that none come, and asks
// every 100 ms. Tell the pool to prepare no statements, with
// default_query_exec_mode=cache_describe in its connection string, or exec. Nothing
// else changes, since an append is one statement: PgBouncer 1.18 was tried.
//
// Connect to the primary, and to whoever is the primary after a failover:
// target_session_attrs=read-write. A standby is refused, but for a log that is
// ReadOnly: it has a beginning of the log, and in the same order, but two standbys
// have different ones; so connect to one of them and not to several in turn.
//
// # Durability
//
// What is answered must be on disk. Open refuses a server with fsync or
// synchronous_commit off, and each append refuses a connection that has them off
// when it comes to that, unless [Options.Unsynced] takes the risk.
//
// With a standby that replicates asynchronously, a failover loses what it had not
// received, and positions are given out twice. Engines that were running notice,
// as said above; that does not bring the records back. So name synchronous
// standbys and leave synchronous_commit on (or remote_apply):
//
//	synchronous_standby_names = 'ANY 1 (a, b)'
//
// synchronous_commit=local or remote_write is not refused: without standbys local
// is as good as on, and what the others hold is not to be seen from here. One thing
// more cannot be seen: an administrator who cancels a commit that waits for its
// standby, with pg_cancel_backend, makes the server answer that it is committed
// although only the primary has it.
//
// The driver would do the same for each append that it gives up, so appends go
// without the key that cancels them. While no synchronous standby is there, each of
// them is ErrUncertain when its context ends, nobody sees its record before the
// standby has it, and its session stays on the server until then, as do those that
// wait behind it: give the role a CONNECTION LIMIT if others use the server. The
// server's log says "wrong key in cancel request", which is no matter.
//
// Leave autovacuum on: appends that lose a race leave dead rows, and plans go by
// its statistics. Back up as any table is backed up, best with continuous
// archiving; pg_dump takes the log along with the rest.
//
// # Looking at it
//
// Every relevo command reads JSON Lines. This makes a file of them, byte for byte
// the log:
//
//	psql -AtqX -v FETCH_COUNT=1000 -c "SELECT convert_from(line, 'UTF8') FROM relevo_log ORDER BY position" > log.jsonl
//	relevo verify log.jsonl
//
// [eventlog.WriteLines] over Read does the same and verifies on the way, and
// [eventlog.Copy] brings a log from any store into any other.
//
// Analysts get a view. It reads each line as JSON at each query. (A jsonb holds no
// \u0000: a log of one's own events that has it in its data needs json instead.)
//
//	CREATE VIEW relevo_events AS
//	SELECT position, e->>'id' AS id, (e->>'time')::timestamptz AS time,
//		e->>'stream' AS stream, e->>'kind' AS kind, e->'data' AS data
//	FROM relevo_log, LATERAL (SELECT convert_from(line, 'UTF8')::jsonb) AS j(e);
//
//	SELECT kind, count(*) FROM relevo_events GROUP BY kind;
//
// An index needs a function that is declared immutable, which it is as long as the
// database's encoding is UTF8:
//
//	CREATE FUNCTION relevo_event(line bytea) RETURNS jsonb IMMUTABLE STRICT PARALLEL SAFE
//		RETURN convert_from(line, 'UTF8')::jsonb;
//	CREATE INDEX ON relevo_log ((relevo_event(line)->>'stream'), position);
//
// Each index is paid for by every append. A copy that is fed from the log is
// often the better place for questions.
//
// # What it costs
//
// Of an append nearly all is the server's own: in the same run a plain INSERT of
// the same rows, without the guard and the sums, takes 0.86 to 1.1 of the time
// (BenchmarkAppend). On two cores and one disk that server and engines shared, that
// made 2,800 appends of one event a second, 74,000 events in groups of 64, and
// 110,000 in groups of 1,000. So let engines be few, and their groups large: two or
// three that are busy take turns, and together make less than one alone
// (BenchmarkEngines). Several are there so that one can die.
//
// A read came to 0.70 to 0.85 of a plain SELECT of all lines, 500,000 to 660,000 events
// a second, where server and reader shared two cores: every line is verified, which
// is done beside the fetching where there are more (BenchmarkRead).
//
// A line is at most 16 MiB, an append at most 256 MiB. A row takes about 30 bytes
// beside its line, and its place in the key 20; lines of more than 2 kB are
// compressed.
package pglog
