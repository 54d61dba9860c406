import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  RECURSION_DESIRED,
  streamEncode,
} from "dns-packet";

/** A name server on loopback, over UDP and TCP, that holds what a test puts there. */
export interface NameServer {
  /** As the setting has it. */
  address: string;
  /** What stands under a name; each value may come in several strings. */
  records: Map<string, (string | string[])[]>;
  /** Names that exist and have no text record. */
  bare: Set<string>;
  /** How it answers from now on. */
  behaviour: "answers" | "is silent" | "fails" | "refuses";
  /** Names that it was asked for. */
  asked: string[];
  close(): Promise<void>;
}

const RCODES = { answers: 0, "is silent": 0, fails: 2, refuses: 5 } as const;
const NO_SUCH_NAME = 3;
/** Of an answer over UDP: what is larger is cut, and asked for again over TCP. */
const UDP_MAX_BYTES = 512;

export async function startNameServer(): Promise<NameServer> {
  const udp = createSocket("udp4");
  const tcp = createServer();
  // TCP chooses: of its numbers many are taken by others at any moment, and of UDP's none but those of name servers.
  await once(tcp.listen(0, "127.0.0.1"), "listening");
  const { port } = tcp.address() as AddressInfo;
  await once(udp.bind(port, "127.0.0.1"), "listening");
  const server: NameServer = {
    address: `127.0.0.1:${port}`,
    records: new Map(),
    bare: new Set(),
    behaviour: "answers",
    asked: [],
    async close() {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      await new Promise((resolve) => tcp.close(resolve));
    },
  };

  function answer(message: Buffer) {
    const { id, questions } = decode(message);
    const name = questions?.[0]?.name.toLowerCase() ?? "";
    server.asked.push(name);
    const values = server.records.get(name);
    const isKnown = values !== undefined || server.bare.has(name);
    const answers: Answer[] = (server.behaviour === "answers" ? (values ?? []) : []).map((data) => ({
      ...{ type: "TXT", class: "IN", ttl: 0, name },
      data,
    }));
    const rcode = server.behaviour === "answers" && !isKnown ? NO_SUCH_NAME : RCODES[server.behaviour];
    const flags = AUTHORITATIVE_ANSWER | RECURSION_DESIRED | rcode;
    return { type: "response", id: id ?? 0, flags, questions: questions ?? [], answers } as const;
  }

  udp.on("message", (message, { port, address }) => {
    const packet = answer(message);
    if (server.behaviour === "is silent") return;
    const whole = encode(packet);
    const TRUNCATED = 1 << 9;
    const sent =
      whole.byteLength <= UDP_MAX_BYTES
        ? whole
        : encode({ ...packet, flags: packet.flags | TRUNCATED, answers: [] });
    udp.send(sent, port, address);
  });
  tcp.on("connection", (socket) => {
    socket.on("error", () => undefined); // whoever asked went away
    socket.once("data", (bytes) => {
      if (server.behaviour === "is silent") return socket.destroy();
      socket.end(streamEncode(answer(bytes.subarray(2))));
    });
  });
  return server;
}
