import pg from "pg";

/**
 * One Hall a data folder: a second one over the same embedded server would adopt it and stop it under the
 * first. The lock lives in a session of the database, so a killed Hall leaves none behind.
 */
export interface SoleHall {
  release(): Promise<void>;
}

const LOCK = 1_735_289_712;

/** @returns null where another Hall holds the database */
export async function claimSoleHall(ownerUrl: string): Promise<SoleHall | null> {
  const client = new pg.Client({ connectionString: ownerUrl, keepAlive: true });
  // Lost with the server: then nothing of this Hall serves either, and the lock is gone with the session.
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ claimed: boolean }>("SELECT pg_try_advisory_lock($1) AS claimed", [
    LOCK,
  ]);
  if (rows[0]?.claimed) return { release: () => client.end() };
  await client.end();
  return null;
}
