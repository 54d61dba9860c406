import type { Db } from "@guildhall/db";
import pg from "pg";

/**
 * One connection that listens. NOTIFY only wakes: whatever it says is read again from the tables, and a poll
 * each second stands behind it, so a lost notification costs a second and nothing else.
 */
export const CHANNELS = [
  "guildhall_ledger",
  "guildhall_snapshot",
  "guildhall_dispatch",
  "guildhall_outcome",
] as const;
export type Channel = (typeof CHANNELS)[number];

export interface Notifications {
  on(channel: Channel, heard: (payload: string) => void): void;
  close(): Promise<void>;
}

const RECONNECT_MS = 500;

export async function listen(
  db: Db,
  log: { warn(details: object, message: string): void },
): Promise<Notifications> {
  const listeners = new Map<Channel, ((payload: string) => void)[]>();
  let client: pg.Client | null = null;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: db.urls.app,
      keepAlive: true,
      connectionTimeoutMillis: 2000,
    });
    next.on("error", (err) => {
      log.warn({ err }, "the listening connection was lost; polling until it is back");
      reconnect(next);
    });
    next.on("notification", ({ channel, payload }) => {
      for (const heard of listeners.get(channel as Channel) ?? []) heard(payload ?? "");
    });
    await next.connect();
    for (const channel of CHANNELS) await next.query(`LISTEN ${channel}`);
    client = next;
  }

  function reconnect(lost: pg.Client): void {
    if (closed || (client !== null && client !== lost) || timer) return;
    client = null;
    lost.end().catch(() => undefined); // it is gone already
    timer = setTimeout(() => {
      timer = null;
      connect().catch((err) => {
        log.warn({ err }, "the listening connection is not back yet");
        reconnect(lost);
      });
    }, RECONNECT_MS);
  }

  await connect();
  return {
    on(channel, heard) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), heard]);
    },
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      await client?.end();
    },
  };
}
