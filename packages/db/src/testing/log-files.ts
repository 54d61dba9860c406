import pg from "pg";

/**
 * Brings a fresh server into the state of one that has run for a while: the files of its write-ahead log are there, and
 * are used again. Each new one is 16 MB of zeros that are written and flushed while every commit waits.
 * @param adminUrl a superuser's
 */
export async function layInLogFiles(adminUrl: string, files: number): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    for (let file = 0; file < files; file++) {
      // A file in which nothing stands is not switched.
      await admin.query("SELECT pg_logical_emit_message(false, 'guildhall', 'one more')");
      await admin.query("SELECT pg_switch_wal()");
    }
    await admin.query("CHECKPOINT");
  } finally {
    await admin.end();
  }
}
