import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DieAt, Failed, Order, Ready, Start } from "./hall-process.ts";

/** A Hall in a process of its own, as the test holds it: told to start, told where to die, killed. */
export interface HallChild {
  readonly pid: number;
  /** Loaded and waiting until then; settled once it serves. */
  start(order: Omit<Start, "kind">): Promise<Ready>;
  dieAt(death: Omit<DieAt, "kind">): void;
  kill(): void;
  /** Settled once the process is gone. */
  gone: Promise<void>;
  readonly ended: boolean;
}

const ENTRY = fileURLToPath(new URL("./hall-process.ts", import.meta.url));

/** Forks a Hall that loads its code and waits: a restart then costs what a Hall's start costs. */
export function forkHall(tokenEnv: NodeJS.ProcessEnv): HallChild {
  const child: ChildProcess = fork(ENTRY, [], {
    execArgv: [],
    // A killed process compiles for nothing; the next one finds what the first one kept.
    env: { ...tokenEnv, NODE_COMPILE_CACHE: join(tmpdir(), "guildhall-compile-cache") },
    stdio: ["ignore", process.env.CRASH_LOG ? "inherit" : "ignore", "inherit", "ipc"],
  });
  const gone = once(child, "exit").then(() => undefined);
  const send = (order: Order) => child.send(order);
  return {
    pid: child.pid!,
    async start(order) {
      send({ kind: "start", ...order });
      const [said] = (await Promise.race([
        once(child, "message"),
        gone.then(() => [{ kind: "failed", message: "the Hall's process ended while it started" }]),
      ])) as [Ready | Failed];
      if (said.kind === "ready") return said;
      throw new Error(`a Hall did not start: ${said.message}`);
    },
    dieAt: (death) => void send({ kind: "die", ...death }),
    kill: () => void child.kill("SIGKILL"),
    gone,
    get ended() {
      return child.exitCode !== null || child.signalCode !== null;
    },
  };
}
