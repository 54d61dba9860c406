import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { setMode } from "./env.ts";
import { nameSender } from "./lib/name-sender.ts";

/**
 * The console's own server around Next's, which takes anybody's word for where a request comes from: here the socket is
 * still known. `node server.ts --port 3000`, with `--dev` from the sources.
 */
const { values } = parseArgs({
  options: {
    host: { type: "string", default: "localhost" },
    port: { type: "string", default: "3000" },
    dev: { type: "boolean", default: false },
  },
});
const { host: hostname, dev } = values;
const port = Number(values.port);
const CLOSING_MS = 2000;

// Looked at while React is loaded, so Next comes after.
setMode(dev ? "development" : "production");
const { default: next } = await import("next");
const app = next({ dev, dir: import.meta.dirname, hostname, port });
await app.prepare();
const handle = app.getRequestHandler();

const server = createServer((request, response) => {
  nameSender(request);
  void handle(request, response);
});
server.listen(port, hostname);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), CLOSING_MS).unref();
  });
