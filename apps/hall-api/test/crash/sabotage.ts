import type pg from "pg";

/** How each control breaks what it is about, as a superuser, in the database alone. */

/** Jobs come with the commit of a decision instead of with its seal, and the Halls are told at once. */
export async function breakEnqueueing(admin: pg.Pool): Promise<void> {
  await admin.query(`
    CREATE FUNCTION public.enqueue_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      INSERT INTO queue.job (id, name, data, expire_seconds, deletion_seconds, keep_until, retry_limit, retry_delay,
          retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds)
        SELECT NEW.id, q.name, jsonb_build_object('tenant_id', NEW.tenant_id, 'dispatch_id', NEW.id), q.expire_seconds,
          q.deletion_seconds, now() + q.retention_seconds * interval '1s', q.retry_limit, q.retry_delay,
          q.retry_backoff, q.retry_delay_max, q.policy, q.dead_letter, q.heartbeat_seconds
        FROM queue.queue q WHERE q.name = 'dispatch';
      PERFORM pg_notify('guildhall_dispatch', '');
      RETURN NULL;
    END $$;
    CREATE TRIGGER enqueue_at_commit AFTER INSERT ON hall.dispatch
      FOR EACH ROW EXECUTE FUNCTION public.enqueue_at_commit()`);
}

/**
 * Commits are acknowledged before they are on disk, and the server takes its time to write them. Done under a Hall
 * that runs: one that starts would refuse such a server.
 */
export async function breakDurability(admin: pg.Pool): Promise<void> {
  await admin.query("ALTER SYSTEM SET synchronous_commit = off");
  await admin.query("ALTER SYSTEM SET wal_writer_delay = '10s'");
  await admin.query("SELECT pg_reload_conf()");
}

export async function mendDurability(admin: pg.Pool): Promise<void> {
  await admin.query("ALTER SYSTEM RESET ALL");
  await admin.query("SELECT pg_reload_conf()");
}
