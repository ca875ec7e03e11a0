package pglog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// migrating is the advisory lock that lets one Migrate of a database at a time
// be at work: the letters "relevo", as a number.
const migrating = 0x72656c65766f

// Migrate makes the table of a log, or finds it as it must be and changes
// nothing. It needs a role that may create tables in the schema, which the
// engines' role need not and should not be. Several may run at once.
//
// A table that is there and is none of ours, or of a newer schema, is
// [ErrTable]. The schema of a table is not made: CREATE SCHEMA it before.
func Migrate(ctx context.Context, pool *pgxpool.Pool, opts *Options) error {
	o, err := opts.filled()
	if err != nil {
		return err
	}
	// Whatever the role's default is: who waited for another sees what that made.
	mode := pgx.TxOptions{IsoLevel: pgx.ReadCommitted}
	err = pgx.BeginTxFunc(ctx, pool, mode, func(tx pgx.Tx) error { return migrate(ctx, tx, &o) })
	if err != nil {
		return fmt.Errorf("pglog: migrate: %w", whereTo(&pool.Config().ConnConfig.Config).explain(err))
	}
	return nil
}

func migrate(ctx context.Context, tx pgx.Tx, o *Options) error {
	if _, err := tx.Exec(ctx, "SELECT pg_catalog.pg_advisory_xact_lock($1)", int64(migrating)); err != nil {
		return err
	}
	s, err := inspect(ctx, tx, o.Table)
	if err != nil {
		return err
	}
	name, err := identifier(o.Table)
	if err != nil {
		return err
	}
	table := name.Sanitize()
	asked := *o
	asked.Unsynced = true // that is for those who append
	if err := s.suits(&asked); err != nil {
		return err
	}
	if s.there {
		if err := s.is(); err != nil {
			return fmt.Errorf("table %s: %w", table, err)
		}
		return nil
	}
	_, err = tx.Exec(ctx, fmt.Sprintf(`CREATE TABLE %s (
	position bigint PRIMARY KEY,
	line bytea NOT NULL,
	CONSTRAINT %s%d CHECK (position > 0)
)`, table, noted, schema))
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == insufficientRights {
		return fmt.Errorf("%w: %w: run Migrate as a role that may create tables in the schema", ErrRights, err)
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "COMMENT ON TABLE "+table+" IS 'An event log of Relevo: one record a row, chained by sums. Only ever add to it, and only through an engine.'")
	return err
}
