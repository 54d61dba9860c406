import { keptHead, writeHeadFile } from "./head-file.ts";

/**
 * Keeps the newest signed head in a file beside the key. Not after each seal, of which there may be hundreds a
 * second, but at most once a second and at the end: an fsync in the road of every batch would cost more than the
 * second it saves, and a database that is a second old is caught by clients and witnesses.
 */
export interface HeadKeeper {
  /** Told of every seal. Costs nothing: writing comes later. */
  note(treeSize: number, checkpoint: string): void;
  /** Writes what is still unwritten. */
  close(): Promise<void>;
}

const EVERY_MS = 1000;

export function createHeadKeeper(
  path: string,
  log: { warn(details: object, message: string): void },
  everyMs = EVERY_MS,
): HeadKeeper {
  let newest = { treeSize: 0, checkpoint: "" };
  let writtenSize = 0;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let closed = false;

  async function write(): Promise<void> {
    const head = newest;
    if (head.treeSize <= writtenSize) return;
    try {
      await writeHeadFile(path, keptHead(head.checkpoint));
      writtenSize = head.treeSize;
    } catch (err) {
      log.warn({ err, path }, "the log's head could not be kept beside the key; it is tried again");
      if (!closed) schedule();
    }
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = null;
      writing = writing.then(write);
    }, everyMs);
  }

  return {
    note(treeSize, checkpoint) {
      if (treeSize <= newest.treeSize) return;
      newest = { treeSize, checkpoint };
      schedule();
    },
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      await writing;
      await write();
    },
  };
}
