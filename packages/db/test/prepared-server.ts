import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { placeOfServers, prepareTestServer } from "../src/testing/index.ts";

/** Before a run of tests: one server is initialised and migrated, and each file's own begins with a copy of its folder. */
export default async function prepare(): Promise<() => void> {
  const folder = mkdtempSync(join(placeOfServers(), "guildhall-prepared-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await prepareTestServer(folder);
  } catch (error) {
    remove();
    throw error;
  }
  process.env.GUILDHALL_TEST_SERVER = folder;
  return remove;
}
