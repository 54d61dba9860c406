import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** What a run of hours has behind it, in a file, so that it goes on where it stopped. */
export function readProgress<T extends object>(path: string, isResumed: boolean, fresh: T): T {
  return isResumed && existsSync(path)
    ? { ...fresh, ...(JSON.parse(readFileSync(path, "utf8")) as T) }
    : fresh;
}

/** Written beside and renamed: what is read again is one whole state. */
export function writeProgress(path: string, progress: object): void {
  writeFileSync(`${path}.new`, JSON.stringify(progress));
  renameSync(`${path}.new`, path);
}
