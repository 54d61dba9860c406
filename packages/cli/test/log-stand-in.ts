import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type MemoryLog, readTileOf } from "@guildhall/attestation/testing";
import { parseTilePath, type Tile } from "@guildhall/attestation/verify";

/** A log over HTTP that shows whatever it is told to. */
export interface LogStandIn {
  url: string;
  /** Whose checkpoint and tiles it shows, and of which size. */
  log: MemoryLog;
  size: number;
  /** Whose tiles, where not its own. */
  tiles: MemoryLog | null;
  close(): Promise<void>;
}

export async function openLog(log: MemoryLog, size: number): Promise<LogStandIn> {
  const server = createServer(async ({ url = "" }, response) => {
    if (url === "/log/checkpoint") return response.end(await shown.log.checkpoint(shown.size));
    if (!url.startsWith("/log/tile/")) return response.writeHead(404).end("{}");
    const tile = parseTilePath(url.replace("/log/tile/", "")) as Tile;
    response.end(await readTileOf((shown.tiles ?? shown.log).leafData)(tile));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const shown: LogStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    size,
    tiles: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return shown;
}
