import { createServer } from "node:http";
import { parseArgs } from "node:util";
import next from "next";
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
const [hostname, port] = [values.host, Number(values.port)];

const app = next({ dev: values.dev, dir: import.meta.dirname, hostname, port });
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
const CLOSING_MS = 2000;
