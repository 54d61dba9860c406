import { type Io, UsageError } from "./command.ts";
import { readFile } from "./read-input.ts";

/** Which Hall to ask, and with which API key. */
export interface HallAddress {
  url: string;
  apiKey: string;
}

/** The options of every command that asks a Hall, for `parseArgs`. */
export const HALL_OPTIONS = { hall: { type: "string" }, "key-file": { type: "string" } } as const;

/** For the help of those commands. */
export const HALL_OPTIONS_HELP = `\
  --hall      the Hall's address, like https://hall.example.org
  --key-file  a file that holds the API key; without it the environment's HALL_KEY is used. A key never
              stands on the command line, where other people could see it`;

interface GivenAddress {
  hall?: string | undefined;
  "key-file"?: string | undefined;
}

export async function readAddress(values: GivenAddress, io: Pick<Io, "hallKey">): Promise<HallAddress> {
  const { url, apiKey } = await readOpenAddress(values, io);
  if (apiKey === null)
    throw new UsageError(
      "Expected an API key: in the environment as HALL_KEY, or in a file that --key-file names.",
    );
  return { url, apiKey };
}

/** The same for what strangers may ask too: null where nobody gave a key. */
export async function readOpenAddress(
  { hall, "key-file": file }: GivenAddress,
  { hallKey }: Pick<Io, "hallKey">,
): Promise<{ url: string; apiKey: string | null }> {
  if (hall === undefined) throw new UsageError("Expected --hall and the Hall's address.");
  const apiKey = file === undefined ? hallKey : await readText(file);
  return { url: hall, apiKey: apiKey === "" ? null : apiKey };
}

/** The options of every command for the Hall's operator, for `parseArgs`. */
export const OPERATOR_OPTIONS = {
  hall: { type: "string" },
  "operator-token-file": { type: "string" },
} as const;

/** For the help of those commands. */
export const OPERATOR_OPTIONS_HELP = `\
  --hall                 the Hall's address, like https://hall.example.org
  --operator-token-file  the file that holds the operator's token: keys/operator-token in the Hall's data folder.
                         Without it the file that the environment's HALL_OPERATOR_TOKEN_FILE names`;

/** Which Hall to operate, with its operator's token in place of a key. */
export async function readOperatorAddress(
  {
    hall,
    "operator-token-file": file,
  }: { hall?: string | undefined; "operator-token-file"?: string | undefined },
  { operatorTokenFile }: Pick<Io, "operatorTokenFile">,
): Promise<HallAddress> {
  if (hall === undefined) throw new UsageError("Expected --hall and the Hall's address.");
  const path = file ?? operatorTokenFile;
  if (path === null)
    throw new UsageError(
      "Expected --operator-token-file, or HALL_OPERATOR_TOKEN_FILE: keys/operator-token in the Hall's data folder.",
    );
  const token = await readText(path);
  if (!token.startsWith("hall_op_")) throw new UsageError(`${path} holds no operator token (hall_op_…).`);
  return { url: hall, apiKey: token };
}

async function readText(path: string): Promise<string> {
  return Buffer.from(await readFile(path))
    .toString("utf8")
    .trim();
}
