import {
  type PoolOptions,
  type PoolWorker,
  ThreadsPoolWorker,
  type Vite,
  type WorkerRequest,
} from "vitest/node";

/**
 * A pool of one thread that outlives its run. Vitest starts a thread for each run and ends it; with one run for each
 * of thousands of mutants that would be most of the time. Here the end of a run is only said to have come.
 */
let lasting: ThreadsPoolWorker | null = null;

type Listener = (message: unknown) => void;

class LastingWorker implements PoolWorker {
  readonly name = LASTING;
  readonly #options: PoolOptions;
  readonly #listeners: [event: string, listener: Listener][] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (lasting !== null) return;
    lasting = new ThreadsPoolWorker(this.#options);
    await lasting.start();
  }

  async stop(): Promise<void> {
    for (const [event, listener] of this.#listeners.splice(0)) lasting?.off(event, listener);
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener]);
    lasting?.on(event, listener);
  }

  off(event: string, listener: Listener): void {
    lasting?.off(event, listener);
  }

  send(message: WorkerRequest): void {
    if (message.type !== "stop") lasting?.send(message);
    else
      for (const [event, listener] of this.#listeners)
        if (event === "message") listener({ type: "stopped", __vitest_worker_response__: true });
  }

  deserialize(data: unknown): unknown {
    return data;
  }
}

const LASTING = "lasting";

/** The pool of each project becomes this one, whatever was asked for on the way. */
export const lastingWorker: Vite.Plugin = {
  name: "lasting-worker",
  configureVitest({ vitest, project }) {
    project.config.pool = LASTING;
    project.config.poolRunner = {
      name: LASTING,
      createPoolWorker: (options) => new LastingWorker(options),
    };
    vitest.onClose(async () => {
      await lasting?.stop();
      lasting = null;
    });
  },
};
